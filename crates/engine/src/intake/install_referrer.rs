//! What a store of apps hands to an app that was just installed: the query of the address that led to the store.

use percent_encoding::percent_decode_str;
use referee_core::program::Program;

use super::fields::Fields;

/// Names under which senders put it.
pub const REFERRER_FIELDS: [&str; 3] = ["InstallReferrer", "AppInstallRef", "install_referrer"];
/// Parameters that carry a click id, beside the program's own: those of integrations that moved along.
pub const CLICK_PARAMS: [&str; 3] = ["irclickid", "im_ref", "clickid"];

/// The click id that a request's install referrer brings.
pub fn click_id(fields: &Fields, program: &Program) -> Option<String> {
    click_id_in(fields.get(&REFERRER_FIELDS)?, program)
}

/// As `pt=ID&utm_source=blog`, which some senders encode once more, or hand on with the store's address before it.
fn click_id_in(referrer: &str, program: &Program) -> Option<String> {
    let query = referrer.rsplit_once('?').map_or(referrer, |(_, query)| query);
    let again = percent_decode_str(query).decode_utf8_lossy().into_owned();
    let names = || [program.click_param.as_str()].into_iter().chain(CLICK_PARAMS);
    let found = |query: &str| {
        let named = |name: &str| {
            let mut pairs = url::form_urlencoded::parse(query.as_bytes());
            pairs.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.into_owned())
        };
        names().find_map(named).filter(|id| !id.is_empty())
    };
    // The whole may be the value of the store's own parameter.
    let inner = || url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "referrer");
    found(query).or_else(|| found(&again)).or_else(|| inner().and_then(|(_, value)| found(&value)))
}

#[cfg(test)]
mod tests {
    use referee_core::id::ProgramId;
    use referee_core::money::Currency;
    use referee_core::program::{PATH_PREFIX, Standing, TAG_NAME};
    use referee_core::time::Zone;

    use super::*;

    #[test]
    fn the_click_id_is_found_however_it_was_handed_on() {
        let program = Program {
            id: ProgramId(7),
            name: String::new(),
            currency: Currency(*b"EUR"),
            zone: Zone::utc(),
            standing: Standing::Active,
            default_landing_url: String::new(),
            permitted_hosts: Vec::new(),
            tracking_hosts: Vec::new(),
            click_param: "pt".into(),
            cookie_days: 30,
            path_prefix: PATH_PREFIX.into(),
            tag_name: TAG_NAME.into(),
            shop_hosts: Vec::new(),
        };
        for (referrer, id) in [
            ("pt=ID&utm_source=blog", Some("ID")),
            ("utm_source=blog&PT=ID", Some("ID")),
            ("utm_source%3Dblog%26pt%3DID", Some("ID")),
            ("irclickid=ID", Some("ID")),
            ("https://play.google.com/store/apps/details?id=com.shop&referrer=pt%3DID%26utm_source%3Dblog", Some("ID")),
            ("utm_source=google-play&utm_medium=organic", None),
            ("pt=", None),
            ("", None),
            ("%FF%FE", None),
        ] {
            assert_eq!(click_id_in(referrer, &program).as_deref(), id, "{referrer}");
        }
    }
}
