//! What is written for whom, what is refused by which name, and that SEPA files keep to their schema.

mod schema;

use expect_test::expect;
use proptest::prelude::*;

use super::answer::{AnswerReason, Outcome};
use super::*;
use crate::payee::{Tax, TaxStatus};

const EUR: Currency = Currency(*b"EUR");
const USD: Currency = Currency(*b"USD");

fn party(name: &str) -> Party {
    let country = "DE".to_owned();
    Party { name: name.into(), lines: vec!["Gasse 1".into()], postcode: "10115".into(), city: "Köln".into(), country }
}

fn payee(kind: MethodKind, account: &str, currency: Currency) -> Payee {
    let (holder, notify) = ("Müller & Söhne".to_owned(), "pay@example.com".to_owned());
    let method = Method { kind, account: account.into(), bic: String::new(), holder, currency, notify };
    let tax = Tax {
        status: TaxStatus::Private,
        country: "DE".into(),
        vat_id: String::new(),
        small_business: false,
        rate_ppm: 0,
        self_billing: false,
    };
    Payee { party: Some(party("Müller & Söhne")), tax: Some(tax), method: Some(method) }
}

fn entry(payment: &str, cents: i64, payee: Payee) -> Entry {
    let currency = payee.method.as_ref().map_or(EUR, |it| it.currency);
    let (amount, text) = (Money(cents * 10_000), "Acme, June: 3 actions".to_owned());
    let (partner, on) = (PartnerId(7), Day(20_000));
    Entry { payment: payment.into(), partner, payee, net: amount, tax: Money::ZERO, amount, currency, text, on }
}

fn sepa(payment: &str, cents: i64) -> Entry {
    entry(payment, cents, payee(MethodKind::Sepa, "DE89370400440532013000", EUR))
}

fn payer() -> Payer {
    let (iban, bic) = ("AT611904300234573201".to_owned(), "COBADEFF".to_owned());
    Payer { party: party("Acme GmbH"), vat_id: "DE123456789".into(), iban, bic, prefix: String::new() }
}

fn written(kind: FileKind, entries: &[Entry]) -> Result<String, Vec<String>> {
    by(kind, &payer(), entries)
}

fn by(kind: FileKind, payer: &Payer, entries: &[Entry]) -> Result<String, Vec<String>> {
    let batch = Batch { id: "RUN-1", made_at: Timestamp(1_750_000_000_000), payer, entries };
    let named = |fault: &FileFault| format!("{} {}", fault.payment, fault.reason.code());
    write(kind, &batch).map_err(|faults| faults.iter().map(named).collect())
}

#[test]
fn a_sepa_file_keeps_to_the_schema() {
    let mut abroad = entry("P-3", 7, payee(MethodKind::Sepa, "CH9300762011623852957", EUR));
    abroad.payee.method.as_mut().unwrap().bic = "UBSWCHZH80A".into();
    abroad.on = Day(20_001);
    let file = written(FileKind::Sepa, &[sepa("P-1", 123_450), sepa("P-2", 10), abroad]).unwrap();
    let document = schema::parse(&file);
    schema::check(&document);
    let root = &document.children[0];
    assert_eq!((root.one("GrpHdr/NbOfTxs"), root.one("GrpHdr/CtrlSum")), ("3", "1234.67"));
    let parts = root.all("PmtInf");
    assert_eq!(
        parts.iter().map(|it| it.one("PmtInfId")).collect::<Vec<_>>(),
        ["RUN-1-1", "RUN-1-2"],
        "one for each day"
    );
    assert_eq!(parts[0].one("ReqdExctnDt/Dt"), "2024-10-04");
    assert_eq!(parts[0].all("CdtTrfTxInf")[0].one("Cdtr/Nm"), "Mueller + Soehne");
    assert!(parts[0].all("CdtTrfTxInf/Cdtr/PstlAdr").is_empty(), "no address where none is needed");
    assert_eq!(parts[1].one("CdtTrfTxInf/Cdtr/PstlAdr/TwnNm"), "Koeln");
    assert_eq!(parts[1].one("CdtTrfTxInf/CdtrAgt/FinInstnId/BICFI"), "UBSWCHZH80A");
}

