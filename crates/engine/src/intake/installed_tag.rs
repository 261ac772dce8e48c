//! What the tag sends that a shop had before, and the cookies that it left: said again in our fields, so that one reader
//! reads everything.

use percent_encoding::percent_decode_str;

use super::click_id::{Opened, open};
use super::fields::Fields;
use super::keys::BrandKeys;
use super::report::{CLICK_FIELDS, PROGRAM_FIELDS};

/// Its short names and ours.
const NAMES: [(&str, &str); 29] = [
    ("oid", "OrderId"),
    ("custid", "CustomerId"),
    ("custemail", "CustomerEmail"),
    ("irchannel", "EventTypeCode"),
    ("amount", "OrderSubTotalPostDiscount"),
    ("oabd", "OrderSubTotalPreDiscount"),
    ("odsc", "OrderDiscount"),
    ("pmoc", "OrderPromoCode"),
    ("pmod", "OrderPromoCodeDesc"),
    ("st", "OrderShipping"),
    ("tax", "OrderTax"),
    ("rebate", "OrderRebate"),
    ("currcd", "CurrencyCode"),
    ("cs", "CustomerStatus"),
    ("custct", "CustomerCity"),
    ("custctry", "CustomerCountry"),
    ("postcode", "CustomerPostCode"),
    ("custrgn", "CustomerRegion"),
    ("pt", "PaymentType"),
    ("gp", "GiftPurchase"),
    ("refid", "ReferenceId"),
    ("searchtxt", "SearchTerm"),
    ("sitever", "SiteVersion"),
    ("sitecat", "SiteCategory"),
    ("hrau", "HearAboutUs"),
    ("ln", "LocationName"),
    ("lt", "LocationType"),
    ("li", "LocationId"),
    ("propid", "PropertyId"),
];

/// Those that end in a number. The last ones are of the items of an order, which it numbers from 1.
const NUMBERED: [(&str, &str); 13] = [
    ("mny", "Money"),
    ("num", "Numeric"),
    ("str", "Text"),
    ("sku", "ItemSku"),
    ("cat", "ItemCategory"),
    ("category", "ItemCategory"),
    ("qty", "ItemQuantity"),
    ("quantity", "ItemQuantity"),
    ("amt", "ItemSubTotal"),
    ("subtotal", "ItemSubTotal"),
    ("price", "ItemPrice"),
    ("nme", "ItemName"),
    ("name", "ItemName"),
];

/// Fields that hold the number by which that tag knew a browser.
const PROFILES: [&str; 3] = ["_ir", "FirstPartyCookie", "brwsr"];
/// Its cookie of a browser, and its cookie of a session with a program's number after it.
const BROWSER_COOKIE: &str = "IR_PI";
const SESSION_COOKIE: &str = "IR_";
/// The cookie that its server set.
const SERVER_COOKIE: &str = "brwsr";

/// Gives what that tag sends the names under which everybody else sends it.
pub fn translate(fields: &mut Fields) {
    fields.rename(|name| {
        if let Some((_, long)) = NAMES.iter().find(|(short, _)| *short == name) {
            return Some((*long).to_owned());
        }
        let bare = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
        let number = Some(&name[bare.len()..]).filter(|it| !it.is_empty())?;
        let (_, long) = NUMBERED.iter().find(|(short, _)| *short == bare)?;
        Some(format!("{long}{number}"))
    });
}

/// The part of such a field that names the browser: `tag version|number|session` and `number|moment` have more, which
/// changes with every page.
pub fn profile<'a>(field: &str, value: &'a str) -> &'a str {
    if !PROFILES.contains(&field) {
        return value;
    }
    let mut parts = value.split('|').flat_map(|part| part.split("%7C"));
    parts.find(|part| is_uuid(part)).unwrap_or(value)
}

