//! The language of the Admin interface, as far as apps ask in it: a question is parsed, and the answer cut out of a tree
//! that holds everything. What the tree does not have is an error that names the type, as Shopify's is.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

/// A list that is asked for page by page stands in the tree under this name.
pub const NODES: &str = "$nodes";

/// What a node is sorted by, as text that sorts the same way. A page goes on after it, also if nodes have moved meanwhile.
pub const KEY: &str = "$key";

#[derive(Debug, Clone)]
pub struct Field {
    pub alias: String,
    pub name: String,
    pub arguments: Map<String, Value>,
    pub fields: Vec<Selection>,
}

#[derive(Debug, Clone)]
pub enum Selection {
    Field(Field),
    /// Of a type, or of any.
    On(Option<String>, Vec<Selection>),
    Spread(String),
}

pub struct Document {
    pub is_mutation: bool,
    pub fields: Vec<Selection>,
    fragments: Vec<(String, Selection)>,
}

type Parsed<T> = Result<T, String>;

struct Parser<'a> {
    words: Vec<String>,
    at: usize,
    variables: &'a Map<String, Value>,
}

pub fn parse(text: &str, variables: &Map<String, Value>) -> Parsed<Document> {
    let mut parser = Parser { words: words(text)?, at: 0, variables };
    let mut document = Document { is_mutation: false, fields: Vec::new(), fragments: Vec::new() };
    while parser.at < parser.words.len() {
        match parser.peek() {
            "fragment" => {
                parser.at += 1;
                let name = parser.next()?;
                parser.expect("on")?;
                let kind = parser.next()?;
                let fields = parser.selections()?;
                document.fragments.push((name, Selection::On(Some(kind), fields)));
            }
            "{" => document.fields = parser.selections()?,
            word @ ("query" | "mutation") => {
                document.is_mutation = word == "mutation";
                while parser.peek() != "{" {
                    // Names and types of variables; their defaults are of no matter to those who give them all.
                    if parser.next()? == "(" {
                        parser.skip_to(")")?;
                    }
                }
                document.fields = parser.selections()?;
            }
            word => return Err(format!("Parse error on \"{word}\"")),
        }
    }
    Ok(document)
}

fn words(text: &str) -> Parsed<Vec<String>> {
    let letters: Vec<char> = text.chars().collect();
    let (mut words, mut i) = (Vec::new(), 0);
    let is_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '$' | '-' | '.' | '@' | '+');
    while i < letters.len() {
        let begin = i;
        match letters[i] {
            '#' => i += letters[i..].iter().take_while(|it| **it != '\n').count(),
            '"' => {
                i += 1;
                while letters.get(i).is_some_and(|it| *it != '"') {
                    i += if letters[i] == '\\' { 2 } else { 1 };
                }
                i += 1;
                words.push(letters.get(begin..i).ok_or("Parse error: a string does not end")?.iter().collect());
            }
            '.' if letters[i..].starts_with(&['.', '.', '.']) => {
                i += 3;
                words.push("...".into());
            }
            letter if is_name(letter) => {
                i += letters[i..].iter().take_while(|it| is_name(**it)).count();
                words.push(letters[begin..i].iter().collect());
            }
            letter => {
                i += 1;
                if !letter.is_whitespace() && letter != ',' {
                    words.push(letter.into());
                }
            }
        }
    }
    Ok(words)
}

