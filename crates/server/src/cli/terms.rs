//! `referee terms`: tries terms before they hold.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use referee_core::list;
use referee_core::pricing::Rule;
use referee_engine::error::{Error, Result};
use referee_engine::quote::click::{ClickQuote, click_quote};
use referee_engine::quote::{PROGRAM, Quote, quote};

use crate::console::format::money;
use crate::pricing;

#[derive(Args)]
pub struct Terms {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Says line by line what an order or a click would pay.
    Test {
        /// The rules of terms, as JSON.
        file: PathBuf,
        /// An order, as JSON.
        #[arg(long, required_unless_present = "click", conflicts_with = "click")]
        order: Option<PathBuf>,
        /// A click, as JSON.
        #[arg(long)]
        click: Option<PathBuf>,
    },
}

pub fn run(command: Terms) -> Result<ExitCode> {
    let Command::Test { file, order, click } = command.command;
    let terms = read(&file)?;
    let lines = match (order, click) {
        (Some(order), _) => quote(&terms, &read(&order)?).map(|quote| told(&quote)),
        (None, Some(click)) => click_quote(&terms, &read(&click)?).map(|quote| click_told(&quote)),
        (None, None) => return Err(Error::setup("test terms", "name an order or a click")),
    };
    match lines {
        Ok(lines) => {
            lines.iter().for_each(|line| println!("{line}"));
            Ok(ExitCode::SUCCESS)
        }
        Err(fault) => {
            eprintln!("{fault}");
            Ok(ExitCode::FAILURE)
        }
    }
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| Error::setup(format!("read {}", path.display()), error))
}

fn told(quote: &Quote) -> Vec<String> {
    let Quote { terms, items, amount, currency, priced, config } = quote;
    let order = format!("An order of {}", money(*amount, *currency));
    let list = |id| list::name_of(&config.lists, PROGRAM, id);
    let rules = pricing::rules(terms, *currency, &list).into_iter().map(|rule| format!("  {rule}"));
    let lines = priced.lines.iter().map(|line| format!("  {}", pricing::line(line, terms, items, *currency)));
    let end = format!("It pays {}.", money(priced.payout, *currency));
    let mut all = vec![order, "Under these rules:".to_owned()];
    all.extend(rules);
    all.push("it is priced:".to_owned());
    all.extend(lines);
    all.push(end);
    all
}

fn click_told(quote: &ClickQuote) -> Vec<String> {
    let ClickQuote { terms, currency, priced, config } = quote;
    let list = |id| list::name_of(&config.lists, PROGRAM, id);
    let mut all = vec!["A click".to_owned(), "Under these rules:".to_owned()];
    all.extend(pricing::rules(terms, *currency, &list).into_iter().map(|rule| format!("  {rule}")));
    all.push(format!("it is priced: {}", pricing::rule(&priced.line, terms, *currency)));
    all.push(match (priced.line.rule, terms.limits.is_empty()) {
        (Rule::Restriction(_), _) => "It pays nothing.".to_owned(),
        (_, true) => format!("It pays {}.", money(priced.price, *currency)),
        (_, false) => format!("It pays {}, as long as no limit is reached.", money(priced.price, *currency)),
    });
    all
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn the_examples_are_priced_line_by_line() {
        let terms = include_str!("../../../../docs/examples/terms.json");
        let order = include_str!("../../../../docs/examples/order.json");
        expect![[r#"
            An order of €219.90
            Under these rules:
              Each item is priced by itself.
              Gift cards: nothing, if the category is gift cards
              New customers in Germany and Austria: 12 %, if the customer status is new and the country is de or at
              Boots: 8 %, if the category is boots
              Autumn push: 20 % more than that, if the event is on or after 2026-10-01 and before 2026-12-01
            it is priced:
              1 × TRAIL-42: "Boots" pays 8 %, "Autumn push" 20 % more: €14.40
              2 × CAP-1: the default payout pays 5 %, "Autumn push" 20 % more: €2.40
              1 × CARD-30: "Gift cards" pays nothing: €0.00
            It pays €16.79."#]]
        .assert_eq(&told(&quote(terms, order).unwrap()).join("\n"));
        let listed = terms.replace("\"is\": [\"gift cards\"]", "\"in_list\": \"Not paid\"").replacen(
            '{',
            "{ \"lists\": { \"Not paid\": { \"variable\": \"category\", \"values\": [\"Gift cards\", \"Boots\"] } },",
            1,
        );
        let lines = told(&quote(&listed, order).unwrap()).join("\n");
        assert!(lines.contains("Gift cards: nothing, if the category is on the list \"Not paid\""), "{lines}");
        assert!(lines.contains("1 × TRAIL-42: \"Gift cards\" pays nothing") && lines.ends_with("€2.40."), "{lines}");
        let fault = quote(&listed.replace("\"values\"", "\"value\""), order).unwrap_err();
        assert!(fault.to_string().contains("unknown field `value`"), "{fault}");
        let fault = quote(terms, &order.replace("\"sale\"", "\"lead\"")).unwrap_err();
        assert_eq!(fault.to_string(), "the order, event_type: These terms pay nothing for it.");
    }

    #[test]
    fn the_example_of_a_click_is_priced() {
        let terms = include_str!("../../../../docs/examples/click-terms.json");
        let click = include_str!("../../../../docs/examples/click.json");
        expect![[r#"
            A click
            Under these rules:
              CPC V2 (instant): each click is priced when it comes.
              Link exchanges: nothing, if the referring site contains swap.
              Readers of the newsletter in Germany: €0.025, if the country is de and the first parameter is given
              Phones: 40 % less than that, if the device is phone
              At most €50.00 of payout a day
              At most 20000 clicks a month
            it is priced: "Readers of the newsletter in Germany" pays €0.025, "Phones" 40 % less: €0.015
            It pays €0.015, as long as no limit is reached."#]]
        .assert_eq(&click_told(&click_quote(terms, click).unwrap()).join("\n"));
        let blocked = click.replace("notes.example", "swap.example");
        let lines = click_told(&click_quote(terms, &blocked).unwrap()).join("\n");
        assert!(lines.ends_with("\"Link exchanges\" pays nothing: €0.00\nIt pays nothing."), "{lines}");
        let fault = |terms: &str, click: &str| click_quote(terms, click).unwrap_err().to_string();
        assert_eq!(
            fault(terms, &click.replace("\"android\"", "\"palm\"")),
            "the click, system: It is never \"palm\". It is unknown, windows, macos, linux, chromeos, android, ios, harmonyos, tizen, webos, kaios, other."
        );
        assert_eq!(
            fault(terms, &click.replace("\"click\"", "\"sale\"")),
            "the click, event_type: These terms do not pay for its clicks."
        );
        let rate = fault(&terms.replace("\"0.01234\"", "\"5%\""), click);
        assert!(rate.starts_with("payouts[1].payout: A click is paid a fixed sum"), "{rate}");
    }
}
