//! The text form of a history: one fact a line. What `fixture` says of the language, this reads.

use std::collections::BTreeMap;

use super::words::{
    D0, Line, Rule, click_no, credit, currency, days, device, digest, hours, identifier, item, item_change, list,
    locking, moment, money, number, partner, payout, repeat, rule, signed_ppm, zone,
};
use crate::contract::{
    Adjustment, EventPayout, Payout, PayoutGroup, PayoutLevel, Restriction, ReturnPolicy, Returns, TermsRules,
};
use crate::exchange::DayRates;
use crate::fact::{
    ActionChange, ActionTarget, Actor, Agent, AwardGiven, AwardKind, ChangeRequest, Click, ClickRef, Conversion,
    EventTypeSet, Fact, Item, Navigation, NewFigures, OfferWithdrawn, PartnerGroupSet, PaymentRunProposed,
    ReturnDecided, Role, Signals, TermsDecided, TermsSet, Visit,
};
use crate::id::{ClickNo, EventTypeId, PartnerId, PaymentId, PaymentRunId, ProgramId, ReviewId, SubmissionId, UserId};
use crate::identity::Blocked;
use crate::limit::{AppliesTo, Basis, Limit, Period, Tier, Tiers};
use crate::locking::Locking;
use crate::money::Currency;
use crate::overlay::{Extra, OverlaySet};
use crate::program::{Category, GroupCredit, PaymentRules, Program, SETTLE_HOURS_DEFAULT, Source, Standing};
use crate::time::{Timestamp, Zone};

mod clicks;
mod inquiries;
mod shop;
mod tracking;

use tracking::{ad, assigned, code, link, value};

/// The shop that most histories happen in.
const SHOP: &str = "
    program 1 eur
    event sale
    template sale=8% window=30d lock=30d
    ad 1
    partner A
    partner B
    contract A
    contract B
";

pub enum Step {
    Fact(Box<Entered>),
    /// As a machine does, work is taken until none waits: in pieces of this size.
    Drain(u32, Timestamp),
    Show(String),
}

pub struct Entered {
    pub label: String,
    pub received_at: Timestamp,
    pub occurred_at: Timestamp,
    pub actor: Option<Actor>,
    pub fact: Fact,
}

pub fn read(text: &str) -> Vec<Step> {
    let mut reader = Reader { now: D0, ..Reader::default() };
    text.lines().for_each(|line| reader.line(line));
    reader.steps
}

#[derive(Default)]
struct Reader {
    now: Timestamp,
    steps: Vec<Step>,
    currencies: BTreeMap<ProgramId, Currency>,
    events: BTreeMap<(ProgramId, String), EventTypeId>,
    last_event: u32,
    templates: BTreeMap<(ProgramId, Option<PartnerId>), u32>,
    minted: BTreeMap<ClickNo, ClickRef>,
    reports: u128,
}

impl Reader {
    fn line(&mut self, text: &str) {
        let mut text = text.split('#').next().unwrap_or_default().trim();
        if let Some((at, rest)) = text.strip_prefix("at ").map(|rest| rest.split_once(' ').unwrap_or((rest, ""))) {
            self.now = moment(at);
            text = rest.trim();
        }
        if text == "shop" {
            SHOP.lines().for_each(|line| self.line(line));
            return;
        }
        if let Some(rest) = text.strip_prefix("repeat ") {
            let (times, rest) = rest.split_once(' ').unwrap();
            (1..=number(times)).for_each(|n| self.line(&rest.replace("{n}", &n.to_string())));
            return;
        }
        let mut line = Line { text, words: text.split_whitespace().collect() };
        if line.words.is_empty() {
            return;
        }
        let label = line.words[..line.words.len().min(2)].join(" ");
        let verb = line.word();
        if verb == "show" {
            self.steps.push(Step::Show(line.words.join(" ")));
            return;
        }
        if verb == "drain" {
            let limit = line.words.pop().map_or(100, number);
            self.steps.push(Step::Drain(limit, self.now));
            return;
        }
        self.enter(verb, label, &mut line);
        assert!(line.words.is_empty(), "{:?} means nothing in: {text}", line.words);
    }

