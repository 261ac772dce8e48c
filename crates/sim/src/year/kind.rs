//! What can happen in a year. All of it must have happened in many years, or a part of the rules was tried by nobody.

use std::collections::BTreeMap;

macro_rules! kinds {
    ($($name:ident = $words:literal;)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind { $($name,)* }

        impl Kind {
            pub const ALL: &[Kind] = &[$(Kind::$name,)*];

            /// As many of them are called.
            pub fn words(self) -> &'static str {
                match self { $(Kind::$name => $words,)* }
            }
        }
    };
}

kinds! {
    Order = "orders";
    SharedOrder = "shared orders";
    Unclaimed = "orders that earned nothing";
    ReportedAgain = "orders reported again";
    Tier = "actions paid by a tier";
    Outside = "actions outside of terms";
    Admission = "admissions";
    Modification = "modifications";
    SharedChange = "changes of shared orders";
    Reversal = "reversals";
    Restoration = "restorations";
    Hold = "holds";
    Release = "releases";
    Approval = "approvals";
    Lock = "locks";
    Correction = "corrections";
    Return = "returns";
    NeverReturned = "returns not allowed";
    MostReturned = "returns beyond the most of a month";
    ReturnAsked = "returns asked";
    ReturnAgreed = "agreed";
    ReturnDeclined = "declined";
    ReturnLapsed = "lapsed";
    Reattribution = "reattributions";
    Bonus = "bonuses";
    Fee = "flat fees";
    InquiryMissing = "inquiries about missing orders";
    InquiryIncorrect = "about incorrect ones";
    InquiryDeclined = "about declined ones";
    AnswerValid = "valid answers";
    AnswerOther = "other answers";
    Appeal = "appeals";
    InquiryOrder = "orders opened by an inquiry";
    RateMissing = "actions without a rate";
    RateLate = "late rates";
    Settled = "payments settled";
    Failed = "failed";
}

/// How many of each happened.
#[derive(Debug, Clone, Default)]
pub struct Tally(BTreeMap<Kind, u64>);

impl Tally {
    pub fn note(&mut self, kind: Kind) {
        *self.0.entry(kind).or_default() += 1;
    }

    pub fn add(&mut self, other: &Tally) {
        for (kind, many) in &other.0 {
            *self.0.entry(*kind).or_default() += many;
        }
    }

    pub fn of(&self, kind: Kind) -> u64 {
        self.0.get(&kind).copied().unwrap_or_default()
    }

    /// What never happened.
    pub fn missing(&self) -> Vec<&'static str> {
        Kind::ALL.iter().filter(|kind| self.of(**kind) == 0).map(|kind| kind.words()).collect()
    }

    /// All of it in words.
    pub fn told(&self) -> String {
        let each: Vec<String> = Kind::ALL.iter().map(|kind| format!("{} {}", self.of(*kind), kind.words())).collect();
        each.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_happened_is_named() {
        let mut tally = Tally::default();
        Kind::ALL.iter().filter(|kind| **kind != Kind::Appeal).for_each(|kind| tally.note(*kind));
        assert_eq!(tally.missing(), ["appeals"]);
    }
}
