//! Everything a request says of the person behind it, hashed. What names nobody is left out by name, and the rest counts.

use referee_core::config::Config;
use referee_core::id::ClickNo;
use referee_core::identity::{Alias, Identifier, IdentifierKind, LeftOut};
use referee_core::refusal::Refusal;

use super::fields::Fields;
use super::identifier::{self, Found};
use super::installed_tag;
use super::keys::BrandKeys;
use super::report::Warning;
use super::visitor;
use crate::limits::IDENTIFIERS_MAX;
use crate::lookup::advice::advice;

/// Fields that name a person, and what each holds.
const FIELDS: [(&[&str], IdentifierKind); 13] = [
    (&["CustomerId", "customer_id", "custid"], IdentifierKind::CustomerId),
    (&["CustomerEmail", "customer_email", "email", "custemail"], IdentifierKind::Email),
    (&["PhoneNumber", "phone_number", "phone"], IdentifierKind::Phone),
    (&["CallerId", "caller_id"], IdentifierKind::Phone),
    (&["CustomClickId"], IdentifierKind::Journey),
    (&["CustomProfileId", "custom_profile_id"], IdentifierKind::AnonymousId),
    (&["FirstPartyCookie"], IdentifierKind::AnonymousId),
    (&["_ir"], IdentifierKind::AnonymousId),
    (&["brwsr"], IdentifierKind::AnonymousId),
    (&["GoogAId"], IdentifierKind::Device),
    (&["AndroidId"], IdentifierKind::Device),
    (&["AppleIfa"], IdentifierKind::Device),
    (&["AppleIfv"], IdentifierKind::Device),
];

/// The same of a device; links may name it, and so may whoever asks where an app should open.
pub const DEVICE_FIELDS: [&str; 4] = ["GoogAId", "AndroidId", "AppleIfa", "AppleIfv"];

/// Kinds that a list of identifiers may name. The visitor is only known by the cookie.
pub const REPORTED_KINDS: [IdentifierKind; 6] = [
    IdentifierKind::CustomerId,
    IdentifierKind::Email,
    IdentifierKind::Phone,
    IdentifierKind::Journey,
    IdentifierKind::AnonymousId,
    IdentifierKind::Device,
];

/// Names of all fields that name a person.
pub fn person_fields() -> impl Iterator<Item = &'static str> {
    FIELDS.iter().flat_map(|(names, _)| names.iter().copied())
}

/// What a person is read against.
pub struct PersonContext<'a> {
    pub config: &'a Config,
    pub keys: &'a BrandKeys,
    /// The visitor cookie, where a browser sent one.
    pub visitor: Option<&'a str>,
    /// An id that came along and was issued without a click.
    pub journey: Option<ClickNo>,
}

/// What was found of a person.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// One for each thing, strong kinds first; of one kind, in the order in which the report names them.
    pub identifiers: Vec<Identifier>,
    /// Further hashes of the same things.
    pub aliases: Vec<Alias>,
    /// What was meant to name the person and does not.
    pub left_out: Vec<LeftOut>,
    pub warnings: Vec<Warning>,
}

pub fn person(fields: &Fields, context: &PersonContext<'_>) -> Person {
    let mut person = Person::default();
    if let Some(no) = context.journey {
        person.identifiers.push(identifier::journey(context.keys, no));
    }
    let country = fields.get(&["CountryCode", "country_code"]);
    for (names, kind) in FIELDS {
        // Of several customers the first counts and the others are named; of other kinds nobody asks for the others.
        let most = if kind == IdentifierKind::CustomerId { names.len() } else { 1 };
        // A blank before a phone number means something.
        let value = |name: &&'static str| fields.get(&[name]).and_then(|_| fields.as_written(&[name]));
        let given = names.iter().filter_map(|name| Some((*name, installed_tag::profile(name, value(name)?))));
        given.take(most).for_each(|(name, value)| person.take(context, name, kind, (value, country)));
    }
    for (i, listed) in fields.identifiers().iter().enumerate().take(IDENTIFIERS_MAX) {
        let field = format!("identifiers[{i}]");
        let country = listed.country.as_deref().or(country);
        match REPORTED_KINDS.into_iter().find(|kind| kind.code().eq_ignore_ascii_case(listed.kind.trim())) {
            Some(kind) => person.take(context, &field, kind, (&listed.value, country)),
            None => person.leave_out(&field, None, Refusal::IdentifierKindUnknown),
        }
    }
    if fields.identifiers().len() > IDENTIFIERS_MAX {
        person.leave_out("identifiers", None, Refusal::IdentifierTooLong);
    }
    if let Some(identifier) = context.visitor.and_then(|value| visitor::identifier(context.keys, value)) {
        person.identifiers.push(identifier);
    }
    person.identifiers.sort_by_key(|identifier| identifier.kind);
    person
}

