//! Account numbers and names of banks, as ISO 13616 and ISO 9362 write them.

use super::country::is_in_sepa;
use super::fault::DetailFault;

/// How long an IBAN of each country is.
const LENGTHS: &str = "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 \
    EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 \
    KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 \
    PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30";

/// Without the blanks and in the capitals in which people group it.
pub fn compact(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>().to_uppercase()
}

/// Whether it begins as an IBAN does: an account number that is none is not held against its rules.
pub fn looks_like_iban(text: &str) -> bool {
    let letters = text.as_bytes();
    letters.len() > 12
        && letters[..2].iter().all(u8::is_ascii_uppercase)
        && letters[2..4].iter().all(u8::is_ascii_digit)
}

pub fn check_iban(iban: &str) -> Result<(), DetailFault> {
    let country = iban.get(..2).filter(|it| it.bytes().all(|byte| byte.is_ascii_uppercase()));
    let country = country.ok_or(DetailFault::IbanCountry)?;
    let length = LENGTHS.split_whitespace().find_map(|it| it.strip_prefix(country)?.parse::<usize>().ok());
    let length = length.ok_or(DetailFault::IbanCountry)?;
    if !iban.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()) {
        return Err(DetailFault::IbanChecksum);
    }
    if iban.len() != length {
        return Err(DetailFault::IbanLength);
    }
    if remainder(iban) == 1 { Ok(()) } else { Err(DetailFault::IbanChecksum) }
}

/// The same, of a bank that takes SEPA transfers.
pub fn check_sepa_iban(iban: &str) -> Result<(), DetailFault> {
    check_iban(iban)?;
    if is_in_sepa(&iban[..2]) { Ok(()) } else { Err(DetailFault::IbanNotSepa) }
}

/// By 97, with the first four characters at the end and letters as two digits.
fn remainder(iban: &str) -> u32 {
    let (first, rest) = iban.split_at(4);
    rest.chars().chain(first.chars()).filter_map(|letter| letter.to_digit(36)).fold(0, |sum, value| {
        let shifted = if value > 9 { sum * 100 } else { sum * 10 };
        (shifted + value) % 97
    })
}

pub fn is_bic(text: &str) -> bool {
    let bytes = text.as_bytes();
    let all = bytes.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    all && matches!(bytes.len(), 8 | 11) && bytes[4..6].iter().all(u8::is_ascii_uppercase)
}
