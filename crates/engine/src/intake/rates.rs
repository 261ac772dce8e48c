//! Exchange rates from a file: a line for each day and a column for each currency, as the European Central Bank writes
//! them, by the day or whole.

use jiff::civil::Date;
use referee_core::exchange::{DayRates, Rate};
use referee_core::money::{Currency, MICROS};
use referee_core::time::Day;

use super::amount;
use super::day::parse_day;
use crate::limits::{RATE_COLUMNS_MAX, RATE_DAYS_IN_FACT};

/// What is wrong with a file, and where. Nothing of the file is taken then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatesFault {
    /// Counted from 1.
    pub line: u64,
    pub message: String,
}

fn fault<T>(line: u64, message: impl Into<String>) -> Result<T, RatesFault> {
    Err(RatesFault { line, message: message.into() })
}

/// The days of a file, the oldest first.
pub fn rates(text: &str, base: Currency) -> Result<Vec<DayRates>, RatesFault> {
    let text = text.trim_start_matches('\u{feff}');
    let mut lines = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    let header = match lines.headers() {
        Ok(header) => header.clone(),
        Err(error) => return fault(1, format!("The file can't be read: {error}.")),
    };
    let columns = columns(&header)?;
    let mut days: Vec<DayRates> = Vec::new();
    for record in lines.into_records() {
        let line = record.as_ref().ok().and_then(csv::StringRecord::position).map_or(0, csv::Position::line);
        let record = match record {
            Ok(record) => record,
            Err(error) => return fault(line, format!("The line can't be read: {error}.")),
        };
        days.push(DayRates { day: day_of(line, record.get(0).unwrap_or_default())?, base, rates: Vec::new() });
        for (column, currency) in columns.iter().enumerate() {
            let cell = record.get(column + 1).unwrap_or_default();
            if let (Some(currency), Some(rate)) = (currency, rate(line, cell)?)
                && let Some(day) = days.last_mut()
            {
                day.rates.push((*currency, rate));
            }
        }
    }
    if days.iter().all(|day| day.rates.is_empty()) {
        return fault(1, "The file holds no rates.");
    }
    days.sort_by_key(|day| day.day);
    match days.windows(2).find(|pair| pair[0].day == pair[1].day) {
        Some(pair) => fault(1, format!("The file names {} twice.", super::day::day_text(pair[0].day))),
        None => Ok(days),
    }
}

/// In pieces that are each one fact.
pub fn in_facts(days: Vec<DayRates>) -> Vec<Vec<DayRates>> {
    days.chunks(RATE_DAYS_IN_FACT).map(<[DayRates]>::to_vec).collect()
}

/// The currencies of the columns behind the first; None for an empty one, with which the bank's lines end, and for a
/// currency that there is no more, of which its history still tells.
fn columns(header: &csv::StringRecord) -> Result<Vec<Option<Currency>>, RatesFault> {
    if !header.get(0).is_some_and(|it| it.eq_ignore_ascii_case("date")) {
        return fault(1, "The first line names the columns: Date, and the currencies, such as USD.");
    }
    if header.len() > RATE_COLUMNS_MAX {
        return fault(1, format!("The file has more than {RATE_COLUMNS_MAX} columns."));
    }
    let is_code = |name: &str| name.len() == 3 && name.bytes().all(|byte| byte.is_ascii_uppercase());
    let currency = |name: &str| match amount::currency(name) {
        Some(currency) => Ok(Some(currency)),
        None if name.is_empty() || is_code(name) => Ok(None),
        None => fault(1, format!("{name} is not the code of a currency, such as USD.")),
    };
    header.iter().skip(1).map(currency).collect()
}

/// `2026-11-13` or `13 November 2026`.
fn day_of(line: u64, text: &str) -> Result<Day, RatesFault> {
    let named = || parse_day(&Date::strptime("%d %B %Y", text).ok()?.to_string());
    match parse_day(text).or_else(named) {
        Some(day) => Ok(day),
        None => fault(line, format!("{text:?} is not a day, such as 2026-11-13 or 13 November 2026.")),
    }
}

/// None where there is none on that day.
fn rate(line: u64, cell: &str) -> Result<Option<i64>, RatesFault> {
    if cell.is_empty() || cell.eq_ignore_ascii_case("n/a") {
        return Ok(None);
    }
    match amount::amount(cell) {
        Ok(rate) if rate.0 > 0 => Ok(Some(rate.0)),
        _ => fault(line, format!("{cell:?} is not a rate: a decimal number above zero with at most six decimals.")),
    }
}