impl Person {
    fn take(
        &mut self,
        context: &PersonContext<'_>,
        field: &str,
        kind: IdentifierKind,
        (value, country): (&str, Option<&str>),
    ) {
        let found = identifier::found(context.keys, kind, value, country);
        match found.and_then(|found| self.add(context.config, found)) {
            Ok(true) if kind == IdentifierKind::Email => {
                let message =
                    "The address came in clear and was hashed at once; send SHA-256 of the lower-case address.";
                self.warnings.push(Warning::new(field, message));
            }
            Ok(_) => {}
            Err(reason) => self.leave_out(field, Some(kind), reason),
        }
    }

    /// Says whether it came in clear.
    fn add(&mut self, config: &Config, found: Found) -> Result<bool, Refusal> {
        let Found { identifier, variants, in_clear } = found;
        if variants.iter().chain([&identifier]).any(|hash| config.is_blocked(*hash)) {
            return Err(Refusal::IdentifierBlocked);
        }
        if self.identifiers.contains(&identifier) {
            return Ok(in_clear);
        }
        let is_customer = |it: &Identifier| it.kind == IdentifierKind::CustomerId;
        if is_customer(&identifier) && self.identifiers.iter().any(is_customer) {
            return Err(Refusal::TwoCustomers);
        }
        self.identifiers.push(identifier);
        self.aliases.extend(variants.into_iter().map(|is| Alias { of: identifier, is }));
        Ok(in_clear)
    }

