//! Answers in the vendor's shapes: JSON or XML, names in its case, pages by number.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use referee_core::id::PartnerId;
use referee_engine::engine::SettleError;
use referee_engine::error::Error;
use referee_engine::intake::drop_reason::FieldError;
use referee_engine::lookup::answer::{Viewer, reason_code, reason_sentence};
use serde_json::{Map, Value, json};

use crate::error::ApiError;

/// How the answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Json,
    Xml,
    /// Lines of a file; only reports have them.
    Csv,
}

impl Form {
    /// The path without its suffix, and the form that the suffix or else the `Accept` line asks for.
    pub fn of<'a>(path: &'a str, headers: &HeaderMap) -> (&'a str, Form) {
        if let Some(bare) = path.strip_suffix(".json") {
            return (bare, Form::Json);
        }
        if let Some(bare) = path.strip_suffix(".xml") {
            return (bare, Form::Xml);
        }
        if path.starts_with("Reports/")
            && let Some(bare) = path.strip_suffix(".csv")
        {
            return (bare, Form::Csv);
        }
        let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let xml = accept.contains("xml") && !accept.contains("json") && !accept.contains("html");
        (path, if xml { Form::Xml } else { Form::Json })
    }
}

/// A status and what is said.
#[derive(Debug, Clone)]
pub struct Wire {
    pub status: u16,
    pub value: Value,
    /// Lines of a file in the value's place.
    sheet: Option<Sheet>,
}

#[derive(Debug, Clone)]
struct Sheet {
    lines: String,
    /// Where the next lines are, if there are more.
    next: Option<String>,
}

impl Wire {
    pub fn ok(value: Value) -> Wire {
        Wire::new(200, value)
    }

    fn new(status: u16, value: Value) -> Wire {
        Wire { status, value, sheet: None }
    }

    pub fn sheet(lines: String, next: Option<String>) -> Wire {
        Wire { sheet: Some(Sheet { lines, next }), ..Wire::ok(Value::Null) }
    }

    pub fn answer(self, form: Form) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let (mut next, is_xml) = (None, form == Form::Xml);
        let (kind, text) = match self.sheet {
            Some(sheet) => {
                next = sheet.next;
                ("text/csv; charset=utf-8", sheet.lines)
            }
            None if is_xml => ("application/xml; charset=utf-8", xml(&self.value)),
            None => ("application/json", self.value.to_string()),
        };
        let mut response = (status, [(header::CONTENT_TYPE, kind)], text).into_response();
        let lines = response.headers_mut();
        if let Some(next) = next.and_then(|next| HeaderValue::from_str(&format!("<{next}>; rel=\"next\"")).ok()) {
            lines.insert(header::LINK, next);
        }
        lines.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match status {
            StatusCode::SERVICE_UNAVAILABLE => _ = lines.insert(header::RETRY_AFTER, HeaderValue::from_static("1")),
            StatusCode::UNAUTHORIZED => {
                lines.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"Referee\""));
            }
            _ => {}
        }
        response
    }
}

/// A no, with the fields it is about.
pub fn error(status: u16, message: &str, fields: &[FieldError]) -> Wire {
    let fields: Vec<Value> = fields.iter().map(field).collect();
    Wire::new(status, json!({ "Status": "ERROR", "Message": message, "errors": fields }))
}

fn field(error: &FieldError) -> Value {
    json!({ "field": error.field, "level": "ERROR", "code": error.reason.code(), "message": error.message })
}

/// The environment's trouble: logged here, once, and told without detail.
pub fn trouble(error: Error) -> Wire {
    match &error {
        Error::Unavailable(_) => {
            tracing::warn!(%error, "a call could not be served");
            self::error(503, "Nothing was surely kept. Try again in a moment.", &[])
        }
        _ => {
            tracing::error!(%error, "a call failed");
            self::error(500, "Something is wrong on the server.", &[])
        }
    }
}

/// The rules' no to a partner's command.
pub fn refused(error: SettleError, partner: PartnerId) -> Wire {
    let viewer = Viewer::Partner(partner);
    let refusal = match error {
        SettleError::Refused(refusal) => refusal,
        SettleError::NotYet(_) => return Wire::new(202, json!({ "Status": "QUEUED" })),
        SettleError::Trouble(error) => return trouble(error),
    };
    let (code, message) = (reason_code(refusal, viewer), reason_sentence(refusal, viewer));
    let status = ApiError::from(refusal).status;
    // These clients know no 422.
    let status = if status == StatusCode::CONFLICT { 409 } else { 400 };
    let fields = json!([{ "field": "", "level": "ERROR", "code": code, "message": message }]);
    Wire::new(status, json!({ "Status": "ERROR", "Message": message, "errors": fields }))
}

