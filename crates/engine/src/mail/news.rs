//! What partners are told of, and the brand's own people of clicks that wait for them: read from the books, so that it is all
//! the same whether a person, a program or a file did it.

use std::collections::BTreeMap;

use referee_core::config::Config;
use referee_core::id::{BrandId, InquiryId, PartnerId, PaymentId, ProgramId, RecordNo};
use referee_core::row::{ClickTally, PaymentState};
use referee_core::time::{DAY_MS, Timestamp};

use super::words::{MailTopic, Sender};
use crate::books::reads::AuditEntry;
use crate::engine::Engine;
use crate::error::Result;
use crate::limits::CLICK_NOTICE_DAYS;
use crate::settings::News;

/// Entries of the audit trail in one round: the next one follows within seconds.
const ENTRIES_AT_ONCE: u32 = 1_000;
/// What is older is no news: books that are rebuilt, and a courier that was away for long, would tell of it.
const NEWS_DAYS: u32 = 7;
/// Returns that wait for a word, of all partners of a brand: more are told of when some of these are decided.
const RETURNS_MAX: u32 = 10_000;

/// What an entry of the audit trail comes to.
enum Happened {
    Told(News),
    /// Nobody is told of such things.
    Untold,
    /// It is told of, or not, when it is known how it ends.
    UnderWay,
}

impl Engine {
    /// Tells partners what happened since the last time, and what waits for their word.
    pub fn write_news(&self, console: &str) -> Result<()> {
        let routing = self.routing().clone();
        for (id, brand) in &routing.brands {
            // What stops one brand does not stop the others.
            if let Err(error) = self.tell_partners(*id, &brand.config, console) {
                tracing::warn!(brand = id.0, %error, "partners could not be told what happened; they will be");
            }
        }
        Ok(())
    }

    fn tell_partners(&self, id: BrandId, config: &Config, console: &str) -> Result<()> {
        let now = self.now();
        let Some(brand) = self.settings.find_brand(id)? else { return Ok(()) };
        let sender = Sender { brand: &brand.name, console };
        let mut news = offers(config, &sender, now);
        news.extend(self.returns(id, &sender, now)?);
        news.extend(self.closing_clicks(id, config, &sender, now)?);
        let mark = match self.settings.mail_mark(id)? {
            Some(told) => self.events(id, told, &sender, &mut news)?,
            // Of what happened before the first time, nobody is told.
            None => Some(self.reads.audit(id, None, 1)?.first().map_or(RecordNo(0), |it| it.record)),
        };
        let untold = self.settings.untold(id, news)?;
        self.settings.tell(id, &untold, mark, now)
    }

    /// Adds what happened after a record, and says up to which one; None: nothing more happened.
    fn events(
        &self,
        brand: BrandId,
        told: RecordNo,
        sender: &Sender<'_>,
        news: &mut Vec<News>,
    ) -> Result<Option<RecordNo>> {
        let mut mark = None;
        let since = self.now().minus_days(NEWS_DAYS);
        for entry in self.reads.audit_after(brand, told, ENTRIES_AT_ONCE)? {
            let happened = if entry.at < since { Happened::Untold } else { self.event(brand, &entry, sender)? };
            match happened {
                Happened::Told(piece) => news.push(piece),
                Happened::Untold => {}
                Happened::UnderWay => break,
            }
            mark = Some(entry.record);
        }
        Ok(mark)
    }

    /// What an entry of the audit trail is told as, if at all.
    fn event(&self, brand: BrandId, entry: &AuditEntry, sender: &Sender<'_>) -> Result<Happened> {
        let (Ok(id), None) = (entry.subject.parse(), entry.refusal) else { return Ok(Happened::Untold) };
        match entry.kind.as_str() {
            "inquiry_answered" => self.answer(brand, InquiryId(id), entry.record, sender),
            "payment_concluded" | "payment_made" => self.payment(brand, PaymentId(id), sender),
            _ => Ok(Happened::Untold),
        }
    }

