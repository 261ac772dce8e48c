//! The program from outside: started as people start it, asked over its port. One demonstration per test.

mod api;
mod bad_input;
mod black_box;
mod browser_endpoints;
mod commands;
mod console;
mod credit;
mod deploy;
mod durability;
mod evidence;
mod explain;
mod faults;
mod house;
mod identifiers;
mod links;
mod locking;
mod lookup;
mod payees;
mod payments;
mod profiles;
mod stores;
mod support;
mod test_clock;
mod trouble;
mod what_if;
