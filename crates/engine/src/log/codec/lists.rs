//! Lists that terms name, to the wire and back.

use referee_core::id::{ProgramId, RecordNo};
use referee_core::list::{List, ListSet, Values};
use referee_core::time::Timestamp;

use super::known;
use crate::error::Result;
use crate::log::{number, wire};

pub fn list_set_out(it: &ListSet) -> wire::List {
    wire::List {
        program: it.program.0,
        id: it.id,
        name: it.name.clone(),
        variable: it.word as u32,
        values: it.values.iter().map(str::to_owned).collect(),
    }
}

pub fn list_set_in(it: wire::List) -> Result<ListSet> {
    Ok(ListSet {
        program: ProgramId(it.program),
        id: it.id,
        name: it.name,
        word: known(number::word(it.variable), "variable of a list")?,
        values: Values::of(it.values),
    })
}

pub fn list_out(it: &List) -> wire::ListVersion {
    let (program, id, name) = (it.program, Some(it.id), it.name.clone());
    let set = ListSet { program, id, name, word: it.word, values: it.values.clone() };
    let (version, record, set_at) = (it.version, it.record.0, it.set_at.0);
    wire::ListVersion { set: Some(list_set_out(&set)), version, record, set_at }
}

pub fn list_in(it: wire::ListVersion) -> Result<List> {
    let ListSet { program, id, name, word, values } = list_set_in(known(it.set, "list")?)?;
    let (record, set_at) = (RecordNo(it.record), Timestamp(it.set_at));
    Ok(List { program, id: id.unwrap_or_default(), version: it.version, record, set_at, name, word, values })
}
