//! The rules of the schema of pain.001.001.09, written down a second time from the standard, to hold files against.

use std::collections::BTreeMap;

/// An element with what is in it.
#[derive(Debug, Default)]
pub struct Element {
    pub name: String,
    pub attributes: String,
    pub text: String,
    pub children: Vec<Element>,
}

impl Element {
    pub fn all<'a>(&'a self, path: &str) -> Vec<&'a Element> {
        let mut found = vec![self];
        for name in path.split('/') {
            found = found.iter().flat_map(|it| it.children.iter().filter(|child| child.name == name)).collect();
        }
        found
    }

    pub fn one(&self, path: &str) -> &str {
        let found = self.all(path);
        assert_eq!(found.len(), 1, "{path}");
        &found[0].text
    }
}

/// Reads well-formed XML without comments, entities and empty elements; anything else ends the test.
pub fn parse(text: &str) -> Element {
    let text = text.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>").expect("a declaration");
    let mut open: Vec<Element> = vec![Element::default()];
    let mut rest = text;
    while let Some(begin) = rest.find('<') {
        let before = rest[..begin].trim();
        assert!(!before.contains(['&', '>']), "{before}");
        open.last_mut().unwrap().text.push_str(before);
        let end = rest.find('>').expect("a tag ends");
        let tag = &rest[begin + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            let done = open.pop().unwrap();
            assert_eq!(done.name, name, "what is opened is closed");
            open.last_mut().unwrap().children.push(done);
        } else {
            let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
            open.push(Element { name: name.into(), attributes: attributes.into(), ..Element::default() });
        }
    }
    assert_eq!((rest.trim(), open.len(), open[0].children.len()), ("", 1, 1));
    open.remove(0).children.remove(0)
}

/// What is in what, in which order: once, or `?` at most once, `*` any number, `+` at least once; `|` for one of them.
const ORDER: &str = "
Document: CstmrCdtTrfInitn
CstmrCdtTrfInitn: GrpHdr PmtInf+ SplmtryData*
GrpHdr: MsgId CreDtTm Authstn* NbOfTxs CtrlSum? InitgPty FwdgAgt? InitnSrc?
PmtInf: PmtInfId PmtMtd BtchBookg? NbOfTxs? CtrlSum? PmtTpInf? ReqdExctnDt PoolgAdjstmntDt? Dbtr DbtrAcct DbtrAgt \
 DbtrAgtAcct? InstrForDbtrAgt? UltmtDbtr? ChrgBr? ChrgsAcct? ChrgsAcctAgt? CdtTrfTxInf+
PmtTpInf: InstrPrty? SvcLvl* LclInstrm? CtgyPurp?
SvcLvl: Cd|Prtry
ReqdExctnDt: Dt|DtTm
InitgPty: Nm? PstlAdr? Id? CtryOfRes? CtctDtls?
Dbtr: Nm? PstlAdr? Id? CtryOfRes? CtctDtls?
Cdtr: Nm? PstlAdr? Id? CtryOfRes? CtctDtls?
PstlAdr: AdrTp? Dept? SubDept? StrtNm? BldgNb? BldgNm? Flr? PstBx? Room? PstCd? TwnNm? TwnLctnNm? DstrctNm? \
 CtrySubDvsn? Ctry? AdrLine*
DbtrAcct: Id Tp? Ccy? Nm? Prxy?
CdtrAcct: Id Tp? Ccy? Nm? Prxy?
Id: IBAN|Othr
DbtrAgt: FinInstnId BrnchId?
CdtrAgt: FinInstnId BrnchId?
FinInstnId: BICFI? ClrSysMmbId? LEI? Nm? PstlAdr? Othr?
Othr: Id SchmeNm? Issr?
CdtTrfTxInf: PmtId PmtTpInf? Amt XchgRateInf? ChrgBr? MndtRltdInf? ChqInstr? UltmtDbtr? IntrmyAgt1? CdtrAgt? \
 CdtrAgtAcct? Cdtr? CdtrAcct? UltmtCdtr? InstrForCdtrAgt* InstrForDbtrAgt? Purp? RgltryRptg* Tax? RltdRmtInf* RmtInf?
PmtId: InstrId? EndToEndId UETR?
Amt: InstdAmt|EqvtAmt
RmtInf: Ustrd* Strd*";

/// Ends the test at the first thing that the schema, or SEPA's narrower use of it, does not allow.
pub fn check(document: &Element) {
    assert_eq!(document.attributes, "xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\"");
    let joined = ORDER.replace("\\\n", "");
    let order: BTreeMap<&str, Vec<&str>> = joined
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, children)| (name, children.split_whitespace().collect()))
        .collect();
    assert_eq!(document.name, "Document");
    walk(document, "", &order);
    sums(document);
}

