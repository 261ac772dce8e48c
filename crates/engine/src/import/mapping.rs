//! Which column says what. Guessed from the header's names, and a person may say otherwise.

use serde::{Deserialize, Serialize};

use super::ImportKind;

/// How a file is to be read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Mapping {
    /// For each column the field it holds; empty: it is left out.
    pub columns: Vec<String>,
    /// Amounts are written `12,50`.
    #[serde(default)]
    pub decimal_comma: bool,
    /// For lines that do not say so themselves.
    #[serde(default)]
    pub program: String,
    #[serde(default)]
    pub event_type: String,
    #[serde(default)]
    pub reason: String,
    /// `modify` or `correct`; empty is `modify`.
    #[serde(default)]
    pub change: String,
}

/// What a file's lines may ask for where they do not say so themselves.
const CHANGE_DEFAULTS: [&str; 3] = ["", "modify", "correct"];

/// A field of a line: its name, what people call it, and the names under which files have it, in small letters without
/// anything between the words.
pub struct Field {
    pub name: &'static str,
    pub label: &'static str,
    aliases: &'static [&'static str],
}

const fn field(name: &'static str, label: &'static str, aliases: &'static [&'static str]) -> Field {
    Field { name, label, aliases }
}

const CHANGES: [Field; 10] = [
    field("action_id", "Action id", &["actionid", "action"]),
    field("event_type", "Event type, id or code", &["eventtype", "eventtypeid", "eventtypecode", "actiontrackerid"]),
    field("order_id", "Order id", &["orderid", "order", "oid", "ordernumber", "orderno"]),
    field("amount", "New amount", &["amount", "newamount", "total", "saleamount"]),
    field("delta", "Difference of the amount", &["delta", "difference", "amountdelta", "adjustment"]),
    field("sku", "Item's SKU", &["sku", "itemsku", "article"]),
    field("quantity", "Item's new quantity", &["quantity", "qty", "itemquantity", "newquantity"]),
    field("change", "Change: modify, reverse or correct", &["change", "changetype", "typeofchange"]),
    field("reverse", "Reverse, yes or no", &["reverse", "reversed", "cancel", "cancelled", "canceled"]),
    field("reason", "Reason", &["reason", "dispositioncode", "disposition", "reasoncode"]),
];

const CONVERSIONS: [Field; 23] = [
    field("program_id", "Program id", &["programid", "program", "campaignid"]),
    field("event_type", "Event type, id or code", &["eventtype", "eventtypeid", "eventtypecode", "actiontrackerid"]),
    field("order_id", "Order id", &["orderid", "order", "oid", "ordernumber", "orderno"]),
    field("amount", "Amount", &["amount", "total", "orderamount", "saleamount"]),
    field("currency", "Currency", &["currency", "currencycode"]),
    field("event_date", "Date of the event", &["eventdate", "date", "orderdate", "occurredat"]),
    field("promo_code", "Promo code", &["promocode", "orderpromocode", "code", "coupon", "voucher"]),
    field("click_id", "Click id", &["clickid", "irclickid"]),
    field("customer_id", "Customer id", &["customerid", "customer"]),
    field("customer_email", "Customer's e-mail address", &["customeremail", "email", "mail"]),
    field("partner_id", "Partner id", &["partnerid", "partner", "mediapartnerid", "mediaid"]),
    field("customer_status", "Customer status", &["customerstatus", "newcustomer"]),
    field("parent_order_id", "Order that it follows from", &["parentorderid", "parentorder"]),
    field("shared_id", "Shared id", &["sharedid"]),
    field("subid1", "Sub id 1", &["subid1"]),
    field("subid2", "Sub id 2", &["subid2"]),
    field("subid3", "Sub id 3", &["subid3"]),
    field("customercountry", "Customer's country", &["customercountry", "country"]),
    field("customerregion", "Customer's region", &["customerregion", "region"]),
    field("itemsku1", "Item's SKU", &["sku", "itemsku", "itemsku1"]),
    field("itemcategory1", "Item's category", &["category", "itemcategory", "itemcategory1"]),
    field("itemquantity1", "Item's quantity", &["quantity", "qty", "itemquantity", "itemquantity1"]),
    field("itemsubtotal1", "Item's amount", &["itemamount", "itemsubtotal", "itemsubtotal1", "subtotal"]),
];

