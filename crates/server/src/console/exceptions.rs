//! What a form of terms says of lists: an event type pays nothing for what stands on them.

use maud::{Markup, html};
use referee_core::condition::Condition;
use referee_core::contract::{EventPayout, Restriction};
use referee_core::id::EventTypeId;
use referee_core::list::{List, newest_of};
use referee_core::program::Program;
use referee_engine::limits::TERMS_RULES_MAX;

use super::form::Fields;
use super::person::{Failure, Person};

/// A choice of lists for each event type; nothing where there are no lists.
pub fn fields(person: &Person, program: &Program, known: impl Fn(EventTypeId) -> Option<EventPayout>) -> Markup {
    let lists: Vec<&List> = newest_of(&person.config.lists, program.id).collect();
    let of_program = || person.config.event_types.values().filter(|it| it.program == program.id);
    html! {
        @if !lists.is_empty() && of_program().next().is_some() {
            fieldset {
                legend { "Pays nothing for what stands on these lists" }
                input type="hidden" name="exceptions" value="shown";
                div.pair { @for event_type in of_program() {
                    @let payout = known(event_type.id);
                    label { (event_type.name)
                        select name={ "except_" (event_type.id) } multiple size=(lists.len().clamp(2, 6)) {
                            @for it in &lists {
                                option value=(it.id) selected[payout.as_ref().is_some_and(|payout| excepts(payout, it.id))] { (it.name) " (" (it.word.name()) ")" }
                            }
                        }
                    }
                } }
                p.muted { "Where orders are priced whole, one item that stands on a list leaves the order unpaid. " a.underlined href={ "/settings/lists?program=" (program.id) } { "Lists" } }
            }
        }
    }
}

fn excepts(payout: &EventPayout, list: u32) -> bool {
    payout.restrictions.iter().any(|it| of_list(it) == Some(list))
}

/// The list of a restriction that says no more than this.
fn of_list(it: &Restriction) -> Option<u32> {
    match it.conditions[..] {
        [Condition::List { list, denied: false, .. }] => Some(list),
        _ => None,
    }
}

/// A payout with the lists that a form chose for it; other restrictions stay.
pub fn chosen(person: &Person, program: &Program, sent: &Fields, payout: &mut EventPayout) -> Result<(), Failure> {
    if sent.get("exceptions").is_empty() {
        return Ok(());
    }
    let of_payout = sent.numbered("except_").filter(|(event_type, _)| *event_type == payout.event_type.0);
    let wanted: Vec<&str> = of_payout.map(|(_, list)| list).collect();
    let mut lists = Vec::new();
    for text in wanted {
        let list = newest_of(&person.config.lists, program.id).find(|it| it.id.to_string() == text);
        lists.push(list.ok_or(Failure::NotFound)?);
    }
    payout.restrictions.retain(|it| of_list(it).is_none_or(|id| lists.iter().any(|list| list.id == id)));
    for it in lists {
        if !excepts(payout, it.id) {
            let conditions = vec![Condition::List { word: it.word, list: it.id, denied: false }];
            payout.restrictions.push(Restriction { name: it.name.clone(), conditions });
        }
    }
    if payout.restrictions.len() > TERMS_RULES_MAX {
        return Err(Failure::Invalid(format!(
            "An event type has at most {TERMS_RULES_MAX} restrictions: choose fewer lists."
        )));
    }
    Ok(())
}
