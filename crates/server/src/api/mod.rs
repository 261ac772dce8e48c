//! `/api/v1`: JSON in snake_case, bearer tokens with scopes, pages by cursor, one envelope for every no.

pub mod actions;
pub mod auth;
mod awards;
pub mod changes;
pub mod claims;
mod click_reports;
pub mod contracts;
pub mod decisions;
mod documents;
pub mod extract;
pub mod identifiers;
pub mod imports;
pub mod inquiries;
pub mod lists;
pub mod months;
pub mod overlays;
pub mod partner_routes;
pub mod payments;
mod pending_clicks;
pub mod profiles;
pub mod rates;
pub mod reports;
mod rescreenings;
pub mod resources;
mod returns;
mod screening;
mod shops;
pub mod terms;
mod tracking_links;
pub mod updates;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::response::IntoResponse;
use axum::routing::{any, get, post};
use axum::{Router, middleware};
use http::{StatusCode, header};
use referee_engine::limits::{IMPORT_BYTES_MAX, LIST_BYTES_MAX, RATE_BYTES_MAX};

use crate::app::App;
use crate::error::ApiError;

/// The document that describes all of this; a test holds it against the routes.
pub const OPENAPI: &str = include_str!("../../../../docs/reference/openapi.json");

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/openapi.json", get(openapi))
        .route("/api/v1/programs", get(resources::list_programs))
        .route("/api/v1/event-types", get(resources::list_event_types).post(resources::create_event_type))
        .route("/api/v1/partners", get(resources::list_partners).post(resources::create_partner))
        .route("/api/v1/ads", get(resources::list_ads).post(resources::create_ad))
        .route("/api/v1/links", get(resources::list_links).post(resources::create_link))
        .route("/api/v1/tracking-links", get(tracking_links::list))
        .route("/api/v1/promo-codes", get(claims::list_promo_codes).post(claims::set_promo_code))
        .route("/api/v1/assigned-values", get(claims::list_assigned_values).post(claims::set_assigned_value))
        .route("/api/v1/partner-groups", get(claims::list_partner_groups).post(claims::set_partner_group))
        .route("/api/v1/terms", get(terms::list_terms).post(terms::set_terms))
        .route("/api/v1/screening-rules", get(screening::list_rules).post(screening::set_rules))
        .route("/api/v1/shops", get(shops::list).put(shops::set))
        .route("/api/v1/contracts", get(contracts::list_contracts))
        .route("/api/v1/contracts/withdrawals", post(contracts::withdraw_offer))
        .route("/api/v1/contracts/decisions", post(contracts::decide_offer))
        .route("/api/v1/overlays", get(overlays::list_overlays).post(overlays::set_overlay))
        .route(
            "/api/v1/lists",
            // Values within JSON are longer than by themselves.
            get(lists::list_lists).post(lists::set_list).layer(DefaultBodyLimit::max(2 * LIST_BYTES_MAX)),
        )
        .route(
            "/api/v1/exchange-rates",
            get(rates::list_rates).post(rates::set_rates).layer(DefaultBodyLimit::max(RATE_BYTES_MAX)),
        )
        .route("/api/v1/conversions", post(reports::create_conversion))
        .route(
            "/api/v1/imports",
            get(imports::list_imports)
                .post(imports::create_import)
                // A file within JSON is longer than by itself.
                .layer(DefaultBodyLimit::max(2 * IMPORT_BYTES_MAX)),
        )
        .route("/api/v1/imports/{id}", get(imports::find_import))
        .route("/api/v1/imports/{id}/apply", post(imports::apply_import))
        .route("/api/v1/imports/{id}/undo", post(imports::undo_import))
        .route("/api/v1/imports/{id}/errors.csv", get(imports::find_errors))
        .route("/api/v1/identifiers/refused", get(identifiers::list_refused))
        .route("/api/v1/profiles", get(profiles::find_by_name))
        .route("/api/v1/profiles/search", post(profiles::search))
        .route("/api/v1/profiles/{id}", get(profiles::find))
        .route("/api/v1/refused-joins", get(profiles::list_refused_joins))
        .route("/api/v1/submissions/{id}", get(reports::find_submission))
        .route("/api/v1/actions", get(actions::list_actions))
        .route("/api/v1/actions/{id}", get(actions::find_action))
        .route("/api/v1/actions/{id}/decision", get(decisions::find_decision))
        .route("/api/v1/actions/{id}/return-decisions", post(returns::decide))
        .route("/api/v1/actions/{id}/{change}", post(changes::create))
        .route("/api/v1/returns", get(returns::list))
        .route("/api/v1/action-updates", get(updates::list_updates))
        .route("/api/v1/inquiries", get(inquiries::list_inquiries).post(inquiries::create_inquiry))
        .route(
            "/api/v1/inquiries/files",
            post(inquiries::create_by_file).layer(DefaultBodyLimit::max(IMPORT_BYTES_MAX)),
        )
        .route("/api/v1/inquiries/{id}", get(inquiries::find_inquiry))
        .route("/api/v1/inquiries/{id}/appeals", post(inquiries::appeal))
        .route("/api/v1/inquiries/{id}/answers", post(inquiries::answer_inquiry))
        .route("/api/v1/awards", post(awards::give))
        .route("/api/v1/months", get(months::list_months))
        .route("/api/v1/statements", get(months::list_statements))
        .route("/api/v1/journal.csv", get(months::find_journal))
        .route("/api/v1/clicks", get(actions::list_clicks))
        .route("/api/v1/clicks/{id}", get(decisions::find_click))
        .route("/api/v1/click-rescreenings", post(rescreenings::create))
        .route("/api/v1/orders/{text}", get(decisions::find_order))
        .route("/api/v1/conversions/{event_type}/{order_id}/decision", get(decisions::find_decisions))
        .route("/api/v1/pending-clicks", get(pending_clicks::list))
        .route("/api/v1/pending-clicks/days", get(pending_clicks::list_days))
        .route("/api/v1/pending-clicks/reviews", get(pending_clicks::list_reviews).post(pending_clicks::create_review))
        .route("/api/v1/pending-clicks/reviews/{id}", get(pending_clicks::find_review))
        .route("/api/v1/pending-clicks/reviews/{id}/undo", post(pending_clicks::undo_review))
        .route("/api/v1/reports/click-payouts", get(click_reports::click_payouts))
        .route("/api/v1/reports/payable-clicks", get(click_reports::payable_clicks))
        .route("/api/v1/documents", get(documents::list))
        .route("/api/v1/documents/{number}", get(documents::find))
        .route("/api/v1/documents/{number}/pdf", get(documents::find_pdf))
        .merge(payments::routes())
        .route_layer(middleware::from_fn(partner_routes::guard))
        .route("/api/v1/{*rest}", any(|| async { ApiError::not_found("resource") }))
        .method_not_allowed_fallback(|| async {
            ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "The resource has no such method.")
        })
}

async fn openapi() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI)
}