fn walk(element: &Element, parent: &str, order: &BTreeMap<&str, Vec<&str>>) {
    let leaf = element.name == "Id" && parent == "Othr";
    match order.get(element.name.as_str()).filter(|_| !leaf) {
        Some(children) => {
            assert!(element.text.is_empty(), "{} holds elements only", element.name);
            in_order(element, children);
            element.children.iter().for_each(|child| walk(child, &element.name, order));
        }
        None => {
            assert!(element.children.is_empty(), "{} holds text only", element.name);
            value(element, parent);
        }
    }
}

fn in_order(element: &Element, allowed: &[&str]) {
    let mut names = element.children.iter().map(|child| child.name.as_str()).peekable();
    for rule in allowed {
        let plain = rule.trim_end_matches(['?', '*', '+']);
        let mut count = 0;
        while names.next_if(|name| plain.split('|').any(|it| it == *name)).is_some() {
            count += 1;
        }
        let fits = match rule.chars().last() {
            Some('?') => count <= 1,
            Some('*') => true,
            Some('+') => count >= 1,
            _ => count == 1,
        };
        assert!(fits, "{}: {rule} is there {count} times", element.name);
    }
    assert_eq!(names.next(), None, "{}: not at its place", element.name);
}

/// The simple types: lengths, patterns and lists of values.
fn value(element: &Element, parent: &str) {
    let (name, text) = (element.name.as_str(), element.text.as_str());
    let length = |most: usize| (1..=most).contains(&text.chars().count());
    let upper = |text: &str| text.bytes().all(|byte| byte.is_ascii_uppercase());
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let alnum = |text: &str| text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let fits = match name {
        "MsgId" | "PmtInfId" | "EndToEndId" => length(35) && !text.starts_with('/') && !text.contains("//"),
        "Id" => length(35) && parent == "Othr",
        "CreDtTm" => text.parse::<jiff::Timestamp>().is_ok(),
        "Dt" => text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok(),
        "NbOfTxs" => digits(text) && text.len() <= 15,
        "CtrlSum" => decimal(text, 18, 17),
        "InstdAmt" => decimal(text, 11, 2) && element.attributes == "Ccy=\"EUR\"" && text != "0.00",
        "Nm" | "StrtNm" => length(70),
        "PstCd" => length(16),
        "TwnNm" => length(35),
        "Ctry" => text.len() == 2 && upper(text),
        "PmtMtd" => ["CHK", "TRF", "TRA"].contains(&text),
        "Cd" => text == "SEPA" && parent == "SvcLvl",
        "ChrgBr" => ["DEBT", "CRED", "SHAR", "SLEV"].contains(&text),
        "IBAN" => (5..=34).contains(&text.len()) && upper(&text[..2]) && digits(&text[2..4]) && alnum(&text[4..]),
        "BICFI" => matches!(text.len(), 8 | 11) && alnum(text) && upper(&text[4..6]),
        "Ustrd" => length(140),
        other => panic!("the schema has no {other} in {parent}"),
    };
    assert!(fits, "{name} in {parent}: {text:?}");
    let sepa = |letter: char| letter.is_ascii_alphanumeric() || "/-?:().,'+ ".contains(letter);
    assert!(text.chars().all(sepa), "{name}: {text:?}");
    assert!(name == "InstdAmt" || element.attributes.is_empty());
}

fn decimal(text: &str, total: usize, fraction: usize) -> bool {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    !whole.is_empty() && digits(whole) && digits(part) && part.len() <= fraction && whole.len() + part.len() <= total
}

fn cents(text: &str) -> u64 {
    let (whole, part) = text.split_once('.').unwrap_or((text, "00"));
    format!("{whole}{part:0<2}").parse().unwrap()
}

/// Numbers and sums of the file and of each of its parts are those of the payments in it.
fn sums(document: &Element) {
    let root = &document.children[0];
    let mut names = Vec::new();
    let (mut count, mut total) = (0, 0);
    for part in root.all("PmtInf") {
        let payments = part.all("CdtTrfTxInf");
        let sum: u64 = payments.iter().map(|it| cents(it.one("Amt/InstdAmt"))).sum();
        assert_eq!((part.one("NbOfTxs"), cents(part.one("CtrlSum"))), (payments.len().to_string().as_str(), sum));
        names.extend(payments.iter().map(|it| it.one("PmtId/EndToEndId").to_owned()));
        (count, total) = (count + payments.len(), total + sum);
    }
    assert_eq!((root.one("GrpHdr/NbOfTxs"), cents(root.one("GrpHdr/CtrlSum"))), (count.to_string().as_str(), total));
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all, "every payment has a name of its own");
}
