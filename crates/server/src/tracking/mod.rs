//! What is served on a tracking host: links, the tag and its endpoints, pixels.

pub mod browser;
pub mod click;
pub mod collect;
pub mod cookie;
pub mod impression;
pub mod installed_tag;
pub mod origin;
pub mod routes;
pub mod script;