#[test]
fn the_text_of_a_sepa_file() {
    expect![[r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09">
        <CstmrCdtTrfInitn>
        <GrpHdr>
        <MsgId>RUN-1</MsgId>
        <CreDtTm>2025-06-15T15:06:40Z</CreDtTm>
        <NbOfTxs>1</NbOfTxs>
        <CtrlSum>1234.50</CtrlSum>
        <InitgPty>
        <Nm>Acme GmbH</Nm>
        </InitgPty>
        </GrpHdr>
        <PmtInf>
        <PmtInfId>RUN-1-1</PmtInfId>
        <PmtMtd>TRF</PmtMtd>
        <NbOfTxs>1</NbOfTxs>
        <CtrlSum>1234.50</CtrlSum>
        <PmtTpInf>
        <SvcLvl>
        <Cd>SEPA</Cd>
        </SvcLvl>
        </PmtTpInf>
        <ReqdExctnDt>
        <Dt>2024-10-04</Dt>
        </ReqdExctnDt>
        <Dbtr>
        <Nm>Acme GmbH</Nm>
        </Dbtr>
        <DbtrAcct>
        <Id>
        <IBAN>AT611904300234573201</IBAN>
        </Id>
        </DbtrAcct>
        <DbtrAgt>
        <FinInstnId>
        <BICFI>COBADEFF</BICFI>
        </FinInstnId>
        </DbtrAgt>
        <ChrgBr>SLEV</ChrgBr>
        <CdtTrfTxInf>
        <PmtId>
        <EndToEndId>P-1</EndToEndId>
        </PmtId>
        <Amt>
        <InstdAmt Ccy="EUR">1234.50</InstdAmt>
        </Amt>
        <Cdtr>
        <Nm>Mueller + Soehne</Nm>
        </Cdtr>
        <CdtrAcct>
        <Id>
        <IBAN>DE89370400440532013000</IBAN>
        </Id>
        </CdtrAcct>
        <RmtInf>
        <Ustrd>Acme, June: 3 actions</Ustrd>
        </RmtInf>
        </CdtTrfTxInf>
        </PmtInf>
        </CstmrCdtTrfInitn>
        </Document>
    "#]]
    .assert_eq(&written(FileKind::Sepa, &[sepa("P-1", 123_450)]).unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_paid_the_file_keeps_to_the_schema(
        payments in prop::collection::vec(("\\PC{1,90}", "\\PC{0,200}", 1_i64..99_999_999_999, 0_i32..4), 1..12)
    ) {
        let entries: Vec<Entry> = payments.iter().enumerate().map(|(i, (name, text, cents, day))| {
            let mut entry = sepa(&format!("P-{i}"), *cents);
            entry.payee.method.as_mut().unwrap().holder = name.clone();
            (entry.text, entry.on) = (text.clone(), Day(20_000 + day));
            entry
        }).collect();
        match written(FileKind::Sepa, &entries) {
            Ok(file) => schema::check(&schema::parse(&file)),
            Err(faults) => prop_assert!(faults.iter().all(|it| it.ends_with("DETAILS_MISSING")), "{:?}", faults),
        }
    }
}

#[test]
fn what_can_not_be_transferred_is_refused_by_name() {
    let mut other_account = sepa("P-2", 100);
    other_account.currency = USD;
    let mut missing = sepa("P-3", 100);
    missing.payee.method = None;
    let mut euros_abroad = sepa("P-4", 100);
    euros_abroad.payee.method.as_mut().unwrap().currency = USD;
    euros_abroad.currency = USD;
    let paypal = entry("P-5", 100, payee(MethodKind::PayPal, "a@b.example", EUR));
    let refused = |entries: &[Entry]| written(FileKind::Sepa, entries).unwrap_err();
    let all = [sepa("P-1", 0), other_account, missing, paypal, sepa("P-6", 1), sepa("P-6", 1), sepa("P 7", 1)];
    assert_eq!(
        refused(&all),
        ["P-1 AMOUNT", "P-2 OTHER_CURRENCY", "P-3 DETAILS_MISSING", "P-5 OTHER_METHOD", "P-6 TWICE", "P 7 ID_FORM"]
    );
    assert_eq!(refused(&[euros_abroad, sepa("P-8", 100_000_000_000)]), ["P-4 NOT_EURO", "P-8 AMOUNT_TOO_LARGE"]);
    assert_eq!(refused(&[]), [" NOTHING_TO_PAY"]);
    let mut half = sepa("P-9", 1);
    half.amount = Money(5_000);
    assert_eq!(refused(&[half]), ["P-9 AMOUNT"]);
    assert_eq!(by(FileKind::Sepa, &Payer::default(), &[sepa("P-1", 1)]).unwrap_err(), [" PAYER_MISSING"]);
    let many: Vec<Entry> =
        (0..1_001).map(|i| entry(&format!("P-{i}"), 1, payee(MethodKind::Wise, "12345678", USD))).collect();
    assert_eq!(written(FileKind::Wise, &many).unwrap_err(), [" TOO_MANY"]);
    let mut nameless = sepa("P-1", 1);
    nameless.payee.method.as_mut().unwrap().holder = "/ /".into();
    assert_eq!(refused(&[nameless]), ["P-1 DETAILS_MISSING"]);
}

#[test]
fn paypal_takes_one_currency_in_a_file() {
    let usd = |id, account| entry(id, 1_050, payee(MethodKind::PayPal, account, USD));
    let mut formula = usd("P-2", "ABCDEFGH23456");
    formula.text = "=HYPERLINK(\"x\")".into();
    assert_eq!(
        written(FileKind::PayPal, &[usd("P-1", "a@b.example"), formula.clone()]).unwrap(),
        "a@b.example,10.50,USD,P-1,\"Acme, June: 3 actions\",PAYPAL\r\n\
         ABCDEFGH23456,10.50,USD,P-2,\"'=HYPERLINK(\"\"x\"\")\",PAYPAL\r\n"
    );
    let euro = entry("P-3", 1, payee(MethodKind::PayPal, "c@d.example", EUR));
    assert_eq!(written(FileKind::PayPal, &[formula, euro]).unwrap_err(), [" SEVERAL_CURRENCIES"]);
}

#[test]
fn wise_and_the_plain_file_name_every_account() {
    let mut business = entry("P-1", 1_050, payee(MethodKind::Wise, "BR1800360305000010009795493C1", USD));
    business.payee.tax.as_mut().unwrap().status = TaxStatus::Registered;
    let others = [("P-2", "a@b.example"), ("P-3", "12345678")];
    let mut entries = vec![business];
    entries.extend(others.map(|(id, account)| entry(id, 1, payee(MethodKind::Wise, account, USD))));
    let lines = |kind, entries: &[Entry]| written(kind, entries).unwrap().replace("\r\n", "\n");
    expect![[r#"
        name,recipientEmail,paymentReference,receiverType,amountCurrency,amount,sourceCurrency,targetCurrency,type,IBAN,accountNumber,addressCountryCode,addressCity,addressFirstLine,addressPostCode
        Müller & Söhne,,P-1,INSTITUTION,target,10.50,USD,USD,IBAN,BR1800360305000010009795493C1,,DE,Köln,Gasse 1,10115
        Müller & Söhne,a@b.example,P-2,PERSON,target,0.01,USD,USD,EMAIL,,,DE,Köln,Gasse 1,10115
        Müller & Söhne,,P-3,PERSON,target,0.01,USD,USD,ACCOUNT,,12345678,DE,Köln,Gasse 1,10115
    "#]].assert_eq(&lines(FileKind::Wise, &entries));
    entries.push(sepa("P-4", 99));
    expect![[r#"
        payment,partner,name,address,postcode,city,country,method,account,bic,holder,net,tax,amount,currency,text,execution_date
        P-1,7,Müller & Söhne,Gasse 1,10115,Köln,DE,wise,BR1800360305000010009795493C1,,Müller & Söhne,10.50,0.00,10.50,USD,"Acme, June: 3 actions",2024-10-04
        P-2,7,Müller & Söhne,Gasse 1,10115,Köln,DE,wise,a@b.example,,Müller & Söhne,0.01,0.00,0.01,USD,"Acme, June: 3 actions",2024-10-04
        P-3,7,Müller & Söhne,Gasse 1,10115,Köln,DE,wise,12345678,,Müller & Söhne,0.01,0.00,0.01,USD,"Acme, June: 3 actions",2024-10-04
        P-4,7,Müller & Söhne,Gasse 1,10115,Köln,DE,sepa,DE89370400440532013000,,Müller & Söhne,0.99,0.00,0.99,EUR,"Acme, June: 3 actions",2024-10-04
    "#]].assert_eq(&lines(FileKind::Generic, &entries));
}

fn answered(text: &str) -> Result<Vec<answer::Answered>, Vec<(usize, AnswerReason)>> {
    let known = ["P-1", "P-2", "P-3"].map(str::to_owned).into();
    answer::read(text, &known).map_err(|faults| faults.iter().map(|fault| (fault.line, fault.reason)).collect())
}

#[test]
fn an_answer_says_what_became_of_each_payment() {
    let answers =
        answered("payment,status,reason\r\nP-1,settled,\r\nP-2,FAILED,\"closed, says the bank\"\r\n").unwrap();
    assert_eq!((answers[0].outcome, answers[1].outcome), (Outcome::Settled, Outcome::Failed));
    assert_eq!(answers[1].reason, "closed, says the bank");
    let semicolons = answered("\u{feff}Status;End-to-End ID\nsettled;P-3\n").unwrap();
    assert_eq!(semicolons[0].payment, "P-3");
}

#[test]
fn an_answer_with_a_fault_is_refused_as_a_whole() {
    use AnswerReason::*;
    for (text, faults) in [
        ("", vec![(1, NothingSaid)]),
        ("payment,status\n", vec![(1, NothingSaid)]),
        ("payment,state\nP-1,settled\n", vec![(1, ColumnMissing)]),
        ("payment,status\nP-1,\"settled\n", vec![(2, NotCsv)]),
        (
            "payment,status\nP-1,settled\nP-9,settled\nP-1,failed\nP-2,paid\nP-3\n",
            vec![(3, PaymentUnknown), (4, PaymentTwice), (5, StatusUnknown), (6, StatusUnknown)],
        ),
    ] {
        assert_eq!(answered(text).unwrap_err(), faults, "{text}");
    }
    let many = format!("payment,status\n{}", "P-1,settled\n".repeat(10_001));
    assert_eq!(answered(&many).unwrap_err(), [(1, TooManyLines)]);
    let said = answer::read("payment,status\nP-9,settled\n", &Default::default()).unwrap_err()[0].to_string();
    assert_eq!(said, "Line 2: No payment that waits for an answer has this id. It says \"P-9\".");
}