    fn enter(&mut self, verb: &str, label: String, line: &mut Line<'_>) {
        let actor = line.option("by").map(|user| Actor {
            user: UserId(number(user)),
            role: Role::Manager,
            reason: "because".into(),
        });
        let actor = match verb {
            "accept" | "decline" | "appeal" | "agree" | "refuse" => Some(decides(line)),
            "answer" if line.flag("partner") => Some(decides(line)),
            _ => actor,
        };
        let occurred_at = line.option("occurred").map_or(self.now, moment);
        let Some(fact) = self.fact(verb, occurred_at, line) else { return };
        let occurred_at = match &fact {
            Fact::ClickRecorded(click) | Fact::ImpressionRecorded(click) => self.minted[&click.no].clicked_at,
            _ => occurred_at,
        };
        let entered = Entered { label, received_at: self.now, occurred_at, actor, fact };
        self.steps.push(Step::Fact(Box::new(entered)));
    }

    fn fact(&mut self, verb: &str, at: Timestamp, line: &mut Line<'_>) -> Option<Fact> {
        Some(match verb {
            "rules" => Fact::RulesAdopted { version: number(line.word()) },
            "program" => self.program(line),
            "event" => self.event(line),
            "template" => self.terms(line, None),
            "contract" => {
                let partner = partner(line.word());
                self.terms(line, Some(partner))
            }
            "partner" => {
                let (partner, standing, channel) = (partner(line.word()), line.standing(), line.flag("channel"));
                Fact::PartnerSet { partner, standing, channel }
            }
            "accept" | "decline" => {
                let (partner, version, program) = (partner(line.word()), number(line.word()), line.program());
                Fact::TermsDecided(TermsDecided { program, partner, version, accepted: verb == "accept" })
            }
            "withdraw" => {
                let (partner, version, program) = (partner(line.word()), number(line.word()), line.program());
                Fact::OfferWithdrawn(OfferWithdrawn { program, partner, version })
            }
            "overlay" => self.overlay(line),
            "list" => list(line),
            "ad" => ad(line),
            "link" => link(line),
            "code" => code(line),
            "block" => blocked(line, Standing::Active),
            "unblock" => blocked(line, Standing::Paused),
            "value" => value(line),
            "group" => group(line),
            "lost" => {
                self.mint(line, at);
                return None;
            }
            "click" => {
                let click = self.mint(line, at);
                recorded(line, click)
            }
            "view" => {
                let view = self.mint(line, at);
                match recorded(line, view) {
                    Fact::ClickRecorded(view) => Fact::ImpressionRecorded(view),
                    _ => unreachable!("a click was recorded"),
                }
            }
            "found" => {
                let click = self.minted[&click_no(line.word())];
                recorded(line, click)
            }
            "visit" => self.visit(line),
            "conversion" => self.conversion(line),
            "order" => self.shop_order(line),
            "refund" => self.shop_refund(line),
            "checkout" => self.shop_checkout(line),
            "modify" => self.modify(line),
            "reverse" => {
                let target = self.target(line);
                self.change(line, target, ActionChange::Reverse)
            }
            "hold" | "release" | "approve" | "restore" | "admit" => {
                let target = self.target(line);
                let change = match verb {
                    "hold" => ActionChange::Hold,
                    "restore" => ActionChange::Restore,
                    "admit" => ActionChange::Admit,
                    "release" => ActionChange::Release,
                    _ => ActionChange::Approve,
                };
                self.change(line, target, change)
            }
            "give" => {
                let target = self.target(line);
                let partner = partner(line.word());
                self.change(line, target, ActionChange::Reattribute { partner })
            }
            "award" => award(line),
            "agree" | "refuse" => {
                let partner = partner(line.word());
                let action = line.word().parse().unwrap_or_else(|()| panic!("{} names no action", line.text));
                Fact::ReturnDecided(ReturnDecided { partner, action, accepted: verb == "agree" })
            }
            "separate" | "rejoin" => {
                let (a, b) = (line.node(), line.node());
                Fact::JoinSeparated { a, b, separated: verb == "separate" }
            }
            "correct" => self.correct(line),
            "propose" => propose(line),
            "approve-run" | "drop-run" => {
                Fact::PaymentRunDecided { run: PaymentRunId(number(line.word())), approved: verb == "approve-run" }
            }
            "settled" => Fact::PaymentConcluded { payment: PaymentId(number(line.word())), failure: None },
            "failed" => Fact::PaymentConcluded {
                payment: PaymentId(number(line.word())),
                failure: Some(line.option("why").unwrap_or("unknown account").to_owned()),
            },
            "rates" => rates(line),
            "payment-rules" => Fact::PaymentRulesSet(PaymentRules {
                two_persons: line.flag("two-persons"),
                thresholds: line.option("threshold").map(|it| (Currency(*b"EUR"), money(it))).into_iter().collect(),
                day_of_month: None,
            }),
            "pay" => Fact::PaymentMade { partner: partner(line.word()), program: line.program() },
            "screening" => clicks::screening(line),
            "doubt" => clicks::doubt(line),
            "device" => clicks::device(line),
            "reject-clicks" | "accept-clicks" | "price-clicks" => clicks::review(verb, line),
            "undo-review" => Fact::ReviewUndone { review: ReviewId(number(line.word())) },
            "inquiry-rules" => inquiries::rules(line),
            "inquire" => self.inquire(at, line),
            "answer" => self.answer(line),
            "appeal" => self.appeal(line),
            "time" => Fact::TimePassed,
            "work" => Fact::WorkAdvanced { limit: number(line.word()) },
            _ => panic!("no such fact: {}", line.text),
        })
    }