/// The fields that a line of a kind may have.
pub fn fields(kind: ImportKind) -> &'static [Field] {
    match kind {
        ImportKind::Changes => &CHANGES,
        ImportKind::Conversions => &CONVERSIONS,
    }
}

/// What the header's names say. Of several columns of one meaning the first counts.
pub fn guess(kind: ImportKind, header: &[String]) -> Mapping {
    let mut columns: Vec<String> = Vec::new();
    for name in header {
        let bare = bare(name);
        let found = fields(kind).iter().find(|field| field.aliases.contains(&bare.as_str()));
        let field = found.map(|field| field.name).filter(|name| !columns.iter().any(|it| it == name));
        columns.push(field.unwrap_or_default().to_owned());
    }
    Mapping { columns, ..Mapping::default() }
}

/// In small letters, without anything between the words.
pub fn bare(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

impl Mapping {
    /// Why it does not fit a file, in a sentence.
    pub fn check(&self, kind: ImportKind, header: &[String]) -> Result<(), String> {
        if self.columns.len() != header.len() {
            return Err(format!("The file has {} columns, and {} are named.", header.len(), self.columns.len()));
        }
        if !CHANGE_DEFAULTS.contains(&self.change.as_str()) {
            return Err("Where a line does not say what it asks for, it is modify or correct.".to_owned());
        }
        let mut seen: Vec<&str> = Vec::new();
        for name in self.columns.iter().map(String::as_str).filter(|name| !name.is_empty()) {
            let Some(field) = fields(kind).iter().find(|field| field.name == name) else {
                return Err(format!("There is no field {name:?} in a file of {}.", kind.name()));
            };
            if seen.contains(&name) {
                return Err(format!("Two columns are \"{}\": leave one of them out.", field.label));
            }
            seen.push(name);
        }
        Ok(())
    }

    /// A cell of a row, by its field.
    pub fn get<'a>(&self, cells: &'a [String], field: &str) -> Option<&'a str> {
        let place = self.columns.iter().position(|it| it == field)?;
        cells.get(place).map(String::as_str).filter(|cell| !cell.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(kind: ImportKind, header: &[&str]) -> Vec<String> {
        guess(kind, &header.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>()).columns
    }

    #[test]
    fn columns_are_known_by_the_names_that_files_give_them() {
        let header = ["Order ID", "order", "New Amount", "Reason-Code", "comment", "SKU", "Qty"];
        let expected = ["order_id", "", "amount", "reason", "", "sku", "quantity"];
        assert_eq!(guessed(ImportKind::Changes, &header), expected);
        let header = ["OrderId", "EventDate", "CurrencyCode", "E-Mail", "Promo Code", "customer_email"];
        let expected = ["order_id", "event_date", "currency", "customer_email", "promo_code", ""];
        assert_eq!(guessed(ImportKind::Conversions, &header), expected);
    }

    #[test]
    fn a_column_means_one_thing_and_each_thing_is_said_once() {
        let header = ["a".to_owned(), "b".to_owned()];
        let mapping =
            |columns: [&str; 2]| Mapping { columns: columns.map(str::to_owned).to_vec(), ..Mapping::default() };
        let check = |columns| mapping(columns).check(ImportKind::Changes, &header).map_err(|why| why.len() > 20);
        assert_eq!(check(["order_id", ""]), Ok(()));
        assert_eq!(check(["amount", "amount"]), Err(true));
        assert_eq!(check(["customer_email", ""]), Err(true));
        let columns = ["order_id".to_owned(), "change".to_owned()].to_vec();
        let change =
            |change: &str| Mapping { columns: columns.clone(), change: change.to_owned(), ..Mapping::default() };
        assert!(change("correct").check(ImportKind::Changes, &header).is_ok());
        assert!(change("correkt").check(ImportKind::Changes, &header).is_err());
        assert!(Mapping::default().check(ImportKind::Changes, &header).is_err());
    }
}