fn is_uuid(text: &str) -> bool {
    let dashes = text.len() == 36 && [8, 13, 18, 23].iter().all(|place| text.as_bytes()[*place] == b'-');
    dashes && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// Takes over what that tag and its server left in a browser, unless the request says the same itself.
pub fn carry<'a>(fields: &mut Fields, cookies: impl Iterator<Item = (&'a str, &'a str)>) {
    let named = fields.get(&PROGRAM_FIELDS).map(str::to_owned);
    for (name, value) in cookies {
        let field = match name {
            SERVER_COOKIE => "brwsr",
            BROWSER_COOKIE => "FirstPartyCookie",
            _ => match name.strip_prefix(SESSION_COOKIE) {
                Some(program) if named.as_deref().is_none_or(|it| it == program) && is_number(program) => {
                    "SessionCookie"
                }
                _ => continue,
            },
        };
        if fields.get(&[field]).is_none() {
            fields.set(field, value);
        }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The click id in the cookie of a session: its fourth part. One of ours is the click of whoever brings none; one of
/// another platform leads to no click here, but names a way through the shop, by which others may name it as well.
pub fn take_session(fields: &mut Fields, keys: &BrandKeys) {
    let Some(cookie) = fields.get(&["SessionCookie"]) else { return };
    let cookie = percent_decode_str(cookie).decode_utf8_lossy().into_owned();
    let Some(id) = cookie.split('|').nth(3).filter(|id| !id.is_empty()) else { return };
    let program = fields.get(&PROGRAM_FIELDS).and_then(|program| program.parse().ok()).unwrap_or_default();
    match open(keys, program, id) {
        Ok(Opened::Click(_) | Opened::Journey(_)) if fields.get(&CLICK_FIELDS).is_none() => fields.set("ClickId", id),
        Ok(_) => {}
        Err(_) if fields.get(&["CustomClickId"]).is_none() => fields.set("CustomClickId", id),
        Err(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use referee_core::fact::ClickRef;
    use referee_core::id::{AdId, ClickNo, PartnerId, ProgramId};
    use referee_core::time::Timestamp;

    use super::*;
    use crate::intake::click_id::seal;

    const UUID: &str = "5a3c1f60-9b1d-11ee-8c90-0242ac120002";

    #[test]
    fn short_names_are_read_as_long_ones() {
        let query = "oid=1001&amount=89.90&currcd=EUR&pmoc=TRAIL10&pt=card&mny2=5&str11=x&date1=d&sku1=R1&qty1=2&amt1=80&\
                     OrderId=mine&note=n";
        let mut fields = Fields::read(query, b"").unwrap();
        translate(&mut fields);
        for (name, value) in [
            ("OrderId", "mine"),
            ("OrderSubTotalPostDiscount", "89.90"),
            ("CurrencyCode", "EUR"),
            ("OrderPromoCode", "TRAIL10"),
            ("PaymentType", "card"),
            ("Money2", "5"),
            ("Text11", "x"),
            ("Date1", "d"),
            ("Note", "n"),
        ] {
            assert_eq!(fields.get(&[name]), Some(value), "{name}");
        }
        let item = &fields.items()[0];
        assert_eq!((item["sku"].as_str(), item["quantity"].as_str(), item["subtotal"].as_str()), ("R1", "2", "80"));
        assert_eq!(fields.get(&["oid", "pt", "sku1"]), None);
    }

    #[test]
    fn a_browser_is_known_by_what_does_not_change() {
        for (field, value) in [
            ("_ir", format!("U25|{UUID}|1700000000000")),
            ("_ir", format!("U25%7C{UUID}%7C1700000000000")),
            ("FirstPartyCookie", format!("{UUID}|1700086400000")),
            ("brwsr", UUID.to_owned()),
        ] {
            assert_eq!(profile(field, &value), UUID, "{value}");
        }
        assert_eq!(profile("FirstPartyCookie", "abc"), "abc");
        assert_eq!(profile("CustomerId", &format!("a|{UUID}")), format!("a|{UUID}"));
    }

    #[test]
    fn cookies_are_taken_over_where_the_request_says_nothing() {
        let mut fields = Fields::read("program=7&FirstPartyCookie=own", b"").unwrap();
        let session = "1700000000000|0|1700000000000|abc-def|".to_owned();
        let cookies = [("brwsr", UUID), ("IR_PI", "other"), ("IR_gbd", "shop.com"), ("IR_8", "x"), ("IR_7", &session)];
        carry(&mut fields, cookies.into_iter());
        assert_eq!(fields.get(&["FirstPartyCookie"]), Some("own"));
        assert_eq!(fields.get(&["brwsr"]), Some(UUID));
        assert_eq!(fields.get(&["SessionCookie"]), Some(session.as_str()));
    }

    #[test]
    fn a_session_names_a_click_of_ours_or_a_way_of_anothers() {
        let keys = BrandKeys::new([1; 32], vec![(1, [2; 64])]);
        let (no, program) = (ClickNo(42), ProgramId(7));
        let (partner, ad, clicked_at) = (PartnerId(11), AdId(5), Timestamp(0));
        let ours = seal(&keys, &ClickRef { no, program, partner, ad, clicked_at, unrecorded: false }).unwrap();
        let read = |id: &str, more: &str| {
            let mut fields = Fields::read(&format!("program=7{more}"), b"").unwrap();
            fields.set("SessionCookie", &format!("1|0|1|{id}|"));
            take_session(&mut fields, &keys);
            [&["ClickId"][..], &["CustomClickId"][..]].map(|names| fields.get(names).map(str::to_owned))
        };
        assert_eq!(read(&ours, ""), [Some(ours.clone()), None]);
        assert_eq!(read(&ours, "&ClickId=x"), [Some("x".to_owned()), None]);
        assert_eq!(read("w7-abcdef:XYZ", ""), [None, Some("w7-abcdef:XYZ".to_owned())]);
        assert_eq!(read("", ""), [None, None]);
    }
}