    fn program(&mut self, line: &mut Line<'_>) -> Fact {
        let id = ProgramId(number(line.word()));
        let currency = currency(line.word());
        // The first holds: a program's currency can't change.
        self.currencies.entry(id).or_insert(currency);
        Fact::ProgramSet(Program {
            id,
            name: "Shop".into(),
            currency,
            zone: zone(line.option("zone").unwrap_or("utc")),
            standing: line.standing(),
            default_landing_url: String::new(),
            permitted_hosts: Vec::new(),
            tracking_hosts: Vec::new(),
            click_param: "pt".into(),
            cookie_days: 30,
        })
    }

    fn event(&mut self, line: &mut Line<'_>) -> Fact {
        let name = line.word().to_owned();
        let program = line.program();
        let known = self.events.get(&(program, name.clone())).copied();
        let id = line.option("id").map(|id| EventTypeId(number(id))).or(known);
        // The rules count the same way; a case would find its event type missing if they did not.
        let expected = id.unwrap_or_else(|| self.next_event());
        self.events.insert((program, name.clone()), expected);
        Fact::EventTypeSet(EventTypeSet {
            program,
            id,
            code: line.option("code").unwrap_or(&name).to_owned(),
            name,
            category: if line.flag("clicks") { Category::Click } else { Category::Sale },
            standing: line.standing(),
            server_wins: !line.flag("first-wins"),
            credit: credit(line.option("credit")),
            parent: line.option("parent").map(|name| self.event_id(program, name)),
            settle_hours: line.option("settle").map_or(SETTLE_HOURS_DEFAULT, hours),
        })
    }

    fn next_event(&mut self) -> EventTypeId {
        self.last_event += 1;
        while self.events.values().any(|taken| taken.0 == self.last_event) {
            self.last_event += 1;
        }
        EventTypeId(self.last_event)
    }

