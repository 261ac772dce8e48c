//! How long what is of persons is kept, as flags and variables.

use clap::Args;
use referee_engine::retention::Retention;

#[derive(Args, Default)]
pub struct RetentionFlags {
    /// Days after which addresses, user agents and pages of requests are blanked in the log.
    #[arg(long, env = "REFEREE_RETENTION_RAW_DAYS")]
    retention_raw_days: Option<u32>,
    /// Days after which refused reports are deleted.
    #[arg(long, env = "REFEREE_RETENTION_REFUSED_REPORT_DAYS")]
    retention_refused_report_days: Option<u32>,
    /// Days after which uploaded files are deleted.
    #[arg(long, env = "REFEREE_RETENTION_IMPORT_DAYS")]
    retention_import_days: Option<u32>,
    /// Days after which a person signs in again.
    #[arg(long, env = "REFEREE_RETENTION_SESSION_DAYS")]
    retention_session_days: Option<u32>,
    /// Days after which mail that went out is deleted.
    #[arg(long, env = "REFEREE_RETENTION_MAIL_DAYS")]
    retention_mail_days: Option<u32>,
}

impl RetentionFlags {
    pub fn retention(&self) -> Retention {
        Retention {
            raw_days: self.retention_raw_days,
            refused_report_days: self.retention_refused_report_days,
            import_days: self.retention_import_days,
            session_days: self.retention_session_days,
            mail_days: self.retention_mail_days,
        }
    }
}
