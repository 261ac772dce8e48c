//! The shop's pages. Without scripts everything works; with the tag, the pages say what a customer's shop would say.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::products::{PRODUCTS, Product, euros};
use super::{ShopConfig, Visitor};

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
        let pieces = self.visitor.cart.pieces();
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
                        nav {
                            (self.account())
                            a href="/cart" { "Cart" @if pieces > 0 { " (" (pieces) ")" } }
                        }
                    }
                    div.with-panel {
                        main { (body) }
                        (self.panel())
                    }
                    @if self.visitor.pixel_only { (self.visit_pixel()) }
                    footer { "A made-up shop of Referee's demonstration. Nothing is sold here." }
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

    fn visit_pixel(&self) -> Markup {
        let src = format!(
            "{}{}/v.png?program={}",
            self.config.tracking_origin, self.config.path_prefix, self.config.program_id
        );
        html! { img src=(src) width="1" height="1" alt=""; }
    }

    fn account(&self) -> Markup {
        html! {
            form.account action="/sign-in" method="post" {
                @match &self.visitor.customer {
                    Some(customer) => {
                        span { "Customer " (customer) }
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

    fn panel(&self) -> Markup {
        html! {
            aside.panel aria-label="What tracking does on this page" {
                h2 { "What the tag just did" }
                @if self.visitor.pixel_only {
                    p { "No script runs. Pictures report the visit and the order instead." }
                    p { a href="/?mode=tag" { "Use the tag" } }
                } @else {
                    ol #what { li.muted { "Waiting for the tag…" } }
                    p { a href="/?mode=pixel" { "Use the no-script pixel only" } }
                }
            }
        }
    }

    pub fn home(&self) -> Markup {
        self.frame(
            "Home",
            html! {
                h1 { "Shoes that go outside" }
                p.lead { "Six things, made to be mended." }
                ul.grid {
                    @for product in &PRODUCTS {
                        li {
                            a href={ "/products/" (product.id) } {
                                (picture(product))
                                span.name { (product.name) }
                                span.price { "€" (euros(product.price_cents)) }
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
                div.product {
                    (picture(product))
                    div {
                        p.muted { (product.category) }
                        h1 { (product.name) }
                        p { (product.line) }
                        p.price { "€" (euros(product.price_cents)) }
                        form action="/cart" method="post" {
                            input type="hidden" name="product" value=(product.id);
                            label { "Quantity " input type="number" name="quantity" value="1" min="1" max="9"; }
                            button { "Add to cart" }
                        }
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
                    (self.lines())
                    p.total { "Total " b { "€" (euros(cart.total_cents())) } }
                    p { a.button href="/checkout" { "Checkout" } }
                }
            },
        )
    }

    fn lines(&self) -> Markup {
        html! {
            table {
                thead { tr { th { "Product" } th.num { "Pieces" } th.num { "Price" } } }
                tbody {
                    @for (product, quantity) in self.visitor.cart.lines() {
                        tr {
                            td { (product.name) }
                            td.num { (quantity) }
                            td.num { "€" (euros(product.price_cents * u64::from(quantity))) }
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
                    (self.lines())
                    form.stack action="/checkout" method="post" {
                        label { "Email" input type="email" name="email" required value="ann@example.com"; }
                        label { "Promo code" input type="text" name="promo_code" autocomplete="off"; }
                        p.total { "Total " b { "€" (euros(self.visitor.cart.total_cents())) } }
                        button { "Place order" }
                    }
                }
            },
        )
    }

    pub fn thanks(&self, order: &Order) -> Markup {
        self.frame(
            "Thank you",
            html! {
                h1 { "Thank you" }
                p { "Your order " b #order-id { (order.id) } " is on its way." }
                (self.lines())
                p.total { "Total " b { "€" (euros(self.visitor.cart.total_cents())) } }
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

    fn conversion_pixel(&self, order: &Order) -> Markup {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("program", &self.config.program_id.to_string());
        query.append_pair("event", &self.config.sale_event.to_string());
        query.append_pair("order_id", &order.id);
        query.append_pair("amount", &euros(self.visitor.cart.total_cents()));
        query.append_pair("currency", "EUR");
        query.append_pair("promo_code", &order.promo_code);
        let src = format!("{}{}/o.png?{}", self.config.tracking_origin, self.config.path_prefix, query.finish());
        html! { img src=(src) width="1" height="1" alt=""; }
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

fn picture(product: &Product) -> Markup {
    let [upper, sole, ground] = product.colours;
    html! {
        svg viewBox="0 0 240 160" role="img" aria-label=(product.name) {
            rect width="240" height="160" fill=(ground) {}
            path d="M52 60c16 6 34 4 44-10 12 22 40 34 74 40 18 3 22 12 22 22H48c-4-18-4-36 4-52z" fill=(upper) {}
            path d="M46 112h148c2 8-2 14-10 14H56c-8 0-11-6-10-14z" fill=(sole) {}
            path d="M104 74l16-8M116 82l16-8M130 88l14-7" stroke=(sole) stroke-width="3" stroke-linecap="round" {}
        }
    }
}