    fn answer(&self, brand: BrandId, id: InquiryId, record: RecordNo, sender: &Sender<'_>) -> Result<Happened> {
        let Some(inquiry) = self.reads.inquiry(brand, None, id)? else { return Ok(Happened::Untold) };
        let (partner, topic, words) = (inquiry.partner, MailTopic::Inquiry, sender.inquiry_answered(&inquiry));
        // An appeal is answered as well.
        Ok(Happened::Told(News { partner: Some(partner), topic, about: format!("inquiry {id} {record}"), words }))
    }

    fn payment(&self, brand: BrandId, id: PaymentId, sender: &Sender<'_>) -> Result<Happened> {
        let Some(payment) = self.reads.payment(brand, id)? else { return Ok(Happened::Untold) };
        match payment.state {
            PaymentState::Gathering => Ok(Happened::UnderWay),
            PaymentState::Settled => {
                let (partner, topic, words) = (payment.partner, MailTopic::Payment, sender.payment_settled(&payment));
                Ok(Happened::Told(News { partner: Some(partner), topic, about: format!("payment {id}"), words }))
            }
            _ => Ok(Happened::Untold),
        }
    }

    /// Pending clicks that are accepted by themselves within days: one for each moment at which days close.
    fn closing_clicks(
        &self,
        brand: BrandId,
        config: &Config,
        sender: &Sender<'_>,
        now: Timestamp,
    ) -> Result<Vec<News>> {
        let mut closing: BTreeMap<(ProgramId, Timestamp), ClickTally> = BTreeMap::new();
        if config.programs.keys().any(|program| config.click_event_type(*program).is_some()) {
            for (key, day) in self.reads.open_click_days(brand, None, None)? {
                // Books that are being rebuilt show days that closed long ago.
                let Some(due_at) = day.due_at.filter(|at| (now..=now.plus_days(CLICK_NOTICE_DAYS)).contains(at)) else {
                    continue;
                };
                let sum = closing.entry((key.program, due_at)).or_default();
                *sum = sum.plus(day.pending);
            }
        }
        let piece = |((program, due_at), sum): ((ProgramId, Timestamp), ClickTally)| {
            let words = sender.clicks_close(config.programs.get(&program)?, due_at, sum);
            let about = format!("clicks {program} {}", due_at.0);
            Some(News { partner: None, topic: MailTopic::Clicks, about, words })
        };
        Ok(closing.into_iter().filter(|(_, sum)| sum.clicks > 0).filter_map(piece).collect())
    }

    /// One for each partner of whom something was asked, and again when more is asked on another day.
    fn returns(&self, brand: BrandId, sender: &Sender<'_>, now: Timestamp) -> Result<Vec<News>> {
        let mut asked: BTreeMap<PartnerId, (usize, i64)> = BTreeMap::new();
        for action in self.reads.asked_returns(brand, None, RETURNS_MAX)? {
            // Books that are being rebuilt show what was asked long ago.
            let has_locked = action.locks_at.is_some_and(|at| at <= now);
            let Some(asked_at) = action.return_asked.map(|it| it.at).filter(|_| !has_locked) else { continue };
            let (count, latest) = asked.entry(action.partner).or_default();
            (*count, *latest) = (*count + 1, (*latest).max(asked_at.0.div_euclid(DAY_MS)));
        }
        let piece = |(partner, (count, day)): (PartnerId, (usize, i64))| News {
            partner: Some(partner),
            topic: MailTopic::Return,
            about: format!("returns {partner} {day}"),
            words: sender.returns_asked(count),
        };
        Ok(asked.into_iter().map(piece).collect())
    }
}

/// Offers that wait for a partner's word.
fn offers(config: &Config, sender: &Sender<'_>, now: Timestamp) -> Vec<News> {
    let of = |program, partner| {
        let terms = config.offer_to(program, partner, now)?;
        let name = config.programs.get(&program).map_or("", |it| it.name.as_str());
        let words = sender.terms_offered(name, terms.starts_at);
        let about = format!("offer {program} {partner} {}", terms.version);
        Some(News { partner: Some(partner), topic: MailTopic::Offer, about, words })
    };
    config.terms.keys().filter_map(|(program, partner)| of(*program, (*partner)?)).collect()
}