    fn event_id(&self, program: ProgramId, name: &str) -> EventTypeId {
        match name.parse() {
            Ok(id) => EventTypeId(id),
            Err(_) => *self.events.get(&(program, name.to_owned())).unwrap_or_else(|| panic!("no event {name}")),
        }
    }

    fn terms(&mut self, line: &mut Line<'_>, partner: Option<PartnerId>) -> Fact {
        let program = line.program();
        let versions = self.templates.entry((program, partner)).or_default();
        *versions += 1;
        // The first version covers all that came before; those after it begin now.
        let default_start = if *versions == 1 { D0.minus_days(365) } else { self.now };
        let starts_at = line.option("from").map_or(default_start, moment);
        let ends_at = line.option("to").map(moment);
        let standing = line.standing();
        let referral_window_days = line.option("window").map_or(30, days);
        let view_window_hours = line.option("views").map(hours);
        let locking = line.option("lock").map_or(Locking::After { days: 30 }, locking);
        let notice_days = line.option("notice").map_or(0, days);
        let needs_acceptance = line.flag("offered");
        let returns = returns(line);
        let payouts = self.payouts(program, line);
        let own = !payouts.is_empty() || partner.is_none();
        let rules = own.then_some(TermsRules {
            referral_window_days,
            view_window_hours,
            locking,
            notice_days,
            returns,
            payouts,
        });
        Fact::TermsSet(TermsSet { program, partner, starts_at, ends_at, standing, rules, needs_acceptance })
    }

    /// `overlay new sale=+20% lead=+20% from=d1 to=d3 for=A,B`, `overlay 1 sale=12% from=d1 to=d5 on=saturday hours=18:00-22:00`.
    fn overlay(&mut self, line: &mut Line<'_>) -> Fact {
        let id = if line.flag("new") { None } else { Some(number(line.word())) };
        let (program, standing) = (line.program(), line.standing());
        let (starts_at, ends_at) = (moment(line.option("from").unwrap()), moment(line.option("to").unwrap()));
        let partners = line.option("for").map_or(Vec::new(), |names| names.split(',').map(partner).collect());
        let repeat = repeat(line);
        let pays: Vec<(&str, &str)> =
            std::mem::take(&mut line.words).iter().filter_map(|word| word.split_once('=')).collect();
        let event_types = pays.iter().map(|(event, _)| self.event_id(program, event)).collect();
        let extra = match pays.first().map_or("0", |(_, extra)| *extra) {
            more if more.starts_with(['+', '-']) => Extra::Adjust { ppm: signed_ppm(more) },
            other => Extra::Payout(payout(other)),
        };
        let name = "Overlay".into();
        Fact::OverlaySet(OverlaySet {
            program,
            id,
            name,
            partners,
            event_types,
            starts_at,
            ends_at,
            standing,
            extra,
            repeat,
        })
    }

    /// `sale=8% items=sale group=sale:country/is/de&total/100.00..:12% restrict=sale:sku/is/x adjust=sale:date/d1..d9:+10%`.
    fn payouts(&self, program: ProgramId, line: &mut Line<'_>) -> Vec<EventPayout> {
        let by_item = line.options("items");
        let [groups, restrictions, adjustments] = ["group", "restrict", "adjust"].map(|name| line.options(name));
        let [limits, tiers, clicks] = ["limit", "tiers", "clicks"].map(|name| line.options(name));
        let words = std::mem::take(&mut line.words);
        let payouts = words.iter().map(|word| {
            let (event, text) = word.split_once('=').unwrap_or_else(|| panic!("{word} pays nothing"));
            let of =
                |texts: &[&str]| texts.iter().map(|it| rule(it)).filter(|it| it.event == event).collect::<Vec<_>>();
            let group = |Rule { text, conditions, then, .. }: Rule| PayoutGroup {
                name: text,
                conditions,
                payout: payout(&then),
            };
            let restriction = |Rule { text, conditions, .. }: Rule| Restriction { name: text, conditions };
            let adjustment = |Rule { text, conditions, then, .. }: Rule| Adjustment {
                name: text,
                conditions,
                ppm: signed_ppm(&then),
            };
            EventPayout {
                level: if by_item.contains(&event) { PayoutLevel::Item } else { PayoutLevel::Order },
                groups: of(&groups).into_iter().map(group).collect(),
                restrictions: of(&restrictions).into_iter().map(restriction).collect(),
                adjustments: of(&adjustments).into_iter().map(adjustment).collect(),
                limits: limits.iter().filter_map(|text| limit(text, event)).collect(),
                tiers: tiers.iter().find_map(|text| tiers_of(text, event)),
                clicks: clicks.iter().find_map(|text| clicks::terms(text, event)),
                ..EventPayout::plain(self.event_id(program, event), payout(text))
            }
        });
        payouts.collect()
    }

