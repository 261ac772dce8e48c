//! The console: HTML rendered here, for a brand's people and for its partners. Works without scripts.

pub mod account;
pub mod agreement;
pub mod action;
pub mod actions;
pub mod ad;
pub mod ads;
mod api_access;
pub mod audit;
mod award;
pub mod chart;
mod click_payouts;
mod click_preview;
mod click_terms;
pub mod clicks;
pub mod codes;
pub mod contract;
pub mod conversions;
pub mod decision;
mod documents;
mod draft;
mod erasure;
mod exceptions;
pub mod feed;
pub mod form;
pub mod format;
pub mod headers;
pub mod imports;
pub mod inquiries;
pub mod inquiry;
mod inquiry_form;
pub mod order;
mod lanes;
mod lock;
mod mails;
pub mod months;
pub mod overview;
pub mod page;
pub mod partner;
pub mod partners;
mod payee;
mod payer;
pub mod payments;
mod pending_clicks;
pub mod person;
pub mod plain;
pub mod profile;
mod reattribution;
mod rescreening;
mod returns;
pub mod profiles;
pub mod search;
pub mod settings;
pub mod sign_in;
pub mod statement;
pub mod steps;
pub mod table;
pub mod terms;
pub mod what_if;
pub mod values;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::header;
use referee_engine::limits::{IMPORT_BYTES_MAX, LIST_BYTES_MAX, RATE_BYTES_MAX};

use crate::app::App;