/// `1.0823`.
pub fn rate_text(rate: i64) -> String {
    let (whole, decimals) = (rate / MICROS, rate % MICROS);
    let decimals = format!("{decimals:06}");
    let decimals = decimals.trim_end_matches('0');
    if decimals.is_empty() { whole.to_string() } else { format!("{whole}.{decimals}") }
}

/// Digits of a rate between two currencies that is a quotient: more than any bank publishes.
const QUOTIENT_DIGITS: usize = 8;
const QUOTIENT_DECIMALS_MAX: u32 = 12;

/// So much of one currency for one of another, `1.0831`. Exact where it was read from the file; a quotient of two rates to
/// eight digits.
pub fn quotient_text(rate: &Rate) -> String {
    if rate.from == MICROS || rate.from <= 0 {
        return rate_text(rate.to);
    }
    let scaled = |decimals: u32| {
        let exact = i128::from(rate.to) * 10_i128.pow(decimals);
        (exact * 2 + i128::from(rate.from)) / (i128::from(rate.from) * 2)
    };
    let is_fine = |decimals: &u32| scaled(*decimals).to_string().len() >= QUOTIENT_DIGITS;
    let decimals = (0..QUOTIENT_DECIMALS_MAX).find(is_fine).unwrap_or(QUOTIENT_DECIMALS_MAX);
    let digits = format!("{:0>width$}", scaled(decimals), width = decimals as usize + 1);
    let (whole, decimals) = digits.split_at(digits.len() - decimals as usize);
    let decimals = decimals.trim_end_matches('0');
    if decimals.is_empty() { whole.to_owned() } else { format!("{whole}.{decimals}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EUR: Currency = Currency(*b"EUR");

    fn read(text: &str) -> Result<Vec<DayRates>, RatesFault> {
        rates(text, EUR)
    }

    #[test]
    fn a_rate_is_told_as_a_number() {
        let told = |from, to| quotient_text(&Rate { day: Day(0), from, to });
        assert_eq!((told(MICROS, 1_083_100), told(MICROS, 17_432_123_456)), ("1.0831".into(), "17432.123456".into()));
        assert_eq!((told(1_083_100, MICROS), told(1_250_000, MICROS)), ("0.92327578".into(), "0.8".into()));
        assert_eq!(
            (told(17_432_550_000, MICROS), told(1_083_100, 163_450_000)),
            ("0.000057363954".into(), "150.90943".into())
        );
    }

    #[test]
    fn the_banks_daily_file_is_read() {
        let days = read("Date, USD, JPY, \n13 November 2026, 1.0823, 163.45, \n").unwrap();
        assert_eq!(days.len(), 1);
        assert_eq!(super::super::day::day_text(days[0].day), "2026-11-13");
        assert_eq!(days[0].rates, [(Currency(*b"USD"), 1_082_300), (Currency(*b"JPY"), 163_450_000)]);
        assert_eq!(rate_text(days[0].rates[0].1), "1.0823");
    }

    #[test]
    fn the_banks_history_is_read_the_oldest_day_first() {
        let days = read("\u{feff}Date,USD,CYP,\n2026-11-13,1.0823,N/A,\n2026-11-12,1.08,0.585,\n").unwrap();
        assert_eq!(days.iter().map(|day| day.rates.len()).collect::<Vec<_>>(), [1, 1]);
        assert!(days[0].day < days[1].day);
    }

    #[test]
    fn faults_are_named_with_their_line() {
        let wrong = |text: &str| read(text).unwrap_err();
        assert_eq!(wrong("").line, 1);
        assert!(wrong("USD,JPY\n1,2\n").message.contains("Date"));
        assert!(wrong("Date,DOLLAR\n2026-11-13,1\n").message.contains("DOLLAR"));
        assert_eq!(wrong("Date,USD\n2026-11-13,1.1\n2026-11-12,0\n").line, 3);
        assert_eq!(wrong("Date,USD\n2026-11-13,\"1,08\"\n").line, 2);
        assert_eq!(wrong("Date,USD\n31 June 2026,1.1\n").line, 2);
        assert!(wrong("Date,USD\n2026-11-13,1.1\n2026-11-13,1.2\n").message.contains("twice"));
        assert!(wrong("Date,USD\n2026-11-13,N/A\n").message.contains("no rates"));
    }
}