impl Parser<'_> {
    fn peek(&self) -> &str {
        self.words.get(self.at).map_or("", String::as_str)
    }

    fn next(&mut self) -> Parsed<String> {
        let word = self.words.get(self.at).cloned().ok_or("Parse error: unexpected end of document")?;
        self.at += 1;
        Ok(word)
    }

    fn expect(&mut self, wanted: &str) -> Parsed<()> {
        let word = self.next()?;
        if word == wanted { Ok(()) } else { Err(format!("Parse error on \"{word}\": expected {wanted}")) }
    }

    fn skip_to(&mut self, end: &str) -> Parsed<()> {
        while self.next()? != end {}
        Ok(())
    }

    fn selections(&mut self) -> Parsed<Vec<Selection>> {
        self.expect("{")?;
        let mut all = Vec::new();
        while self.peek() != "}" {
            all.push(self.selection()?);
        }
        self.at += 1;
        if all.is_empty() { Err("Parse error: an empty selection".into()) } else { Ok(all) }
    }

    fn selection(&mut self) -> Parsed<Selection> {
        if self.peek() == "..." {
            self.at += 1;
            return match self.peek() {
                "on" => {
                    self.at += 1;
                    let kind = self.next()?;
                    Ok(Selection::On(Some(kind), self.selections()?))
                }
                "{" => Ok(Selection::On(None, self.selections()?)),
                _ => Ok(Selection::Spread(self.next()?)),
            };
        }
        let (mut alias, mut name) = (String::new(), self.next()?);
        if self.peek() == ":" {
            self.at += 1;
            (alias, name) = (name, self.next()?);
        }
        let arguments = if self.peek() == "(" { self.arguments()? } else { Map::new() };
        let fields = if self.peek() == "{" { self.selections()? } else { Vec::new() };
        let alias = if alias.is_empty() { name.clone() } else { alias };
        Ok(Selection::Field(Field { alias, name, arguments, fields }))
    }

    fn arguments(&mut self) -> Parsed<Map<String, Value>> {
        self.at += 1;
        self.pairs(")")
    }

    fn pairs(&mut self, end: &str) -> Parsed<Map<String, Value>> {
        let mut all = Map::new();
        while self.peek() != end {
            let name = self.next()?;
            self.expect(":")?;
            all.insert(name, self.value()?);
        }
        self.at += 1;
        Ok(all)
    }

    fn value(&mut self) -> Parsed<Value> {
        let word = self.next()?;
        Ok(match word.as_str() {
            "{" => Value::Object(self.pairs("}")?),
            "[" => {
                let mut all = Vec::new();
                while self.peek() != "]" {
                    all.push(self.value()?);
                }
                self.at += 1;
                Value::Array(all)
            }
            word if word.starts_with('$') => self.variables.get(&word[1..]).cloned().unwrap_or_default(),
            // Text, numbers and words of JSON are written alike; what is none of them is a name of an enum.
            word => serde_json::from_str(word).unwrap_or_else(|_| word.into()),
        })
    }
}

/// The fields that a question asks of an object, with those of its fragments.
pub fn fields_of<'a>(document: &'a Document, selections: &'a [Selection], kind: &str) -> Parsed<Vec<&'a Field>> {
    let mut all = Vec::new();
    for selection in selections {
        match selection {
            Selection::Field(field) => all.push(field),
            Selection::On(on, fields) => {
                if on.as_ref().is_none_or(|on| on == kind) {
                    all.extend(fields_of(document, fields, kind)?);
                }
            }
            Selection::Spread(name) => {
                let found = document.fragments.iter().find(|(other, _)| other == name);
                let (_, fragment) = found.ok_or(format!("Fragment {name} was used, but not defined"))?;
                all.extend(fields_of(document, std::slice::from_ref(fragment), kind)?);
            }
        }
    }
    Ok(all)
}

/// Cuts out of a tree what was asked for.
pub fn cut(document: &Document, tree: &Value, selections: &[Selection]) -> Parsed<Value> {
    match tree {
        Value::Array(all) => all.iter().map(|it| cut(document, it, selections)).collect(),
        Value::Object(object) => {
            let kind = object.get("__typename").and_then(Value::as_str).unwrap_or("Object");
            if selections.is_empty() {
                return Err(format!("Field must have selections (field returns {kind} but has no selections)"));
            }
            let mut out = Map::new();
            for field in fields_of(document, selections, kind)? {
                out.insert(field.alias.clone(), value_of(document, object, field, kind)?);
            }
            Ok(Value::Object(out))
        }
        Value::Null => Ok(Value::Null),
        plain if selections.is_empty() => Ok(plain.clone()),
        _ => Err("Selections can't be made on scalars".into()),
    }
}

fn value_of(document: &Document, object: &Map<String, Value>, field: &Field, kind: &str) -> Parsed<Value> {
    let Some(value) = object.get(&field.name) else {
        return Err(format!("Field '{}' doesn't exist on type '{kind}'", field.name));
    };
    match value.get(NODES) {
        Some(Value::Array(nodes)) => {
            let page = page(nodes, &field.arguments, &field.name)?;
            cut(document, &page, &field.fields)
        }
        _ => match (value, field.arguments.get("first").and_then(Value::as_u64)) {
            (Value::Array(all), Some(first)) => {
                let all: Value = all.iter().take(first as usize).cloned().collect();
                cut(document, &all, &field.fields)
            }
            _ => cut(document, value, &field.fields),
        },
    }
}

