//! A town's records in words.

use referee_core::fact::{ClickRef, Fact, Item, Record};
use referee_core::identity::Identifier;
use referee_core::time::Timestamp;

use super::Town;
use super::clock::OPENING;

impl Town {
    /// All identifiers of clicks, visits and reports, each once.
    pub fn identifiers(&self) -> Vec<Identifier> {
        let mut all: Vec<Identifier> = self.records.iter().flat_map(Town::named).collect();
        all.sort();
        all.dedup();
        all
    }

    /// The identifiers that a record names.
    pub fn named(record: &Record) -> Vec<Identifier> {
        match &record.fact {
            Fact::ClickRecorded(touch) | Fact::ImpressionRecorded(touch) => touch.visitor.into_iter().collect(),
            Fact::VisitRecorded(visit) => visit.named().collect(),
            Fact::ConversionReported(report) => report.named().collect(),
            _ => Vec::new(),
        }
    }

    pub fn line(&self, record: &Record) -> String {
        let what = match &record.fact {
            Fact::ClickRecorded(click) | Fact::ImpressionRecorded(click) => format!(
                "{} {} {} on {} of program {}",
                if matches!(record.fact, Fact::ClickRecorded(_)) { "click" } else { "impression" },
                click.no,
                self.words(&Town::named(record)),
                click.partner,
                click.program
            ),
            Fact::VisitRecorded(visit) => {
                let issued = visit.issued.map(|it| format!(" issued {}", self.names.of(&it))).unwrap_or_default();
                format!("visit {}{}{issued}", self.words(&visit.identifiers), click_word(visit.click))
            }
            Fact::ConversionReported(report) => format!(
                "report {} event {} {:?} {} {}{}{} {}{}{}{}{}{}",
                report.order_id,
                report.event_type,
                report.source,
                report.amount.0 / 10_000,
                report.currency,
                report.items.iter().map(item_word).collect::<String>(),
                if report.customer_status.is_empty() { "" } else { " customer " }.to_owned() + &report.customer_status,
                self.words(&report.identifiers),
                click_word(report.click),
                if report.promo_code.is_empty() { String::new() } else { format!(" code {}", report.promo_code) },
                report.forced_partner.map(|it| format!(" partner {it}")).unwrap_or_default(),
                report.assigned.iter().map(|(_, value)| format!(" by {value}")).collect::<String>(),
                if report.parent_order.is_empty() { "" } else { " after " }.to_owned() + &report.parent_order,
            ),
            fact => format!("{fact:?}"),
        };
        let late = record.received_at.since_ms(record.occurred_at);
        let late = if late == 0 { String::new() } else { format!(" (received {late} ms later)") };
        format!("{} {}{late}: {what}", record.no, moment(record.occurred_at))
    }

    fn words(&self, identifiers: &[Identifier]) -> String {
        identifiers.iter().map(|it| self.names.of(it)).collect::<Vec<_>>().join(" ")
    }
}

fn item_word(item: &Item) -> String {
    format!(" ({} {} {:?} for {})", item.quantity, item.sku, item.category, item.amount.0 / 10_000)
}

fn click_word(click: Option<ClickRef>) -> String {
    click.map(|click| format!(" click={}", click.no)).unwrap_or_default()
}

/// Days, hours, minutes and milliseconds since the town opened.
fn moment(at: Timestamp) -> String {
    let ms = at.since_ms(OPENING);
    let (day, rest) = (ms.div_euclid(86_400_000), ms.rem_euclid(86_400_000));
    let (hour, minute, ms) = (rest / 3_600_000, rest / 60_000 % 60, rest % 60_000);
    format!("d{day}+{hour:02}:{minute:02}:{:06.3}", ms as f64 / 1_000.0)
}
