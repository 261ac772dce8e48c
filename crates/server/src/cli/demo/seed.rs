//! The made-up brand: Acme Shoes, its program, three partners and a contract with each.

use std::path::Path;

use referee_core::contract::{ClickTerms, EventPayout, Payout, TermsRules};
use referee_core::fact::{Actor, AdSet, EventTypeSet, Fact, Role, TermsSet};
use referee_core::id::{AdId, BrandId, EventTypeId, PartnerId, ProgramId};
use referee_core::limit::{Limit, Period};
use referee_core::locking::Locking;
use referee_core::money::{Currency, MICROS, Money};
use referee_core::program::{
    Category, CreditPolicy, PATH_PREFIX, Program, PromoCode, SETTLE_HOURS_DEFAULT, Standing, TAG_NAME, VanityLink,
};
use referee_engine::engine::{Engine, SettleError};
use referee_engine::error::{Error, Result};
use referee_engine::settings::{NewBrand, Settings, TokenKind, random_text};
use referee_engine::zone::zone;
use serde::{Deserialize, Serialize};

use super::payees::{self, PayeePlan};
use super::site::Site;

pub const CLICK_PARAM: &str = "pt";

/// What `demo.json` says: all a visitor or a script needs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Seed {
    pub console_url: String,
    pub shop_url: String,
    pub tracking_url: String,
    pub api_url: String,
    pub user: SignIn,
    pub account_sid: String,
    pub auth_token: String,
    pub api_token: String,
    pub program_id: u32,
    pub event_types: EventTypes,
    pub partners: Vec<PartnerSeed>,
    pub ads: Vec<AdSeed>,
    /// The clock stands still, and `/test/clock` moves it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub test_clock: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignIn {
    pub email: String,
    pub password: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EventTypes {
    pub sale: u32,
    pub lead: u32,
    pub click: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PartnerSeed {
    pub id: u32,
    pub name: String,
    pub link: String,
    pub vanity: String,
    pub promo_code: String,
    /// How its clicks are paid: `reviewed` or `instant`.
    #[serde(default)]
    pub clicks: String,
    pub user: SignIn,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AdSeed {
    pub id: u32,
    pub landing_url: String,
}

/// What terms of the demonstration say.
#[derive(Clone, Copy)]
struct Plan {
    sale_ppm: u32,
    clicks: ClickTerms,
    /// Of a click.
    price: Money,
}

/// A cent is a thousand times what a click may cost at least.
const CENT: i64 = MICROS / 100;
const REVIEWED: ClickTerms = ClickTerms::Reviewed { review_days: 7 };
const TEMPLATE: Plan = Plan { sale_ppm: 80_000, clicks: REVIEWED, price: Money(5 * CENT) };

struct PartnerPlan {
    name: &'static str,
    slug: &'static str,
    promo_code: &'static str,
    /// Its own terms, or the template's.
    terms: Option<Plan>,
    /// How it is paid; None: it has not said so yet, and can't be paid.
    payee: Option<PayeePlan>,
}

const PARTNERS: [PartnerPlan; 3] = [
    PartnerPlan {
        name: "Trail Notes",
        slug: "trail-notes",
        promo_code: "TRAIL10",
        terms: Some(Plan { sale_ppm: 120_000, ..TEMPLATE }),
        payee: Some(payees::REGISTERED),
    },
    PartnerPlan {
        name: "Deal Harbour",
        slug: "deal-harbour",
        promo_code: "HARBOUR5",
        terms: None,
        payee: Some(payees::PRIVATE),
    },
    PartnerPlan {
        name: "Sole Search",
        slug: "sole-search",
        promo_code: "SOLE15",
        terms: Some(Plan { sale_ppm: 100_000, clicks: ClickTerms::Instant, price: Money(CENT * 15 / 4) }),
        payee: None,
    },
];

const ADS: [(&str, &str); 3] = [("Spring boots", "/"), ("Trail runners", "/products/ridge"), ("Sale", "/?from=sale")];

/// Makes the brand in an empty folder; in one that has it, reads back what was made.
pub async fn seed(engine: &Engine, folder: &Path, site: &Site, test_clock: bool) -> Result<Seed> {
    let file = folder.join("demo.json");
    let made = match std::fs::read_to_string(&file) {
        Ok(text) => {
            let seed: Seed = serde_json::from_str(&text)
                .map_err(|error| Error::setup("read demo.json; begin anew with --fresh", error))?;
            moved(engine, seed, site).await?
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Planter::plant(engine, site).await?,
        Err(error) => return Err(Error::setup("read demo.json", error)),
    };
    let made = Seed { test_clock, ..made };
    let text = serde_json::to_string_pretty(&made).map_err(|error| Error::setup("write demo.json", error))?;
    std::fs::write(&file, text + "\n").map_err(|error| Error::setup("write demo.json", error))?;
    Ok(made)
}

struct Planter<'a> {
    engine: &'a Engine,
    brand: BrandId,
    program: ProgramId,
    site: &'a Site,
}

impl Planter<'_> {
    async fn plant(engine: &Engine, site: &Site) -> Result<Seed> {
        if !engine.routing().brands.is_empty() {
            let cause =
                "there are brands already, and no demo.json: name an empty folder, and an empty database if any";
            return Err(Error::setup("make the demonstration", cause));
        }
        let brand = engine.create_brand(NewBrand { name: "Acme Shoes".into() }, operator()).await.map_err(trouble)?;
        let program = engine.create_program(brand, None).await?;
        let planter = Planter { engine, brand, program, site };
        planter.program().await?;
        let event_types = EventTypes {
            sale: planter.event_type("sale", "Online sale", Category::Sale).await?,
            lead: planter.event_type("lead", "Newsletter sign-up", Category::Lead).await?,
            click: planter.event_type("click", "Click", Category::Click).await?,
        };
        let ads = planter.ads([None; ADS.len()]).await?;
        planter.terms(None, Some(rules(&event_types, TEMPLATE))).await?;
        let mut partners = Vec::new();
        for plan in &PARTNERS {
            partners.push(planter.partner(plan, &event_types, &ads).await?);
        }
        planter.seed(event_types, ads, partners).await
    }

    async fn seed(&self, event_types: EventTypes, ads: Vec<AdSeed>, partners: Vec<PartnerSeed>) -> Result<Seed> {
        let (brand, now) = (self.brand, self.engine.now());
        let user = self.user("manager@acme.example".into(), "Mara Manager", Role::Owner, None).await?;
        let tokens = move |settings: &Settings| {
            let scopes = &["read", "write"];
            let account = settings.create_token(brand, TokenKind::Account, "Demo account", scopes, now)?;
            let api = settings.create_token(brand, TokenKind::Api, "Demo API", scopes, now)?;
            settings.set_payer(brand, &payees::payer())?;
            let account_sid = settings.find_brand(brand)?.map(|brand| brand.account_sid).unwrap_or_default();
            Ok((account, api, account_sid))
        };
        let (account, api, account_sid) = self.engine.with_settings(tokens).await?;
        let site = self.site;
        Ok(Seed {
            console_url: site.console_origin(),
            shop_url: site.shop_origin(),
            tracking_url: site.tracking_origin(),
            api_url: site.console_origin(),
            user,
            account_sid,
            auth_token: account.secret,
            api_token: api.secret,
            program_id: self.program.0,
            event_types,
            partners,
            ads,
            test_clock: false,
        })
    }

    /// Somebody who may sign in, with a new password.
    async fn user(&self, email: String, name: &'static str, role: Role, partner: Option<PartnerId>) -> Result<SignIn> {
        let (brand, now) = (self.brand, self.engine.now());
        let user = SignIn { email, password: random_text() };
        let made = user.clone();
        let make = move |settings: &Settings| {
            let id = settings.create_user(&made.email, name, &made.password, now)?;
            settings.set_role(id, brand, role, partner)
        };
        self.engine.with_settings(make).await?;
        Ok(user)
    }

    async fn settle(&self, fact: Fact) -> Result<String> {
        let settled = self.engine.settle(self.brand, operator(), fact).await;
        settled.map(|settled| settled.subject).map_err(trouble)
    }

    async fn number(&self, fact: Fact) -> Result<u32> {
        self.settle(fact).await?.parse().map_err(|error| Error::corrupt("read an id", error))
    }

    async fn program(&self) -> Result<()> {
        let program = Program {
            id: self.program,
            name: "Acme Shoes partners".into(),
            currency: Currency(*b"EUR"),
            zone: zone("Europe/Berlin", self.engine.now())?,
            standing: Standing::Active,
            default_landing_url: format!("{}/", self.site.shop_origin()),
            permitted_hosts: vec![self.site.shop.clone(), self.site.domain().into()],
            tracking_hosts: vec![self.site.tracking.clone()],
            click_param: CLICK_PARAM.into(),
            cookie_days: 30,
            path_prefix: PATH_PREFIX.into(),
            tag_name: TAG_NAME.into(),
            shop_hosts: Vec::new(),
        };
        self.settle(Fact::ProgramSet(program)).await.map(drop)
    }

    async fn event_type(&self, code: &str, name: &str, category: Category) -> Result<u32> {
        self.number(Fact::EventTypeSet(EventTypeSet {
            program: self.program,
            id: None,
            code: code.into(),
            name: name.into(),
            category,
            standing: Standing::Active,
            server_wins: true,
            credit: CreditPolicy::Last,
            parent: None,
            settle_hours: SETTLE_HOURS_DEFAULT,
        }))
        .await
    }

    /// Makes the ads, or sets those with these ids again.
    async fn ads(&self, ids: impl IntoIterator<Item = Option<AdId>>) -> Result<Vec<AdSeed>> {
        let mut ads = Vec::new();
        for ((name, path), id) in ADS.into_iter().zip(ids) {
            let landing_url = format!("{}{path}", self.site.shop_origin());
            let id = self
                .number(Fact::AdSet(AdSet {
                    program: self.program,
                    id,
                    name: name.into(),
                    landing_url: landing_url.clone(),
                    standing: Standing::Active,
                }))
                .await?;
            ads.push(AdSeed { id, landing_url });
        }
        Ok(ads)
    }

    async fn terms(&self, partner: Option<PartnerId>, rules: Option<TermsRules>) -> Result<()> {
        self.settle(Fact::TermsSet(TermsSet {
            program: self.program,
            partner,
            // From yesterday on, so that orders reported with an earlier time of today find them.
            starts_at: self.engine.now().minus_days(1),
            ends_at: None,
            standing: Standing::Active,
            rules,
            needs_acceptance: false,
        }))
        .await
        .map(drop)
    }

    async fn partner(&self, plan: &PartnerPlan, event_types: &EventTypes, ads: &[AdSeed]) -> Result<PartnerSeed> {
        let (brand, now, name) = (self.brand, self.engine.now(), plan.name);
        let partner = move |settings: &Settings| settings.create_partner(brand, None, name, now);
        let partner = self.engine.with_settings(partner).await?;
        self.settle(Fact::PartnerSet { partner, standing: Standing::Active, channel: false }).await?;
        if let Some(plan) = &plan.payee {
            let plan = *plan;
            self.engine.with_settings(move |settings| payees::give(settings, brand, partner, &plan, name, now)).await?;
        }
        self.terms(Some(partner), plan.terms.map(|terms| rules(event_types, terms))).await?;
        let ad = AdId(ads.first().map_or(0, |ad| ad.id));
        self.settle(Fact::LinkSet(VanityLink {
            program: self.program,
            slug: plan.slug.into(),
            partner,
            ad,
            deep_link: None,
            standing: Standing::Active,
        }))
        .await?;
        let code = PromoCode::plain(self.program, plan.promo_code.into(), partner);
        self.settle(Fact::PromoCodeSet(code)).await?;
        let email = format!("{}@partners.example", plan.slug);
        let user = self.user(email, plan.name, Role::Partner, Some(partner)).await?;
        let origin = self.site.tracking_origin();
        Ok(PartnerSeed {
            id: partner.0,
            name: plan.name.into(),
            link: format!("{origin}/c/{partner}/{ad}/{}", self.program),
            vanity: format!("{origin}/{}", plan.slug),
            promo_code: plan.promo_code.into(),
            clicks: match plan.terms.unwrap_or(TEMPLATE).clicks {
                ClickTerms::Reviewed { .. } => "reviewed".into(),
                ClickTerms::Instant => "instant".into(),
            },
            user,
        })
    }
}

/// What a sale, a lead and a click earn. Clicks that nobody looks at have a budget.
fn rules(event_types: &EventTypes, plan: Plan) -> TermsRules {
    let line = |event_type, payout| EventPayout::plain(EventTypeId(event_type), payout);
    let click = line(event_types.click, Payout::Fixed { amount: plan.price });
    let budget = Limit::Payout { most: Money(25 * MICROS), per: Period::Day };
    let limits = if plan.clicks == ClickTerms::Instant { vec![budget] } else { Vec::new() };
    TermsRules {
        referral_window_days: 30,
        view_window_hours: None,
        locking: Locking::After { days: 30 },
        notice_days: 0,
        returns: referee_core::contract::Returns::default(),
        payouts: vec![
            line(event_types.sale, Payout::Rate { ppm: plan.sale_ppm }),
            line(event_types.lead, Payout::Fixed { amount: Money(2 * MICROS) }),
            EventPayout { clicks: Some(plan.clicks), limits, ..click },
        ],
    }
}

fn operator() -> Actor {
    Actor { user: referee_core::id::UserId(0), role: Role::Operator, reason: "made for the demonstration".into() }
}

fn trouble(error: SettleError) -> Error {
    Error::setup("make the demonstration's brand", error)
}

/// The same brand, served on another port than before: where links lead moves along.
async fn moved(engine: &Engine, before: Seed, site: &Site) -> Result<Seed> {
    let host = |url: &str| Some(url::Url::parse(url).ok()?.host_str()?.to_owned());
    if host(&before.shop_url).as_ref() != Some(&site.shop) {
        let cause = format!("it was made for {}: name that site, another folder, or --fresh", before.shop_url);
        return Err(Error::setup("go on with the demonstration", cause));
    }
    let seed = before.at(site);
    let program = ProgramId(seed.program_id);
    let routing = engine.routing();
    let found = routing.brand_of(program).and_then(|it| Some((it.brand, it.config.programs.get(&program)?.clone())));
    drop(routing);
    let (brand, known) = found.ok_or_else(|| Error::setup("read demo.json", "its program is not in the books"))?;
    let planter = Planter { engine, brand, program, site };
    let default_landing_url = format!("{}/", site.shop_origin());
    if known.default_landing_url != default_landing_url {
        planter.settle(Fact::ProgramSet(Program { default_landing_url, ..known })).await?;
        planter.ads(seed.ads.iter().map(|ad| Some(AdId(ad.id)))).await?;
    }
    Ok(seed)
}

impl Seed {
    fn at(mut self, site: &Site) -> Seed {
        let moved = |url: &str| match url::Url::parse(url) {
            Ok(mut parsed) => {
                // Refused only for addresses without a host, which a demonstration has none of.
                _ = parsed.set_port(site.port);
                parsed.to_string()
            }
            Err(_) => url.to_owned(),
        };
        let origin = |url: &str| moved(url).trim_end_matches('/').to_owned();
        self.console_url = origin(&self.console_url);
        self.shop_url = origin(&self.shop_url);
        self.tracking_url = origin(&self.tracking_url);
        self.api_url = origin(&self.api_url);
        for ad in &mut self.ads {
            ad.landing_url = moved(&ad.landing_url);
        }
        for partner in &mut self.partners {
            partner.link = moved(&partner.link);
            partner.vanity = moved(&partner.vanity);
        }
        self
    }

    /// What to open first.
    pub fn welcome(&self, folder: &Path) -> String {
        let partner = self.partners.first();
        let link = partner.map_or("", |partner| &partner.link);
        let name = partner.map_or("", |partner| &partner.name);
        format!(
            "\nReferee's demonstration is running.\n\n  \
             1  Follow {name}'s link to the shop and buy something\n       {link}\n  \
             2  See in the console what {name} earned, and why\n       {}\n       {}  {}\n\n\
             Each click is paid for as well: those of {name} and the second partner wait seven days for your review,\n  \
             those of the third are priced at once. More visitors: start again with --traffic 5\n\n\
             Everything a script needs is in {}. Stop with Ctrl-C.\n",
            self.console_url,
            self.user.email,
            self.user.password,
            folder.join("demo.json").display(),
        )
    }
}
