//! Countries by their two letters: which there are, and which belong to what.

/// ISO 3166, and XK as banks write it.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS \
    BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ \
    FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT \
    JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP \
    MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE \
    RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV \
    TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";

const EU: &str = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK";

/// Of the European Economic Area without being in the union.
const EEA: &str = "IS LI NO";

/// Where SEPA transfers arrive although the country is outside of the area: the payee's address goes with them.
const SEPA_WITHOUT_EEA: &str = "AD AL CH GB GG GI IM JE MC MD ME MK RS SM VA";

fn is_of(list: &str, country: &str) -> bool {
    list.split_whitespace().any(|it| it == country)
}

pub fn is_known(country: &str) -> bool {
    is_of(COUNTRIES, country)
}

pub fn is_in_eu(country: &str) -> bool {
    is_of(EU, country)
}

pub fn is_in_sepa(country: &str) -> bool {
    is_of(EU, country) || is_of(EEA, country) || is_in_sepa_without_eea(country)
}

pub fn is_in_sepa_without_eea(country: &str) -> bool {
    is_of(SEPA_WITHOUT_EEA, country)
}