/// One page of a list, with the keys by which clients find the next.
pub struct NumberedList {
    pub name: &'static str,
    pub rows: Vec<Value>,
    pub total: u64,
    /// From 1.
    pub page: u64,
    pub page_size: u64,
    /// The path of the list, and the query without the page.
    pub path: String,
    pub query: Vec<(String, String)>,
}

impl NumberedList {
    pub fn wire(self) -> Wire {
        let pages = self.total.div_ceil(self.page_size).max(1);
        let start = (self.page - 1) * self.page_size;
        let end = (start + self.rows.len() as u64).saturating_sub(1).max(start);
        let uri = |page: u64| {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(&self.query).append_pair("Page", &page.to_string());
            query.append_pair("PageSize", &self.page_size.to_string());
            format!("{}?{}", self.path, query.finish())
        };
        let some = |exists: bool, page: u64| if exists { uri(page) } else { String::new() };
        let mut value = Map::new();
        for (key, text) in [
            ("@page", self.page.to_string()),
            ("@numpages", pages.to_string()),
            ("@pagesize", self.page_size.to_string()),
            ("@total", self.total.to_string()),
            ("@start", start.to_string()),
            ("@end", end.to_string()),
            ("@uri", uri(self.page)),
            ("@firstpageuri", uri(1)),
            ("@previouspageuri", some(self.page > 1, self.page.saturating_sub(1))),
            ("@nextpageuri", some(self.page < pages, self.page + 1)),
            ("@lastpageuri", uri(pages)),
        ] {
            value.insert(key.to_owned(), Value::String(text));
        }
        value.insert(self.name.to_owned(), Value::Array(self.rows));
        Wire::ok(Value::Object(value))
    }
}

fn xml(value: &Value) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    element("ImpactRadiusResponse", value, &mut out);
    out
}

/// Keys that begin with `@` are attributes; a list repeats the singular of its name.
fn element(name: &str, value: &Value, out: &mut String) {
    out.push('<');
    out.push_str(name);
    if let Value::Object(map) = value {
        for (key, value) in map {
            if let (Some(key), Some(text)) = (key.strip_prefix('@'), value.as_str()) {
                out.push_str(&format!(" {key}=\"{}\"", escaped(text)));
            }
        }
    }
    out.push('>');
    match value {
        Value::Object(map) => {
            for (key, value) in map.iter().filter(|(key, _)| !key.starts_with('@')) {
                element(key, value, out);
            }
        }
        Value::Array(list) => {
            let singular = name.strip_suffix('s').unwrap_or(name);
            list.iter().for_each(|value| element(singular, value, out));
        }
        Value::String(text) => out.push_str(&escaped(text)),
        Value::Null => {}
        Value::Bool(_) | Value::Number(_) => out.push_str(&value.to_string()),
    }
    out.push_str(&format!("</{name}>"));
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // What XML can't hold at all.
            control if control < ' ' && !matches!(control, '\t' | '\n' | '\r') => {}
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_lead_to_the_next_until_there_is_none() {
        let list = |page| NumberedList {
            name: "Actions",
            rows: vec![json!({}), json!({})],
            total: 5,
            page,
            page_size: 2,
            path: "/Advertisers/A/Actions.json".into(),
            query: vec![("CampaignId".into(), "1".into())],
        };
        let first = list(1).wire().value;
        assert_eq!(first["@nextpageuri"], "/Advertisers/A/Actions.json?CampaignId=1&Page=2&PageSize=2");
        assert_eq!((&first["@total"], &first["@numpages"], &first["@end"]), (&json!("5"), &json!("3"), &json!("1")));
        assert_eq!(list(3).wire().value["@nextpageuri"], "");
    }

    #[test]
    fn xml_escapes_what_it_must() {
        let text = xml(&json!({ "@page": "1", "Actions": [{ "Oid": "a<b>&\"c\"\u{1}" }] }));
        assert!(text.ends_with("<ImpactRadiusResponse page=\"1\"><Actions><Action><Oid>a&lt;b&gt;&amp;&quot;c&quot;</Oid></Action></Actions></ImpactRadiusResponse>"));
    }
}