    fn leave_out(&mut self, field: &str, kind: Option<IdentifierKind>, reason: Refusal) {
        self.left_out.push(LeftOut { kind, reason });
        let message = format!("It was left out. {} {}", reason.brand_sentence(), advice(reason).brand);
        self.warnings.push(Warning { code: Some(reason.code()), ..Warning::new(field, &message) });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use referee_core::config::ConfigEntry;
    use referee_core::id::RecordNo;
    use referee_core::identity::{Block, Blocked};
    use referee_core::program::Standing;
    use referee_core::time::Timestamp;

    use super::*;

    fn keys() -> BrandKeys {
        BrandKeys::new([1; 32], Vec::new())
    }

    fn read(config: &Config, query: &str, body: &str) -> Person {
        let fields = Fields::read(query, body.as_bytes()).unwrap();
        person(&fields, &PersonContext { config, keys: &keys(), visitor: None, journey: None })
    }

    fn kinds(person: &Person) -> Vec<IdentifierKind> {
        person.identifiers.iter().map(|it| it.kind).collect()
    }

    fn reasons(person: &Person) -> Vec<(Option<IdentifierKind>, Refusal)> {
        person.left_out.iter().map(|it| (it.kind, it.reason)).collect()
    }

    #[test]
    fn a_list_says_the_same_as_fields() {
        let config = Config::default();
        let fields = read(
            &config,
            "CustomerId=8431&CustomerEmail=ann@gmail.com&PhoneNumber=030+123457&CountryCode=DE&AppleIfa=A1-B2",
            "",
        );
        let list = read(
            &config,
            "",
            r#"{"country_code":"DE","identifiers":[
                {"kind":"device","value":"a1-b2"},{"kind":"Email","value":"Ann@Gmail.com"},
                {"kind":"phone","value":"+49 30 123457"},{"kind":"customer_id","value":8431}
            ]}"#,
        );
        assert_eq!((&fields.identifiers, &fields.aliases.len()), (&list.identifiers, &list.aliases.len()));
        use IdentifierKind::*;
        assert_eq!(kinds(&list), [CustomerId, Email, Phone, Device], "strong kinds first");
        assert_eq!(list.aliases.len(), 3 + 3);
        assert_eq!((list.left_out.len(), list.warnings.len()), (0, 1), "of the address in clear");
    }

    #[test]
    fn what_is_not_utf_8_or_encoded_twice_is_named() {
        for query in ["CustomerId=%FF%FEann", "CustomerId=M%25C3%25BCller", "CustomerId=a%07b"] {
            let person = read(&Config::default(), query, "");
            assert_eq!(reasons(&person), [(Some(IdentifierKind::CustomerId), Refusal::IdentifierEncoding)], "{query}");
        }
        let sound = read(&Config::default(), "CustomerId=M%C3%BCller", r#"{"custid":"M\u00fcller"}"#);
        assert_eq!((sound.identifiers.len(), sound.left_out.len()), (1, 0), "one customer in two encodings");
    }

    #[test]
    fn a_plus_in_a_form_need_not_be_encoded() {
        let config = Config::default();
        let of = |query: &str| read(&config, query, "").identifiers;
        assert_eq!(of("phone=+49+30+123457"), of("phone=%2B493012+3457"));
        assert_eq!(of("phone=+49+30+123457").len(), 1);
    }

    #[test]
    fn what_is_wrong_in_a_list_is_named_and_the_rest_counts() {
        let person = read(
            &Config::default(),
            "",
            r#"{"identifiers":[
                {"kind":"loyalty","value":"1"},{"kind":"customer_id","value":"null"},{"kind":"email","value":""},
                {"kind":"customer_id","value":"c1"},{"kind":"visitor","value":"c1"},"text",{"kind":"phone"}
            ]}"#,
        );
        assert_eq!(kinds(&person), [IdentifierKind::CustomerId]);
        let expected = [
            (None, Refusal::IdentifierKindUnknown),
            (Some(IdentifierKind::CustomerId), Refusal::IdentifierPlaceholder),
            (Some(IdentifierKind::Email), Refusal::IdentifierEmpty),
            (None, Refusal::IdentifierKindUnknown),
            (None, Refusal::IdentifierKindUnknown),
            (Some(IdentifierKind::Phone), Refusal::IdentifierEmpty),
        ];
        assert_eq!(reasons(&person), expected);
        assert_eq!(person.warnings[1].field, "identifiers[1]");
        assert_eq!(person.warnings[1].code, Some("IDENTIFIER_PLACEHOLDER"));
    }

    #[test]
    fn a_long_list_is_cut_by_name() {
        let list: Vec<String> = (0..30).map(|n| format!(r#"{{"kind":"device","value":"d{n}"}}"#)).collect();
        let person = read(&Config::default(), "", &format!(r#"{{"identifiers":[{}]}}"#, list.join(",")));
        assert_eq!(person.identifiers.len(), IDENTIFIERS_MAX);
        assert_eq!(reasons(&person), [(None, Refusal::IdentifierTooLong)]);
    }

    #[test]
    fn of_two_customers_the_first_counts() {
        let config = Config::default();
        let two = (Some(IdentifierKind::CustomerId), Refusal::TwoCustomers);
        let person = read(&config, "customer_id=c2&CustomerId=c1&custid=c1", "");
        assert_eq!(person.identifiers, read(&config, "CustomerId=c1", "").identifiers);
        assert_eq!(reasons(&person), [two], "the same again is nothing new");
        let listed = read(&config, "custid=c1", r#"{"identifiers":[{"kind":"customer_id","value":"c3"}]}"#);
        assert_eq!((listed.identifiers.len(), reasons(&listed)), (1, vec![two]));
        let unusable = read(&config, "CustomerId=null&customer_id=c2", "");
        assert_eq!(
            unusable.identifiers,
            read(&config, "CustomerId=c2", "").identifiers,
            "the first that names somebody"
        );
    }

    #[test]
    fn what_the_brand_blocks_is_left_out_under_any_hash() {
        let Found { identifier, variants, .. } =
            identifier::found(&keys(), IdentifierKind::Email, "till@shop.example", None).unwrap();
        let blocked = Blocked { identifier, aliases: variants.clone(), standing: Standing::Active };
        let mut config = Config::default();
        let reason = "The till".to_owned();
        config.set(ConfigEntry::Block(Block { blocked, record: RecordNo(1), at: Timestamp(0), user: None, reason }));
        let sha1 = crate::intake::hex::hex(&<sha1::Sha1 as sha1::Digest>::digest("till@shop.example"));
        for value in ["Till@Shop.example", &sha1] {
            let person = read(&config, &format!("email={value}&CustomerId=c1"), "");
            assert_eq!(kinds(&person), [IdentifierKind::CustomerId]);
            assert_eq!(reasons(&person), [(Some(IdentifierKind::Email), Refusal::IdentifierBlocked)]);
        }
    }

    proptest! {
        #[test]
        fn no_value_panics(values in proptest::collection::vec(".{0,40}", 5), listed in ".{0,40}") {
            let [a, b, c, d, e] = &values[..] else { unreachable!() };
            let mut fields = Fields::default();
            for (name, value) in [("CustomerId", a), ("email", b), ("phone", c), ("CountryCode", d), ("GoogAId", e)] {
                fields.set(name, value);
            }
            let body = serde_json::json!({ "identifiers": [{ "kind": "email", "value": listed }] }).to_string();
            let listed = Fields::read("", body.as_bytes()).unwrap();
            for fields in [fields, listed] {
                let person = person(&fields, &PersonContext { config: &Config::default(), keys: &keys(), visitor: None, journey: None });
                prop_assert!(person.identifiers.is_sorted_by_key(|it| it.kind));
                prop_assert!(person.aliases.iter().all(|alias| person.identifiers.contains(&alias.of)));
                prop_assert!(person.left_out.len() <= person.warnings.len());
            }
        }
    }
}
