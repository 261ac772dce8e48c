//! Tests of the rules as a whole, in one text form: see `fixture`. A case names facts and expects what follows from
//! them; only the fixture knows how the rules are called.

mod agreements;
mod attribution;
mod books;
mod changes;
mod codes;
mod credit;
mod evidence;
mod fixture;
mod groups;
mod histories;
mod identity;
mod lifecycle;
mod locking;
mod money;
mod orders;
mod overlays;
mod parents;
mod parts;
mod payments;
mod picture;
mod pricing;
mod properties;
mod recovery;
mod refusals;
mod reports;
mod script;
mod second_opinion;
mod setup;
mod sightings;
mod statements;
mod terms;
mod time;
mod views;
mod words;
mod work;
