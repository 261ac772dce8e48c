//! A report's fields, in whichever of the four forms it came: a form, JSON, JSON labelled as a form, or a query.

use std::collections::BTreeMap;

use serde_json::Value;

use super::click::bare;
use super::drop_reason::{DropReason, FieldError};
use crate::limits::{BODY_BYTES_MAX, FIELDS_MAX, IDENTIFIERS_MAX, ITEMS_MAX};

/// Names without regard to case; values as text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields {
    values: BTreeMap<String, String>,
    /// Lists of objects, such as the items of an order, each with its own fields.
    items: Vec<BTreeMap<String, String>>,
    /// The list of identifiers, as far as one more than may be.
    identifiers: Vec<Listed>,
}

/// An entry of a list of identifiers, as it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    pub kind: String,
    pub value: String,
    pub country: Option<String>,
}

impl Fields {
    /// Reads the query and the body; a field of the body goes before one of the query.
    pub fn read(query: &str, body: &[u8]) -> Result<Fields, FieldError> {
        if body.len() > BODY_BYTES_MAX || query.len() > BODY_BYTES_MAX {
            return Err(FieldError::new("", DropReason::TooLarge, "The report is larger than 512 KiB."));
        }
        let mut fields = Fields::default();
        fields.add_form(query.as_bytes())?;
        let body = body.trim_ascii();
        // Whatever label it came with: JSON begins like JSON.
        if body.first() == Some(&b'{') {
            fields.add_json(body)?;
        } else {
            fields.add_form(body)?;
        }
        Ok(fields)
    }

