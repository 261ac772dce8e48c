//! What a brand has set up, whole: small, and wanted by almost every record.

use std::collections::{BTreeMap, BTreeSet};

use crate::contract::{Terms, TermsRules};
use crate::id::{AdId, EventTypeId, PartnerId, ProgramId};
use crate::identity::{Block, Identifier};
use crate::program::{Ad, EventType, Program, PromoCode, Standing, VanityLink};
use crate::refusal::Refusal;
use crate::time::Timestamp;

/// A partner's standing with a brand. The name and address of the partner are in the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partner {
    pub id: PartnerId,
    pub standing: Standing,
}

/// One thing set up; the newest with the same key holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigEntry {
    Program(Program),
    EventType(EventType),
    Partner(Partner),
    Ad(Ad),
    Link(VanityLink),
    PromoCode(PromoCode),
    Terms(Terms),
    Block(Block),
}

/// Days before the longest referral window whose clicks a decision still names.
const LOOK_BACK_EXTRA_DAYS: u32 = 30;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Config {
    pub programs: BTreeMap<ProgramId, Program>,
    pub event_types: BTreeMap<(ProgramId, EventTypeId), EventType>,
    pub partners: BTreeMap<PartnerId, Partner>,
    pub ads: BTreeMap<(ProgramId, AdId), Ad>,
    pub links: BTreeMap<(ProgramId, String), VanityLink>,
    pub promo_codes: BTreeMap<(ProgramId, String), PromoCode>,
    /// Versions in ascending order; None is the template.
    pub terms: BTreeMap<(ProgramId, Option<PartnerId>), Vec<Terms>>,
    /// The brand's block list, with what was let go again.
    pub blocks: BTreeMap<Identifier, Block>,
    /// Every hash that an active entry of it names.
    blocked: BTreeSet<Identifier>,
}

/// The rules that price an event, and where they stand.
#[derive(Debug, Clone, Copy)]
pub struct TermsInForce<'a> {
    pub rules: &'a TermsRules,
    pub version: u32,
    pub of_template: bool,
}

impl Config {
    pub fn set(&mut self, entry: ConfigEntry) {
        match entry {
            ConfigEntry::Program(it) => _ = self.programs.insert(it.id, it),
            ConfigEntry::EventType(it) => _ = self.event_types.insert((it.program, it.id), it),
            ConfigEntry::Partner(it) => _ = self.partners.insert(it.id, it),
            ConfigEntry::Ad(it) => _ = self.ads.insert((it.program, it.id), it),
            ConfigEntry::Link(it) => _ = self.links.insert((it.program, it.slug.clone()), it),
            ConfigEntry::PromoCode(it) => _ = self.promo_codes.insert((it.program, it.code.clone()), it),
            ConfigEntry::Terms(it) => {
                let versions = self.terms.entry((it.program, it.partner)).or_default();
                let place = versions.partition_point(|version| version.version < it.version);
                versions.insert(place, it);
            }
            ConfigEntry::Block(it) => {
                _ = self.blocks.insert(it.blocked.identifier, it);
                let active = self.blocks.values().map(|it| &it.blocked).filter(|it| it.standing == Standing::Active);
                self.blocked = active.flat_map(|it| it.aliases.iter().copied().chain([it.identifier])).collect();
            }
        }
    }

    /// Whether the brand says that this names nobody.
    pub fn is_blocked(&self, identifier: Identifier) -> bool {
        self.blocked.contains(&identifier)
    }

    /// The terms a partner works under at a moment, or why there are none.
    pub fn terms_at(&self, program: ProgramId, partner: PartnerId, at: Timestamp) -> Result<TermsInForce<'_>, Refusal> {
        let contract = self.version_at(program, Some(partner), at).ok_or(Refusal::ContractNotFound)?;
        if is_over(contract, at) {
            return Err(Refusal::ContractExpired);
        }
        if let Some(rules) = &contract.rules {
            return Ok(TermsInForce { rules, version: contract.version, of_template: false });
        }
        // The contract itself goes on: where what it follows is over or never was, it pays nothing.
        let template = self.version_at(program, None, at).filter(|template| !is_over(template, at));
        let template = template.ok_or(Refusal::ActionTermsNotFound)?;
        let rules = template.rules.as_ref().ok_or(Refusal::ActionTermsNotFound)?;
        Ok(TermsInForce { rules, version: template.version, of_template: true })
    }

    /// The rules of a named version, for pricing what was opened under it.
    pub fn rules_of(&self, program: ProgramId, partner: Option<PartnerId>, version: u32) -> Option<&TermsRules> {
        let versions = self.terms.get(&(program, partner))?;
        versions.iter().find(|terms| terms.version == version)?.rules.as_ref()
    }

    /// How far back a decision looks: the longest referral window of any terms of the program, and some days more, so
    /// that clicks just outside it are named as such.
    pub fn looks_back_to(&self, program: ProgramId, at: Timestamp) -> Timestamp {
        let of_program = self.terms.iter().filter(|((of, _), _)| *of == program).flat_map(|(_, versions)| versions);
        let windows = of_program.filter_map(|terms| terms.rules.as_ref()).map(|rules| rules.referral_window_days);
        at.minus_days(windows.max().unwrap_or(0).saturating_add(LOOK_BACK_EXTRA_DAYS))
    }

    /// Of the versions begun by then, the one that began last; of equals, the newest.
    fn version_at(&self, program: ProgramId, partner: Option<PartnerId>, at: Timestamp) -> Option<&Terms> {
        let versions = self.terms.get(&(program, partner))?;
        versions.iter().filter(|terms| terms.starts_at <= at).max_by_key(|terms| (terms.starts_at, terms.version))
    }
}

/// Whether a version that has begun is no longer in force.
fn is_over(terms: &Terms, at: Timestamp) -> bool {
    terms.standing == Standing::Paused || terms.ends_at.is_some_and(|end| end <= at)
}