/// A page of a list. The cursor of a node is its place.
pub fn page(nodes: &[Value], arguments: &Map<String, Value>, name: &str) -> Parsed<Value> {
    let number = |name: &str| arguments.get(name).and_then(Value::as_u64);
    let size = match (number("first"), number("last")) {
        (None, None) => return Err(format!("you must provide one of first or last ({name})")),
        (first, last) => first.or(last).unwrap_or_default() as usize,
    };
    if size > 250 {
        return Err(format!("The maximum page size is 250 ({name})"));
    }
    let reverse = arguments.get("reverse") == Some(&Value::Bool(true));
    let mut keyed: Vec<(String, &Value)> = nodes.iter().enumerate().map(|(i, node)| (key(i, node), node)).collect();
    if reverse {
        keyed.reverse();
    }
    let cursor = |name: &str| -> Parsed<Option<String>> {
        let Some(Value::String(cursor)) = arguments.get(name) else { return Ok(None) };
        let key = STANDARD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        key.map(Some).ok_or(format!("Invalid cursor for current pagination sort ({cursor})"))
    };
    let until =
        |cursor: &String| keyed.iter().take_while(|(key, _)| if reverse { key > cursor } else { key < cursor }).count();
    let (mut begin, mut end) = (0, keyed.len());
    if let Some(after) = cursor("after")? {
        let place = until(&after);
        begin = place + usize::from(keyed.get(place).is_some_and(|(key, _)| *key == after));
    }
    if let Some(before) = cursor("before")? {
        end = until(&before).max(begin);
    }
    match number("first") {
        Some(_) => end = end.min(begin + size),
        None => begin = begin.max(end.saturating_sub(size)),
    }
    let cursor = |place: usize| STANDARD.encode(&keyed[place].0);
    let kind = nodes.first().and_then(|it| it["__typename"].as_str()).unwrap_or("Node");
    let edge = |i: usize| json!({ "__typename": format!("{kind}Edge"), "cursor": cursor(i), "node": keyed[i].1 });
    let some = end > begin;
    Ok(json!({
        "__typename": format!("{kind}Connection"),
        "nodes": (begin..end).map(|i| keyed[i].1).collect::<Vec<_>>(),
        "edges": (begin..end).map(edge).collect::<Vec<_>>(),
        "pageInfo": {
            "__typename": "PageInfo",
            "hasNextPage": end < keyed.len(),
            "hasPreviousPage": begin > 0,
            "startCursor": some.then(|| cursor(begin)),
            "endCursor": some.then(|| cursor(end - 1)),
        },
    }))
}

fn key(place: usize, node: &Value) -> String {
    node[KEY].as_str().map_or_else(|| format!("{place:06}"), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(text: &str, variables: Value, tree: &Value) -> Parsed<Value> {
        let variables = variables.as_object().cloned().unwrap_or_default();
        let document = parse(text, &variables)?;
        cut(&document, tree, &document.fields)
    }

    fn tree() -> Value {
        json!({
            "__typename": "QueryRoot",
            "shop": { "__typename": "Shop", "name": "Made-up" },
            "orders": { NODES: [{ "__typename": "Order", "id": "1" }, { "__typename": "Order", "id": "2" }] },
        })
    }

    #[test]
    fn only_what_was_asked_for_is_answered() {
        let text = "query Q($n: Int!, $after: String) { # all\n shop { ...S } page: orders(first: $n, after: $after) { edges { cursor node { id } } pageInfo { hasNextPage } } }\nfragment S on Shop { __typename called: name }";
        let first = ask(text, json!({ "n": 1 }), &tree()).unwrap();
        let expected = json!({
            "shop": { "__typename": "Shop", "called": "Made-up" },
            "page": { "edges": [{ "cursor": "MDAwMDAw", "node": { "id": "1" } }], "pageInfo": { "hasNextPage": true } },
        });
        assert_eq!(first, expected);
        let second = ask(text, json!({ "n": 1, "after": "MDAwMDAw" }), &tree()).unwrap();
        assert_eq!(second["page"]["edges"][0]["node"]["id"], "2");
        assert_eq!(second["page"]["pageInfo"]["hasNextPage"], false);
    }

    #[test]
    fn what_does_not_exist_is_an_error() {
        let unknown = ask("{ shop { colour } }", json!({}), &tree());
        assert_eq!(unknown.unwrap_err(), "Field 'colour' doesn't exist on type 'Shop'");
        assert!(ask("{ shop }", json!({}), &tree()).unwrap_err().contains("must have selections"));
        assert!(ask("{ orders { nodes { id } } }", json!({}), &tree()).unwrap_err().contains("first or last"));
        assert!(ask("{ orders(first: 300) { nodes { id } } }", json!({}), &tree()).unwrap_err().contains("250"));
        assert!(ask("{ shop { name }", json!({}), &tree()).is_err());
        assert!(ask("{ shop { ...X } }", json!({}), &tree()).is_err());
    }
}