    /// The first of these names that has a value.
    pub fn get(&self, names: &[&str]) -> Option<&str> {
        let found = names.iter().find_map(|name| self.values.get(&name.to_ascii_lowercase()));
        found.map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// The same with the blanks around it.
    pub fn as_written(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.values.get(&name.to_ascii_lowercase())).map(String::as_str)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The items of an order: from a list, or from names that end in a number (`ItemSku1`, `ItemPrice1`).
    pub fn items(&self) -> Vec<BTreeMap<String, String>> {
        if !self.items.is_empty() {
            return self.items.clone();
        }
        let mut numbered: BTreeMap<u32, BTreeMap<String, String>> = BTreeMap::new();
        for (name, value) in &self.values {
            let Some(rest) = name.strip_prefix("item") else { continue };
            let bare = rest.trim_end_matches(|letter: char| letter.is_ascii_digit());
            let Ok(number) = rest[bare.len()..].parse() else { continue };
            numbered.entry(number).or_default().insert(bare.to_owned(), value.clone());
        }
        numbered.into_values().collect()
    }

    /// The list of identifiers; JSON only.
    pub fn identifiers(&self) -> &[Listed] {
        &self.identifiers
    }

    /// Gives fields other names. Where there is one of the new name already, that one stays.
    pub fn rename(&mut self, new_name: impl Fn(&str) -> Option<String>) {
        let renamed: Vec<_> = self.values.keys().filter_map(|name| Some((name.clone(), new_name(name)?))).collect();
        for (name, new_name) in renamed {
            if let Some(value) = self.values.remove(&name) {
                self.values.entry(new_name.to_ascii_lowercase()).or_insert(value);
            }
        }
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.values.insert(name.to_ascii_lowercase(), value.to_owned());
    }

    fn add(&mut self, name: &str, value: String) -> Result<(), FieldError> {
        if self.values.len() >= FIELDS_MAX {
            let message = format!("A report has at most {FIELDS_MAX} fields.");
            return Err(FieldError::new(name, DropReason::TooLarge, message));
        }
        self.values.insert(bare(name.trim()).to_ascii_lowercase(), bare(&value));
        Ok(())
    }

    fn add_form(&mut self, form: &[u8]) -> Result<(), FieldError> {
        for (name, value) in url::form_urlencoded::parse(form) {
            self.add(&name, value.into_owned())?;
        }
        Ok(())
    }

    fn add_json(&mut self, json: &[u8]) -> Result<(), FieldError> {
        let malformed = |message: String| FieldError::new("", DropReason::Malformed, message);
        let value: Value =
            serde_json::from_slice(json).map_err(|error| malformed(format!("It is not JSON: {error}.")))?;
        let Value::Object(object) = value else {
            return Err(malformed("The JSON is not an object.".into()));
        };
        for (name, value) in object {
            match value {
                Value::Array(list) if name.eq_ignore_ascii_case("items") => self.add_items(list)?,
                Value::Array(list) if name.eq_ignore_ascii_case("identifiers") => {
                    self.identifiers = list.iter().take(IDENTIFIERS_MAX + 1).map(listed).collect();
                }
                Value::Object(inner) => {
                    for (name, value) in inner {
                        self.add(&name, text_of(&value))?;
                    }
                }
                Value::Array(_) => {}
                value => self.add(&name, text_of(&value))?,
            }
        }
        Ok(())
    }

    fn add_items(&mut self, list: Vec<Value>) -> Result<(), FieldError> {
        if list.len() > ITEMS_MAX {
            let message = format!("An order has at most {ITEMS_MAX} items.");
            return Err(FieldError::new("items", DropReason::TooManyItems, message));
        }
        for item in list {
            let Value::Object(object) = item else { continue };
            let named = object.iter().map(|(name, value)| {
                let name = name.to_ascii_lowercase();
                (name.strip_prefix("item").unwrap_or(&name).to_owned(), bare(&text_of(value)))
            });
            self.items.push(named.collect());
        }
        Ok(())
    }
}

/// What is no object says nothing of its kind.
fn listed(entry: &Value) -> Listed {
    let text = |names: &[&str]| {
        let named = |name: &str| names.iter().any(|it| it.eq_ignore_ascii_case(name));
        let mut fields = entry.as_object().into_iter().flatten();
        fields.find(|(name, _)| named(name)).map(|(_, value)| bare(&text_of(value)))
    };
    Listed {
        kind: text(&["kind"]).unwrap_or_default(),
        value: text(&["value"]).unwrap_or_default(),
        country: text(&["country_code", "countrycode"]),
    }
}

/// A number as its sender wrote it, up to the seventeen digits that every sender of JSON has.
fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(_) | Value::Object(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn all_four_forms_say_the_same() {
        let forms: [(&str, &[u8]); 4] = [
            ("", b"OrderId=A-1&Amount=129.90&ItemSku1=R1&ItemQuantity1=2"),
            ("", br#"{"orderId":"A-1","amount":129.90,"items":[{"sku":"R1","quantity":2}]}"#),
            ("", br#"  {"ORDERID":"A-1","Amount":"129.90","ItemSku1":"R1","ItemQuantity1":"2"}"#),
            ("orderid=A-1&amount=129.90&itemsku1=R1&itemquantity1=2", b""),
        ];
        for (query, body) in forms {
            let fields = Fields::read(query, body).unwrap();
            assert_eq!(fields.get(&["OrderId"]), Some("A-1"));
            assert_eq!(fields.get(&["Total", "Amount"]).map(|it| it.trim_end_matches('0')), Some("129.9"));
            let items = fields.items();
            assert_eq!((items[0]["sku"].as_str(), items[0]["quantity"].as_str()), ("R1", "2"));
        }
    }

    #[test]
    fn what_is_empty_is_not_there() {
        let fields = Fields::read("ClickId=&CustomerId=%20", b"").unwrap();
        assert_eq!((fields.get(&["ClickId"]), fields.get(&["CustomerId"])), (None, None));
    }

    #[test]
    fn no_text_holds_a_null_character() {
        let form = Fields::read("OrderId=a%00b", b"").unwrap();
        let json = Fields::read("", br#"{"order\u0000id":"a\u0000b","items":[{"sku":"x\u0000"}]}"#).unwrap();
        assert_eq!((form.get(&["orderid"]), json.get(&["orderid"])), (Some("ab"), Some("ab")));
        assert_eq!(json.items()[0]["sku"], "x");
    }

    #[test]
    fn broken_json_is_said() {
        let error = Fields::read("", b"{\"orderId\":").unwrap_err();
        assert_eq!(error.reason, DropReason::Malformed);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(query in ".{0,60}", body in prop::collection::vec(any::<u8>(), 0..200)) {
            _ = Fields::read(&query, &body).map(|fields| fields.items());
        }
    }
}
