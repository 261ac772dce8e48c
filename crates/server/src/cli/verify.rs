//! `referee verify`: whether the books add up.

use std::process::ExitCode;

use clap::Args;
use referee_engine::books::sql::Check;
use referee_engine::clock::SystemClock;
use referee_engine::error::Result;
use referee_engine::stores::Stores as OpenStores;

use super::Stores;

#[derive(Args)]
pub struct Verify {
    #[command(flatten)]
    stores: Stores,
}

pub fn run(command: Verify) -> Result<ExitCode> {
    let checks = OpenStores::open(&command.stores.load()?, &SystemClock)?.verify()?;
    checks.iter().for_each(|check| println!("{}", line(check)));
    let sound = checks.iter().all(|check| check.wrong == 0);
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn line(check: &Check) -> String {
    let Check { what, rows, of, wrong, first } = check;
    match first {
        None => format!("ok     {what} ({rows} rows of {of})"),
        Some(first) => format!("WRONG  {what} ({rows} rows of {of}): {wrong} are not, the first: {first}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_the_first_that_is_wrong() {
        let sound = Check { what: "it adds up", rows: 3, of: "entry", wrong: 0, first: None };
        assert_eq!(line(&sound), "ok     it adds up (3 rows of entry)");
        let wrong = Check { wrong: 2, first: Some("brand 1, record 7".into()), ..sound };
        assert_eq!(line(&wrong), "WRONG  it adds up (3 rows of entry): 2 are not, the first: brand 1, record 7");
    }
}
