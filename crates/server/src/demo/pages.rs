//! The shop's pages. Without scripts everything works; with the tag, the pages say what a customer's shop would say.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::picture::picture;
use super::products::{PRODUCTS, Product, euros};
use super::{ShopConfig, Visitor, panel};

pub struct Page<'a> {
    pub config: &'a ShopConfig,
    pub visitor: &'a Visitor,
}

pub struct Order {
    pub id: String,
    pub email: String,
    pub promo_code: String,
}

impl Page<'_> {
    fn frame(&self, title: &str, body: Markup) -> Markup {
        self.framed(title, self.visitor.cart.pieces(), None, body)
    }

    fn framed(&self, title: &str, pieces: u32, order: Option<&Order>, body: Markup) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (title) " · Acme Shoes" }
                    link rel="stylesheet" href="/shop.css";
                    link rel="icon" href="data:,";
                    @if !self.visitor.pixel_only { (self.tag()) }
                }
                body {
                    header.top {
                        a.brand href="/" { "Acme Shoes" }
                        span.muted.claim { "Since 1974, Harbour Street 9" }
                        nav aria-label="Shop" {
                            (self.account())
                            a.cart href="/cart" { "Cart" @if pieces > 0 { " " span.count { (pieces) } } }
                        }
                    }
                    div.with-panel {
                        div {
                            main { (body) }
                            footer {
                                p { "Free delivery above €50. Thirty days to change your mind. We mend what we sell." }
                                p { "A made-up shop of Referee's demonstration. Nothing is sold here." }
                            }
                        }
                        (panel::aside(self, order))
                    }
                    @if self.visitor.pixel_only { (self.visit_pixel()) }
                }
            }
        }
    }

    /// What the brand's developer pasted.
    fn tag(&self) -> Markup {
        let src = format!("{}/tag.js", self.config.tracking_origin);
        let who = serde_json::json!({ "customerId": self.visitor.customer.as_deref().unwrap_or_default() });
        html! {
            script { (PreEscaped("window.referee=window.referee||function(){(referee.a=referee.a||[]).push(arguments)};")) }
            // Before the tag, so that it hears all of it.
            script src="/panel.js" {}
            script async src=(src) data-program=(self.config.program_id) data-param=(self.config.click_param)
                data-path=(self.config.path_prefix) data-debug {}
            script { (PreEscaped(format!("referee('identify',{})", script_json(&who)))) }
        }
    }

    /// What the no-script picture of a visit asks for.
    pub fn visit_address(&self) -> String {
        format!("{}{}/v.png?program={}", self.config.tracking_origin, self.config.path_prefix, self.config.program_id)
    }

    fn visit_pixel(&self) -> Markup {
        html! { img src=(self.visit_address()) width="1" height="1" alt=""; }
    }

    fn account(&self) -> Markup {
        html! {
            form.account action="/sign-in" method="post" {
                @match &self.visitor.customer {
                    Some(customer) => {
                        span { "Hello, customer " (customer) }
                        input type="hidden" name="customer" value="";
                        button.link { "Sign out" }
                    }
                    None => {
                        input type="hidden" name="customer" value="8431";
                        button.link { "Sign in as customer 8431" }
                    }
                }
            }
        }
    }

    pub fn home(&self) -> Markup {
        self.frame(
            "Home",
            html! {
                h1 { "Shoes that go outside" }
                p.lead { "Six things for feet, made to be mended." }
                ul.grid {
                    @for product in &PRODUCTS {
                        li {
                            a href={ "/products/" (product.id) } {
                                (picture(product))
                                span.name { (product.name) }
                                span.price { "€" (euros(product.price_cents)) }
                                span.line { (product.line) }
                            }
                        }
                    }
                }
            },
        )
    }

    pub fn product(&self, product: &Product) -> Markup {
        self.frame(
            product.name,
            html! {
                p.crumbs { a href="/" { "All shoes" } " / " (product.category) }
                div.product {
                    (picture(product))
                    div {
                        h1 { (product.name) }
                        p.price.big { "€" (euros(product.price_cents)) }
                        p { (product.line) }
                        form.buy action="/cart" method="post" {
                            input type="hidden" name="product" value=(product.id);
                            label { "Quantity" input type="number" name="quantity" value="1" min="1" max="9"; }
                            button { "Add to cart" }
                        }
                        ul.facts { li { "In stock, leaves tomorrow" } li { "Free delivery above €50" } li { "Soles and seams mended for life" } }
                    }
                }
            },
        )
    }

    pub fn cart(&self) -> Markup {
        let cart = &self.visitor.cart;
        self.frame(
            "Cart",
            html! {
                h1 { "Your cart" }
                @if cart.is_empty() {
                    p { "It is empty. " a href="/" { "Look at the shoes." } }
                } @else {
                    (self.lines(true))
                    p.total { span { "Total" } b { "€" (euros(cart.total_cents())) } }
                    p.next { a.button href="/checkout" { "Checkout" } a href="/" { "Look at more shoes" } }
                }
            },
        )
    }

    fn lines(&self, may_change: bool) -> Markup {
        html! {
            table {
                thead { tr { th.picture {} th { "Product" } th.num { "Pieces" } th.num { "Price" } @if may_change { th.num {} } } }
                tbody {
                    @for (product, quantity) in self.visitor.cart.lines() {
                        tr {
                            td.picture { (picture(product)) }
                            td { a href={ "/products/" (product.id) } { (product.name) } }
                            td.num { (quantity) }
                            td.num { "€" (euros(product.price_cents * u64::from(quantity))) }
                            @if may_change { td.num { (remove(product)) } }
                        }
                    }
                }
            }
        }
    }

    pub fn checkout(&self) -> Markup {
        self.frame(
            "Checkout",
            html! {
                h1 { "Checkout" }
                @if self.visitor.cart.is_empty() {
                    p { "The cart is empty. " a href="/" { "Look at the shoes." } }
                } @else {
                    (self.lines(false))
                    form.stack action="/checkout" method="post" {
                        label { "Email" input type="email" name="email" required value="ann@example.com"; }
                        label { "Promo code, if you have one" input type="text" name="promo_code" autocomplete="off" placeholder="TRAIL10"; }
                        p.total { span { "Total, delivery is free" } b { "€" (euros(self.visitor.cart.total_cents())) } }
                        button { "Place order" }
                    }
                }
            },
        )
    }

    pub fn thanks(&self, order: &Order) -> Markup {
        self.framed(
            "Thank you",
            0,
            Some(order),
            html! {
                h1 { "Thank you" }
                p.lead { "Your order " b #order-id { (order.id) } " leaves tomorrow. We write to " (order.email) " when it does." }
                (self.lines(false))
                p.total { span { "Total" } b { "€" (euros(self.visitor.cart.total_cents())) } }
                @if self.visitor.pixel_only { (self.conversion_pixel(order)) } @else { (self.conversion_call(order)) }
            },
        )
    }

    fn conversion_call(&self, order: &Order) -> Markup {
        let items: Vec<_> = self
            .visitor
            .cart
            .lines()
            .map(|(product, quantity)| {
                serde_json::json!({
                    "sku": product.id, "name": product.name, "category": product.category, "quantity": quantity,
                    "subTotal": euros(product.price_cents * u64::from(quantity)),
                })
            })
            .collect();
        let props = serde_json::json!({
            "orderId": order.id,
            "orderSubTotalPostDiscount": euros(self.visitor.cart.total_cents()),
            "currencyCode": "EUR",
            "orderPromoCode": order.promo_code,
            "customerId": self.visitor.customer.as_deref().unwrap_or_default(),
            "customerEmail": order.email,
            "items": items,
        });
        let call = format!("referee('trackConversion',{},{})", self.config.sale_event, script_json(&props));
        html! { script { (PreEscaped(call)) } }
    }

    /// What the no-script picture of an order asks for.
    pub fn conversion_address(&self, order: &Order) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("program", &self.config.program_id.to_string());
        query.append_pair("event", &self.config.sale_event.to_string());
        query.append_pair("order_id", &order.id);
        query.append_pair("amount", &euros(self.visitor.cart.total_cents()));
        query.append_pair("currency", "EUR");
        query.append_pair("promo_code", &order.promo_code);
        format!("{}{}/o.png?{}", self.config.tracking_origin, self.config.path_prefix, query.finish())
    }

    fn conversion_pixel(&self, order: &Order) -> Markup {
        html! { img src=(self.conversion_address(order)) width="1" height="1" alt=""; }
    }

    pub fn missing(&self) -> Markup {
        self.frame(
            "Not found",
            html! {
                h1 { "We do not have this" }
                p { a href="/" { "Look at what we do have." } }
            },
        )
    }
}

/// JSON that can stand inside a script element, whatever a customer typed.
fn script_json(value: &serde_json::Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

fn remove(product: &Product) -> Markup {
    html! {
        form action="/cart" method="post" {
            input type="hidden" name="product" value=(product.id);
            button.link name="quantity" value="0" aria-label={ "Remove " (product.name) } { "Remove" }
        }
    }
}
