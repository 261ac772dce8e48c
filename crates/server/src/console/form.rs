//! What a form of any shape brought, and the small forms that many screens share.

use maud::{Markup, html};
use referee_core::program::Standing;

use super::page::csrf;
use super::person::{Failure, Person};

/// Fields by name, for forms whose fields depend on what is set up.
pub struct Fields(pub Vec<(String, String)>);

impl Fields {
    /// What was typed, without the blanks around it; nothing if the field is missing.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
    }

    /// The numbers and texts of all fields that begin so and are not empty.
    pub fn numbered<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (u32, &'a str)> {
        let filled = self.0.iter().filter(|(_, value)| !value.trim().is_empty());
        filled.filter_map(move |(key, value)| Some((key.strip_prefix(prefix)?.parse().ok()?, value.trim())))
    }
}

/// An id that somebody brings along from another platform; none if the field is empty.
pub fn brought_id(text: &str) -> Result<Option<u32>, Failure> {
    match text.trim() {
        "" => Ok(None),
        id => id.parse().map(Some).map_err(|_| Failure::Invalid("The id is a whole number.".into())),
    }
}

/// What a button asks for.
pub fn standing(text: &str) -> Standing {
    if text == "paused" { Standing::Paused } else { Standing::Active }
}

/// A button that pauses what is active and activates what is paused.
pub fn standing_button(person: &Person, action: &str, names: &[(&str, String)], now: Standing) -> Markup {
    let (next, word) = match now {
        Standing::Active => ("paused", "Pause"),
        Standing::Paused => ("active", "Resume"),
    };
    html! {
        form.inline action=(action) method="post" {
            (csrf(person))
            @for (name, value) in names { input type="hidden" name=(name) value=(value); }
            button.link name="standing" value=(next) aria-label=[names.last().map(|(_, value)| format!("{word} {value}"))] { (word) }
        }
    }
}

/// The words the audit trail keeps when nobody gave a reason.
pub fn standing_reason(standing: Standing) -> &'static str {
    match standing {
        Standing::Active => "resumed in the console",
        Standing::Paused => "paused in the console",
    }
}