    /// What the click's id says from now on, whether or not the click is recorded.
    fn mint(&mut self, line: &mut Line<'_>, at: Timestamp) -> ClickRef {
        let no = click_no(line.word());
        let partner = if line.flag("nobody") { PartnerId(0) } else { partner(line.word()) };
        let (program, ad) = (line.program(), line.ad());
        let click = ClickRef { no, program, partner, ad, clicked_at: at, unrecorded: false };
        *self.minted.entry(no).or_insert(click)
    }

    fn click_option(&self, line: &mut Line<'_>) -> (Option<ClickRef>, bool) {
        match line.option("click") {
            None => (None, false),
            Some("forged") => (None, true),
            Some(name) => (Some(self.minted[&click_no(name)]), false),
        }
    }

    fn visit(&mut self, line: &mut Line<'_>) -> Fact {
        let (click, _) = self.click_option(line);
        let identifiers = line.identifiers();
        Fact::VisitRecorded(Visit {
            program: line.program(),
            source: Source::Browser,
            click,
            identifiers,
            aliases: line.aliases(),
            left_out: line.left_out(),
            issued: line.option("issued").map(|name| identifier("journey", name)),
            path: "/".into(),
        })
    }

    fn submission(&mut self) -> SubmissionId {
        self.reports += 1;
        SubmissionId(self.reports.to_be_bytes())
    }

    fn conversion(&mut self, line: &mut Line<'_>) -> Fact {
        let (order_id, event, amount) = (line.word().to_owned(), line.word(), money(line.word()));
        let program = line.program();
        let event_type = self.event_id(program, event);
        let usual = self.currencies.get(&program).copied().unwrap_or_default();
        let currency = line.option("currency").map_or(usual, currency);
        let (click, click_forged) = self.click_option(line);
        let items: Vec<Item> = line.options("item").into_iter().map(item).collect();
        let dated = line.flag("dated").then_some(self.now.0);
        Fact::ConversionReported(Conversion {
            submission: self.submission(),
            program,
            event_type,
            digest: digest(&format!("{event_type} {order_id} {currency} {amount:?} {items:?} {dated:?}")),
            order_id,
            source: line.source(),
            currency,
            amount,
            items,
            identifiers: line.identifiers(),
            aliases: line.aliases(),
            left_out: line.left_out(),
            click,
            click_forged,
            promo_code: line.text_of("code"),
            assigned: assigned(line),
            forced_partner: line.option("partner").map(partner),
            sub_ids: [line.text_of("sub1"), String::new(), String::new()],
            shared_id: line.text_of("shared"),
            customer_status: line.text_of("status"),
            parent_order: line.text_of("parent"),
            fields: ["country", "region"]
                .into_iter()
                .filter_map(|name| Some((format!("customer{name}"), line.option(name)?.to_owned())))
                .collect(),
            click_path: None,
        })
    }

    fn target(&mut self, line: &mut Line<'_>) -> ActionTarget {
        let named = line.word();
        match named.parse() {
            Ok(id) => ActionTarget::Id(id),
            Err(()) => {
                let event = line.option("event").unwrap_or("sale");
                let event_type = self.event_id(line.program(), event);
                ActionTarget::Order { event_type, order_id: named.to_owned() }
            }
        }
    }

