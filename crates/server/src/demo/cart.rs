//! The cart, as the visitor's own cookie holds it: `ridge.1-socks.2`.

use super::products::{self, Product};

const LINES_MAX: usize = 20;
const QUANTITY_MAX: u32 = 99;

#[derive(Default, Debug, PartialEq, Eq)]
pub struct Cart {
    lines: Vec<(String, u32)>,
}

impl Cart {
    /// Whatever a cookie says, only products of the shop get in.
    pub fn read(text: &str) -> Cart {
        let mut cart = Cart::default();
        for (id, quantity) in text.split('-').filter_map(|line| line.split_once('.')) {
            if products::find(id).is_some()
                && let Ok(quantity) = quantity.parse()
            {
                cart.set(id, quantity);
            }
        }
        cart
    }

    pub fn write(&self) -> String {
        let lines: Vec<String> = self.lines.iter().map(|(id, quantity)| format!("{id}.{quantity}")).collect();
        lines.join("-")
    }

    /// Zero takes a product out.
    pub fn set(&mut self, id: &str, quantity: u32) {
        self.lines.retain(|(other, _)| other != id);
        if quantity > 0 && self.lines.len() < LINES_MAX {
            self.lines.push((id.to_owned(), quantity.min(QUANTITY_MAX)));
        }
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub fn pieces(&self) -> u32 {
        self.lines.iter().map(|(_, quantity)| quantity).sum()
    }

    pub fn lines(&self) -> impl Iterator<Item = (&'static Product, u32)> + '_ {
        self.lines.iter().filter_map(|(id, quantity)| Some((products::find(id)?, *quantity)))
    }

    pub fn total_cents(&self) -> u64 {
        self.lines().map(|(product, quantity)| product.price_cents * u64::from(quantity)).sum()
    }
}

/// A made-up customer number.
pub fn is_customer(id: &str) -> bool {
    !id.is_empty() && id.len() <= 12 && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cart_reads_back_what_it_wrote() {
        let mut cart = Cart::default();
        cart.set("ridge", 1);
        cart.set("socks", 2);
        assert_eq!(Cart::read(&cart.write()), cart);
        assert_eq!((cart.pieces(), cart.total_cents()), (3, 17_700));
        cart.set("socks", 0);
        assert_eq!(cart.write(), "ridge.1");
    }

    #[test]
    fn nonsense_is_an_empty_cart() {
        for text in ["", "-", ".", "x.1", "ridge.", "ridge.-1", "ridge.99999999999", "ridge.1.2"] {
            assert!(Cart::read(text).is_empty(), "{text}");
        }
    }
}
