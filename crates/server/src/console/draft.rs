//! A form that came back with faults: what was typed stays, and each fault stands at its field.

use maud::{Markup, html};
use referee_engine::payee::Fault;

use super::form::Fields;

/// What was typed, and what is wrong with it; empty for a form that nobody sent yet.
#[derive(Default)]
pub struct Draft {
    sent: Option<Fields>,
    faults: Vec<Fault>,
    /// What is wrong with the form as a whole.
    pub wrong: Option<String>,
}

impl Draft {
    pub fn refused(sent: Vec<(String, String)>, faults: Vec<Fault>) -> Draft {
        Draft { sent: Some(Fields(sent)), faults, wrong: None }
    }

    pub fn wrong(sent: Vec<(String, String)>, wrong: &str) -> Draft {
        Draft { sent: Some(Fields(sent)), faults: Vec::new(), wrong: Some(wrong.to_owned()) }
    }

    /// What was typed into a field of the form that came back, or what is kept.
    fn value<'a>(&'a self, name: &str, kept: &'a str) -> &'a str {
        match &self.sent {
            Some(sent) if sent.0.iter().any(|(it, _)| it == name) => sent.get(name),
            _ => kept,
        }
    }

    pub fn input(&self, label: &str, name: &str, kept: &str, most: &str) -> Markup {
        self.hinted(label, name, kept, most, "")
    }

    /// With a text that stands in the field while it is empty.
    pub fn hinted(&self, label: &str, name: &str, kept: &str, most: &str, hint: &str) -> Markup {
        let hint = (!hint.is_empty()).then_some(hint);
        html! {
            label {
                (label) input name=(name) value=(self.value(name, kept)) maxlength=(most) placeholder=[hint] autocomplete="off";
                (self.fault(name))
            }
        }
    }

    pub fn choice(&self, label: &str, name: &str, kept: &str, options: &[(&str, &str)]) -> Markup {
        let chosen = self.value(name, kept);
        html! {
            label {
                (label) select name=(name) {
                    @if kept.is_empty() { option value="" selected[chosen.is_empty()] { "Choose" } }
                    @for (code, words) in options { option value=(code) selected[*code == chosen] { (words) } }
                }
                (self.fault(name))
            }
        }
    }

    /// A box that is sent only if it is ticked: the field beside it says of which form.
    pub fn check(&self, label: &str, name: &str, kept: bool, form_has: &str) -> Markup {
        let came_back = self.sent.as_ref().filter(|sent| sent.0.iter().any(|(it, _)| it == form_has));
        let ticked = came_back.map_or(kept, |sent| !sent.get(name).is_empty());
        html! { label.check { input type="checkbox" name=(name) value="yes" checked[ticked]; (label) } }
    }

    fn fault(&self, name: &str) -> Markup {
        html! { @for fault in self.faults.iter().filter(|it| it.field == name) { span.wrong { (fault.reason.sentence()) } } }
    }
}