    fn modify(&mut self, line: &mut Line<'_>) -> Fact {
        let target = self.target(line);
        let change = ActionChange::Modify(new_figures(line));
        self.change(line, target, change)
    }

    fn correct(&mut self, line: &mut Line<'_>) -> Fact {
        let target = self.target(line);
        let change = ActionChange::Correct(new_figures(line));
        self.change(line, target, change)
    }

    fn change(&mut self, line: &mut Line<'_>, target: ActionTarget, change: ActionChange) -> Fact {
        Fact::ChangeRequested(ChangeRequest {
            submission: self.submission(),
            target,
            disposition: line.option("reason").unwrap_or("ORDER_UPDATE").to_owned(),
            source: line.source(),
            change,
        })
    }
}

/// A partner's own user, unless the line says that it is the brand.
fn decides(line: &mut Line<'_>) -> Actor {
    let role = if line.flag("brand") { Role::Manager } else { Role::Partner };
    Actor { user: UserId(9), role, reason: "because".into() }
}

/// `block email ann ann-sha1`: the further names are other hashes of the same address.
fn blocked(line: &mut Line<'_>, standing: Standing) -> Fact {
    let kind = line.word();
    let identifier_of = |name: &str| identifier(kind, name);
    let first = identifier_of(line.word());
    let aliases = std::mem::take(&mut line.words).into_iter().map(identifier_of).collect();
    Fact::IdentifierBlocked(Blocked { identifier: first, aliases, standing })
}

/// `amount=5.00`, `delta=-5.00` or `item=hat:1`.
fn new_figures(line: &mut Line<'_>) -> NewFigures {
    match (line.option("amount"), line.option("delta")) {
        (Some(amount), _) => NewFigures::Amount(money(amount)),
        (None, Some(delta)) => NewFigures::Delta(money(delta)),
        (None, None) => NewFigures::Items(line.options("item").into_iter().map(item_change).collect()),
    }
}

/// `rates d1 usd=1.25 jpy=160`: so much for one euro.
fn rates(line: &mut Line<'_>) -> Fact {
    let day = Zone::utc().day(moment(line.word()));
    let rate = |word: &str| {
        let (name, rate) = word.split_once('=').unwrap();
        (currency(name), money(rate).0)
    };
    let rates = std::mem::take(&mut line.words).into_iter().map(rate).collect();
    Fact::RatesSet(vec![DayRates { day, base: Currency(*b"EUR"), rates }])
}

fn period(text: &str) -> Period {
    match text {
        "day" => Period::Day,
        "month" => Period::Month,
        "year" => Period::Year,
        "ever" => Period::Ever,
        other => panic!("no period is {other}"),
    }
}

/// `sale:actions/10/day`, `sale:payout/50.00/month` or `sale:customer/1/ever`.
fn limit(text: &str, event: &str) -> Option<Limit> {
    let rest = text.strip_prefix(event)?.strip_prefix(':')?;
    let [of, most, per] = rest.split('/').collect::<Vec<_>>()[..] else { panic!("{text} limits nothing") };
    let per = period(per);
    Some(match of {
        "actions" => Limit::Actions { most: number(most), per },
        "payout" => Limit::Payout { most: money(most), per },
        "customer" => Limit::Customer { most: number(most), per },
        other => panic!("nothing is limited by {other}"),
    })
}

/// `sale:amount/month:100.00/2%:500.00/3%`, `sale:actions/year:10/1.00`, or for all actions `sale:actions/month/all:10/1.00`.
fn tiers_of(text: &str, event: &str) -> Option<Tiers> {
    let mut parts = text.strip_prefix(event)?.strip_prefix(':')?.split(':');
    let (basis, per) = parts.next()?.split_once('/')?;
    let (per, applies_to) = match per.strip_suffix("/all") {
        Some(per) => (per, AppliesTo::AllActions),
        None => (per, AppliesTo::Subsequent),
    };
    let basis = if basis == "amount" { Basis::Amount } else { Basis::Actions };
    let step = |part: &str| {
        let (from, extra) = part.split_once('/').unwrap();
        let from = if basis == Basis::Amount { money(from).0 } else { i64::from(number(from)) };
        Tier { from, extra: payout(extra) }
    };
    Some(Tiers { basis, per: period(per), applies_to, steps: parts.map(step).collect() })
}

