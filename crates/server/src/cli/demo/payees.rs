//! How the made-up brand pays its made-up partners. Banks give these account numbers out as examples.

use referee_core::id::{BrandId, PartnerId, UserId};
use referee_core::money::Currency;
use referee_core::time::Timestamp;
use referee_engine::error::Result;
use referee_engine::payee::{Method, MethodKind, Party, Payer, Tax, TaxStatus};
use referee_engine::settings::{PayeeChange, Settings};

#[derive(Clone, Copy)]
pub struct PayeePlan {
    city: &'static str,
    status: TaxStatus,
    vat_id: &'static str,
    kind: MethodKind,
    account: &'static str,
}

/// A business, paid by its bank with VAT.
pub const REGISTERED: PayeePlan = PayeePlan {
    city: "Hamburg",
    status: TaxStatus::Registered,
    vat_id: "DE123456789",
    kind: MethodKind::Sepa,
    account: "DE89370400440532013000",
};

/// Somebody in private, without any.
pub const PRIVATE: PayeePlan = PayeePlan {
    city: "Wien",
    status: TaxStatus::Private,
    vat_id: "",
    kind: MethodKind::Sepa,
    account: "AT611904300234573201",
};

fn party(name: &str, city: &str, country: &str) -> Party {
    Party {
        name: name.to_owned(),
        lines: vec!["Musterweg 1".into()],
        postcode: "12345".into(),
        city: city.to_owned(),
        country: country.to_owned(),
    }
}

pub fn payer() -> Payer {
    Payer {
        party: party("Acme Shoes Example GmbH", "Berlin", "DE"),
        vat_id: "DE987654321".into(),
        iban: "DE02120300000000202051".into(),
        bic: String::new(),
        prefix: "ACME-".into(),
    }
}

/// As the partner itself would give it.
pub fn give(
    settings: &Settings,
    brand: BrandId,
    partner: PartnerId,
    plan: &PayeePlan,
    name: &str,
    now: Timestamp,
) -> Result<()> {
    let country = &plan.account[..2];
    let registered = plan.status == TaxStatus::Registered;
    let tax = Tax {
        status: plan.status,
        country: country.to_owned(),
        vat_id: plan.vat_id.to_owned(),
        small_business: false,
        rate_ppm: if registered { 190_000 } else { 0 },
        self_billing: registered,
    };
    let method = Method {
        kind: plan.kind,
        account: plan.account.to_owned(),
        bic: String::new(),
        holder: name.to_owned(),
        currency: Currency(*b"EUR"),
        notify: "accounts@partners.example".into(),
    };
    let parts =
        [PayeeChange::Party(party(name, plan.city, country)), PayeeChange::Tax(tax), PayeeChange::Method(method)];
    parts.into_iter().try_for_each(|part| settings.set_payee(brand, partner, part, UserId(0), now))
}
