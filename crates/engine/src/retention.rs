//! How long what is of persons is kept, by class. What has had its time goes by itself, within the hour after.

use serde::{Deserialize, Serialize};

use crate::limits::{IMPORT_DAYS, MAIL_DAYS, RAW_DAYS, REFUSED_REPORT_DAYS, SESSION_DAYS};

/// One class of what is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    Raw,
    RefusedReports,
    Imports,
    Sessions,
    Mails,
}

impl Kept {
    pub const ALL: [Kept; 5] = [Kept::Raw, Kept::RefusedReports, Kept::Imports, Kept::Sessions, Kept::Mails];

    /// As the configuration names it.
    pub fn name(self) -> &'static str {
        match self {
            Kept::Raw => "raw_days",
            Kept::RefusedReports => "refused_report_days",
            Kept::Imports => "import_days",
            Kept::Sessions => "session_days",
            Kept::Mails => "mail_days",
        }
    }

    pub fn default_days(self) -> u32 {
        match self {
            Kept::Raw => RAW_DAYS,
            Kept::RefusedReports => REFUSED_REPORT_DAYS,
            Kept::Imports => IMPORT_DAYS,
            Kept::Sessions => SESSION_DAYS,
            Kept::Mails => MAIL_DAYS,
        }
    }

    /// The fewest and the most days. Below, it would be gone before anybody could use it; above, nobody could say why it is
    /// still there.
    pub fn bounds(self) -> [u32; 2] {
        match self {
            Kept::Raw => [1, 365],
            Kept::RefusedReports => [1, 180],
            Kept::Imports => [1, 90],
            Kept::Sessions => [1, 30],
            // What partners were told of is looked up in the mail, so that nobody is told twice.
            Kept::Mails => [30, 3_650],
        }
    }
}

/// Days by class, where the operator wants others than the defaults.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw_days: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused_report_days: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub import_days: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_days: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail_days: Option<u32>,
}

impl Retention {
    fn named(&self, kept: Kept) -> Option<u32> {
        match kept {
            Kept::Raw => self.raw_days,
            Kept::RefusedReports => self.refused_report_days,
            Kept::Imports => self.import_days,
            Kept::Sessions => self.session_days,
            Kept::Mails => self.mail_days,
        }
    }

    pub fn days(&self, kept: Kept) -> u32 {
        self.named(kept).unwrap_or(kept.default_days())
    }

    pub fn over(self, weaker: Retention) -> Retention {
        Retention {
            raw_days: self.raw_days.or(weaker.raw_days),
            refused_report_days: self.refused_report_days.or(weaker.refused_report_days),
            import_days: self.import_days.or(weaker.import_days),
            session_days: self.session_days.or(weaker.session_days),
            mail_days: self.mail_days.or(weaker.mail_days),
        }
    }

    pub fn is_default(&self) -> bool {
        *self == Retention::default()
    }

    pub fn check(&self) -> Result<(), String> {
        for kept in Kept::ALL {
            let ([least, most], days) = (kept.bounds(), self.days(kept));
            if !(least..=most).contains(&days) {
                return Err(format!("retention.{} is {days}: it is {least} to {most}", kept.name()));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_within_their_bounds() {
        assert_eq!(Retention::default().check(), Ok(()));
        let wrong = Retention { raw_days: Some(366), ..Retention::default() };
        assert_eq!(wrong.check().unwrap_err(), "retention.raw_days is 366: it is 1 to 365");
        assert!(Retention { mail_days: Some(29), ..Retention::default() }.check().is_err());
    }

    #[test]
    fn the_stronger_source_wins() {
        let flags = Retention { raw_days: Some(30), ..Retention::default() };
        let file = Retention { raw_days: Some(60), session_days: Some(1), ..Retention::default() };
        let both = flags.over(file);
        assert_eq!((both.days(Kept::Raw), both.days(Kept::Sessions), both.days(Kept::Imports)), (30, 1, IMPORT_DAYS));
    }
}