/// `propose A,B all every`.
fn propose(line: &mut Line<'_>) -> Fact {
    let (below_threshold, every_currency) = (line.flag("all"), line.flag("every"));
    let currency = line.option("currency").map_or(Currency(*b"EUR"), currency);
    let partners = line.word().split(',').map(partner).collect();
    Fact::PaymentRunProposed(PaymentRunProposed { currency, partners, below_threshold, every_currency })
}

/// `returns=consent most=50%`.
fn returns(line: &mut Line<'_>) -> Returns {
    let policy = match line.option("returns") {
        None => ReturnPolicy::Always,
        Some("never") => ReturnPolicy::Never,
        Some("consent") => ReturnPolicy::Consent,
        Some(other) => panic!("no policy {other}"),
    };
    let most_ppm = line.option("most").map(|it| match payout(it) {
        Payout::Rate { ppm } => ppm,
        Payout::Fixed { .. } => panic!("{it} is no rate"),
    });
    Returns { policy, most_ppm }
}

/// `award bonus A 50.00 spring`.
fn award(line: &mut Line<'_>) -> Fact {
    let kind = match line.word() {
        "bonus" => AwardKind::Bonus,
        "fee" => AwardKind::Fee,
        other => panic!("no {other} is given"),
    };
    let (partner, amount, reference) = (partner(line.word()), money(line.word()), line.word().to_owned());
    Fact::AwardGiven(AwardGiven { program: line.program(), partner, kind, amount, reference })
}

/// `group 1 A,B yields`.
fn group(line: &mut Line<'_>) -> Fact {
    let id = if line.flag("new") { None } else { Some(number(line.word())) };
    let program = line.program();
    let credits = [("yields", GroupCredit::Yields), ("never", GroupCredit::Never)];
    let credit =
        credits.into_iter().find(|(name, _)| line.flag(name)).map_or(GroupCredit::Normal, |(_, credit)| credit);
    let members = line.words.pop().map_or(Vec::new(), |members| members.split(',').map(partner).collect());
    Fact::PartnerGroupSet(PartnerGroupSet { program, id, name: "Group".into(), members, credit })
}

fn recorded(line: &mut Line<'_>, click: ClickRef) -> Fact {
    let prefetch = line.flag("prefetch");
    let head = line.flag("head");
    let navigation = if line.flag("embedded") { Navigation::Embedded } else { Navigation::Navigate };
    let agents = [
        ("bot", Agent::Bot),
        ("preview", Agent::Preview),
        ("assistant", Agent::Assistant),
        ("library", Agent::Library),
        ("automation", Agent::Automation),
        ("no-agent", Agent::Empty),
    ];
    let agent = agents.into_iter().find(|(name, _)| line.flag(name)).map_or(Agent::Browser, |(_, agent)| agent);
    Fact::ClickRecorded(Click {
        no: click.no,
        program: click.program,
        partner: click.partner,
        ad: click.ad,
        slug: line.option("slug").map(str::to_owned),
        visitor: line.option("visitor").map(|name| identifier("visitor", name)),
        sub_ids: [line.text_of("sub1"), String::new(), String::new()],
        shared_id: line.text_of("shared"),
        signals: clicks::signals(
            Signals { navigation, prefetch, head, agent, device: device(line.option("on")), ..Signals::default() },
            line,
        ),
        deep_link_refused: false,
        referrer_host: line.text_of("from"),
        link_params: clicks::params(line),
    })
}