/// What a form has around its file.
const FORM_BYTES_MAX: usize = 16 << 10;

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(overview::show))
        .route("/sign-in", get(sign_in::show).post(sign_in::begin))
        .route("/sign-out", post(sign_in::end))
        .route("/partners", get(partners::list).post(partners::create))
        .route("/partners/{id}", get(partner::show).post(partner::change))
        .route("/partners/{id}/contract", post(contract::change))
        .route("/partners/{id}/awards", post(award::give))
        .route("/partners/{id}/consent-basis", post(partner::set_basis))
        .route("/partners/{id}/users", post(partner::create_user))
        .route("/contract", get(agreement::show).post(agreement::answer))
        .route("/ads", get(ads::show))
        .route("/ads/new", post(ads::create_ad))
        .route("/ads/standing", post(ad::set_standing))
        .route("/ads/{program}/{id}", get(ad::show).post(ad::change))
        .route("/links/new", post(ads::create_link))
        .route("/links/standing", post(ad::set_link_standing))
        .route("/promo-codes/new", post(codes::create))
        .route("/promo-codes/change", get(codes::show).post(codes::change))
        .route("/promo-codes/standing", post(codes::set_standing))
        .route("/assigned-values/new", post(values::create))
        .route("/assigned-values/standing", post(values::set_standing))
        .route("/actions", get(actions::list))
        .route("/actions/{id}", get(action::show).post(action::change))
        .route("/actions/{id}/locking", post(lock::change))
        .route("/actions/{id}/return", post(returns::answer))
        .route("/actions/{id}/partner", post(reattribution::change))
        .route("/conversions", get(conversions::list))
        .route("/orders", get(order::show))
        .route("/clicks", get(clicks::list))
        .route("/reports/click-payouts", get(click_payouts::show))
        .route("/pending-clicks/rescreen", get(rescreening::show).post(rescreening::ask))
        .route("/profiles", get(profiles::show).post(profiles::find))
        .route("/profiles/separate", post(profile::separate))
        .route("/profiles/{id}", get(profile::show))
        .route("/what-if", get(what_if::show).post(what_if::ask))
        .route(
            "/imports",
            get(imports::list).post(imports::upload).layer(DefaultBodyLimit::max(IMPORT_BYTES_MAX + FORM_BYTES_MAX)),
        )
        .route("/imports/{id}", get(imports::show))
        .route("/imports/{id}/columns", post(imports::set_columns))
        .route("/imports/{id}/apply", post(imports::apply))
        .route("/imports/{id}/undo", post(imports::undo))
        .route("/imports/{id}/forget", post(imports::forget))
        .route("/imports/{id}/errors.csv", get(imports::find_errors))
        .route("/inquiries", get(inquiries::list).post(inquiry_form::ask))
        .route("/inquiries/new", get(inquiry_form::show))
        .route(
            "/inquiries/file",
            post(inquiry_form::ask_by_file).layer(DefaultBodyLimit::max(IMPORT_BYTES_MAX + FORM_BYTES_MAX)),
        )
        .route("/inquiries/answers", post(inquiries::answer_chosen))
        .route("/inquiries/rules", post(inquiries::set_rules))
        .route("/inquiries/{id}", get(inquiry::show))
        .route("/inquiries/{id}/answer", post(inquiry::answer))
        .route("/inquiries/{id}/appeal", post(inquiry::appeal))
        .route("/feed", get(feed::show))
        .route("/feed/lines", get(feed::lines))
        .merge(payments::routes())
        .merge(pending_clicks::routes())
        .route("/payees/{who}", get(payee::show))
        .route("/payees/{who}/party", post(payee::set_party))
        .route("/payees/{who}/tax", post(payee::set_tax))
        .route("/payees/{who}/method", post(payee::set_method))
        .route("/payer", get(payer::show).post(payer::set))
        .route("/documents", get(documents::list))
        .route("/documents/{number}", get(documents::show))
        .route("/documents/{number}/pdf", get(documents::show_pdf))
        .route("/documents/{number}/cancellation", post(documents::cancel))
        .route("/mails", get(mails::show))
        .route("/mails/{number}", post(mails::mark_sent))
        .route("/mails/{number}/retry", post(mails::retry))
        .route("/months", get(months::list))
        .route("/months/accounts", get(months::show_codes).post(months::set_codes))
        .route("/months/{month}", get(months::show))
        .route("/months/{month}/journal", get(months::journal))
        .route("/months/{month}/partners/{id}", get(months::of_partner))
        .route("/api-access", get(api_access::show).post(api_access::create))
        .route("/api-access/{id}/revoke", post(api_access::revoke))
        .route("/search", get(search::find))
        .route("/audit", get(audit::show))
        .route("/account", get(account::show))
        .route("/account/password", post(account::set_password))
        .route("/account/mail", post(account::choose_mail))
        .route("/brand", post(account::switch_brand))
        .route("/settings", get(settings::program::show))
        .route("/settings/program", post(settings::program::set))
        .route("/settings/programs/new", get(settings::program::add))
        .route("/settings/terms", post(settings::program::set_template))
        .route("/settings/event-types", post(settings::event_types::create))
        .route("/settings/event-types/standing", post(settings::event_types::change))
        .route(
            "/settings/event-types/{program}/{id}",
            get(settings::event_types::show).post(settings::event_types::set),
        )
        .route("/settings/tracking-domains", get(settings::domains::show).post(settings::domains::add))
        .route("/settings/tracking-domains/verify", post(settings::domains::verify))
        .route("/settings/tracking-domains/certificate", post(settings::domains::order_certificate))
        .route("/settings/tracking-domains/check", get(settings::domains::check))
        .route("/settings/identifiers", get(settings::identifiers::show))
        .route("/settings/identifiers/block", post(settings::identifiers::block))
        .route("/settings/identifiers/unblock", post(settings::identifiers::unblock))
        .route(
            settings::data_protection::HERE,
            get(settings::data_protection::show).post(settings::data_protection::set),
        )
        .route("/settings/erasure", get(erasure::list))
        .route("/settings/erasure/look", post(erasure::preview))
        .route("/settings/erasure/erase", post(erasure::ask))
        .route("/settings/erasure/export", post(erasure::hand_over))
        .route("/settings/erasure/{id}", get(erasure::show))
        .route("/settings/erasure/{id}/receipt", get(erasure::receipt))
        .route("/settings/groups", get(settings::groups::show).post(settings::groups::set))
        .route("/settings/groups/{program}/{id}", get(settings::groups::edit))
        .route("/settings/overlays", get(settings::overlays::show).post(settings::overlays::set))
        .route("/settings/overlays/{program}/{id}", get(settings::overlays::edit))
        .route(
            "/settings/lists",
            get(settings::lists::show)
                .post(settings::lists::set)
                .layer(DefaultBodyLimit::max(LIST_BYTES_MAX + FORM_BYTES_MAX)),
        )
        .route("/settings/lists/{program}/{id}", get(settings::lists::edit))
        .route("/settings/screening", get(settings::screening::show).post(settings::screening::set))
        .route("/settings/shopify", get(settings::shopify::show).post(settings::shopify::set))
        .route("/settings/shopify/requests", post(settings::shop_requests::finish))
        .route("/settings/shopify/requests/look", post(settings::shop_requests::preview))
        .route("/settings/shopify/requests/export", post(settings::shop_requests::hand_over))
        .route("/settings/shopify/requests/erase", post(settings::shop_requests::forget))
        .route("/settings/shopify/{key}/connect", post(settings::shopify::connect))
        .route("/settings/shopify/{key}/disconnect", post(settings::shopify::disconnect))
        .route("/settings/shopify/{key}/reconcile", post(settings::shopify::reconcile_now))
        .route("/settings/shopify/{key}/test", post(settings::shopify::test))
        .route("/settings/payments", get(settings::payments::show).post(settings::payments::set))
        .route("/settings/people", get(settings::people::show))
        .route("/settings/users", post(settings::people::create))
        .route("/settings/users/{id}/disable", post(settings::people::disable))
        .route(
            "/settings/exchange-rates",
            get(settings::rates::show)
                .post(settings::rates::set)
                .layer(DefaultBodyLimit::max(RATE_BYTES_MAX + FORM_BYTES_MAX)),
        )
        .route("/settings/tokens", get(settings::tokens::show).post(settings::tokens::create))
        .route("/settings/tokens/{id}/revoke", post(settings::tokens::revoke))
        .route("/assets/console.css", get(css))
        .route("/assets/console.js", get(js))
}

async fn css() -> Response {
    asset("text/css; charset=utf-8", include_str!("assets/console.css"))
}

async fn js() -> Response {
    asset("text/javascript; charset=utf-8", include_str!("assets/console.js"))
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=300")], text).into_response()
}
