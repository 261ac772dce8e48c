//! The demonstration's shop: a small shop on its own host that uses the tag exactly as a customer would.

mod cart;
mod pages;
mod panel;
mod picture;
pub mod products;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::{Form, Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Router, http};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;

use cart::Cart;
use pages::{Order, Page};

/// What the shop knows of its tracking.
#[derive(Clone)]
pub struct ShopConfig {
    pub tracking_origin: String,
    pub console_origin: String,
    pub program_id: u32,
    pub sale_event: u32,
    pub click_param: String,
    pub path_prefix: String,
    /// Order numbers begin here, so that a shop that is started again repeats none.
    pub first_order: u64,
}

struct Shop {
    config: ShopConfig,
    orders: AtomicU64,
}

pub fn router(config: ShopConfig) -> Router {
    let orders = AtomicU64::new(config.first_order);
    Router::new()
        .route("/", get(home))
        .route("/products/{id}", get(product))
        .route("/cart", get(show_cart).post(change_cart))
        .route("/checkout", get(checkout).post(place_order))
        .route("/sign-in", post(sign_in))
        .route("/shop.css", get(css))
        .route("/panel.js", get(panel))
        .with_state(Arc::new(Shop { config, orders }))
}

/// What a visitor's browser brings along.
struct Visitor {
    cart: Cart,
    customer: Option<String>,
    /// No script runs; pictures report instead.
    pixel_only: bool,
}

impl Visitor {
    fn of(headers: &HeaderMap, mode: Option<&str>) -> Visitor {
        let cookie = |name: &str| {
            let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
            let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
            pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
        };
        let mode = mode.map(str::to_owned).or(cookie("mode"));
        Visitor {
            cart: cookie("cart").map(|text| Cart::read(&text)).unwrap_or_default(),
            customer: cookie("customer").filter(|id| cart::is_customer(id)),
            pixel_only: mode.as_deref() == Some("pixel"),
        }
    }
}

#[derive(Deserialize, Default)]
struct ModeQuery {
    mode: Option<String>,
}

fn set_cookie(name: &str, value: &str) -> (header::HeaderName, String) {
    (header::SET_COOKIE, format!("{name}={value}; Path=/; Max-Age=86400; HttpOnly; SameSite=Lax"))
}

fn mode_cookie(visitor: &Visitor) -> (header::HeaderName, String) {
    set_cookie("mode", if visitor.pixel_only { "pixel" } else { "tag" })
}

async fn home(State(shop): State<Arc<Shop>>, Query(query): Query<ModeQuery>, headers: HeaderMap) -> Response {
    let visitor = Visitor::of(&headers, query.mode.as_deref());
    let page = Page { config: &shop.config, visitor: &visitor };
    ([mode_cookie(&visitor)], page.home()).into_response()
}

async fn product(
    State(shop): State<Arc<Shop>>,
    Path(id): Path<String>,
    Query(query): Query<ModeQuery>,
    headers: HeaderMap,
) -> Response {
    let visitor = Visitor::of(&headers, query.mode.as_deref());
    let page = Page { config: &shop.config, visitor: &visitor };
    match products::find(&id) {
        Some(product) => ([mode_cookie(&visitor)], page.product(product)).into_response(),
        None => (StatusCode::NOT_FOUND, page.missing()).into_response(),
    }
}

async fn show_cart(State(shop): State<Arc<Shop>>, headers: HeaderMap) -> Response {
    let visitor = Visitor::of(&headers, None);
    Page { config: &shop.config, visitor: &visitor }.cart().into_response()
}

#[derive(Deserialize)]
struct CartChange {
    product: String,
    quantity: u32,
}

async fn change_cart(headers: HeaderMap, Form(change): Form<CartChange>) -> Response {
    let mut visitor = Visitor::of(&headers, None);
    if products::find(&change.product).is_some() {
        visitor.cart.set(&change.product, change.quantity);
    }
    ([set_cookie("cart", &visitor.cart.write())], Redirect::to("/cart")).into_response()
}

async fn checkout(State(shop): State<Arc<Shop>>, headers: HeaderMap) -> Response {
    let visitor = Visitor::of(&headers, None);
    Page { config: &shop.config, visitor: &visitor }.checkout().into_response()
}

#[derive(Deserialize)]
struct Checkout {
    email: String,
    #[serde(default)]
    promo_code: String,
}

async fn place_order(State(shop): State<Arc<Shop>>, headers: HeaderMap, Form(form): Form<Checkout>) -> Response {
    let visitor = Visitor::of(&headers, None);
    let page = Page { config: &shop.config, visitor: &visitor };
    if visitor.cart.is_empty() {
        return Redirect::to("/cart").into_response();
    }
    let order = Order {
        id: shop.orders.fetch_add(1, Ordering::Relaxed).to_string(),
        email: form.email.chars().take(255).collect(),
        promo_code: form.promo_code.trim().chars().take(40).collect(),
    };
    ([set_cookie("cart", "")], page.thanks(&order)).into_response()
}

#[derive(Deserialize)]
struct SignIn {
    customer: String,
}

async fn sign_in(Form(form): Form<SignIn>) -> Response {
    let customer = Some(form.customer.as_str()).filter(|id| cart::is_customer(id)).unwrap_or_default();
    ([set_cookie("customer", customer)], Redirect::to("/")).into_response()
}

async fn css() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("assets/shop.css"))
}

async fn panel() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("assets/panel.js"))
}
