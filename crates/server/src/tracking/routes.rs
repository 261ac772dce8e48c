//! Everything that a browser may ask for on a tracking host, in one table. The router is made of it, and so is the test
//! that holds every address against block lists: a route can't be forgotten.

use std::sync::Arc;

use axum::routing::{MethodRouter, get, post};

use super::{collect, impression, installed_tag, script};
use crate::app::App;
use crate::vendor;

/// What a browser is at when it asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Somebody follows a link.
    Document,
    Script,
    /// The tag tells something, by `fetch` or as a beacon.
    Beacon,
    /// The tag asks for something.
    Fetch,
    Picture,
    /// Robots, and programs of shops: no page asks.
    Other,
}

pub struct Route {
    pub path: &'static str,
    pub kind: Kind,
    pub(crate) answer: fn() -> MethodRouter<Arc<App>>,
}

/// By inner paths, as `Routing::inner_path` names them.
pub const ROUTES: [Route; 18] = [
    Route { path: "/tag.js", kind: Kind::Script, answer: || get(script::serve_tag) },
    Route { path: "/tag.v1.js", kind: Kind::Script, answer: || get(script::serve_v1) },
    Route { path: "/tag.v2.js", kind: Kind::Script, answer: || get(script::serve_v2) },
    Route { path: "/{file}", kind: Kind::Script, answer: || get(script::serve_installed) },
    Route { path: "/pt/v", kind: Kind::Beacon, answer: || post(collect::post_visit).options(collect::preflight) },
    Route { path: "/pt/o", kind: Kind::Beacon, answer: || post(collect::post_conversion).options(collect::preflight) },
    Route { path: "/pt/i", kind: Kind::Fetch, answer: || get(collect::issue_click_id).options(collect::preflight) },
    Route {
        path: "/pt/d",
        kind: Kind::Other,
        answer: || get(vendor::deferred_link::ask).post(vendor::deferred_link::ask),
    },
    Route { path: "/pt/v.png", kind: Kind::Picture, answer: || get(collect::visit_pixel) },
    Route { path: "/pt/o.png", kind: Kind::Picture, answer: || get(collect::conversion_pixel) },
    Route { path: "/i/{partner}/{ad}/{program}", kind: Kind::Picture, answer: || get(impression::show) },
    Route {
        path: "/cur/{program}",
        kind: Kind::Beacon,
        answer: || post(installed_tag::identify).options(collect::preflight),
    },
    Route {
        path: "/xconv/{event_type}/{program}",
        kind: Kind::Beacon,
        answer: || post(installed_tag::convert).options(collect::preflight),
    },
    Route {
        path: "/xc/{partner}/{ad}/{program}",
        kind: Kind::Fetch,
        answer: || get(installed_tag::register).post(installed_tag::register).options(collect::preflight),
    },
    Route { path: "/robots.txt", kind: Kind::Other, answer: || get(script::serve_robots) },
    Route { path: "/.well-known/gpc.json", kind: Kind::Other, answer: || get(script::serve_gpc) },
    Route { path: "/PageLoad", kind: Kind::Other, answer: || post(vendor::page_load::post_page_load) },
    Route { path: "/DeferredDeepLink", kind: Kind::Other, answer: || post(vendor::deferred_link::ask) },
];

/// Links, which are answered beside the router.
pub const LINKS: [&str; 2] = ["/c/{partner}/{ad}/{program}", "/{slug}"];
