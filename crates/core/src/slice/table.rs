//! The rows of one kind that a batch reads and changes.

use std::collections::BTreeMap;

/// Rows by key: those that were loaded, those known to be absent, and those that were changed.
#[derive(Debug, Clone)]
pub struct Table<K, V> {
    cells: BTreeMap<K, Cell<V>>,
}

#[derive(Debug, Clone)]
struct Cell<V> {
    value: Option<V>,
    dirty: bool,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Table { cells: BTreeMap::new() }
    }
}

impl<K: Ord + std::fmt::Debug, V> Table<K, V> {
    /// Notes what the books hold under a key. What the batch has already changed stays.
    pub fn load(&mut self, key: K, value: Option<V>) {
        self.cells.entry(key).or_insert(Cell { value, dirty: false });
    }

    /// Notes that the books may be asked about this key; absent unless `load` said otherwise before.
    pub fn expect(&mut self, key: K) {
        self.load(key, None);
    }

    /// The same for many keys at once, in ascending order.
    pub fn expect_all(&mut self, keys: impl Iterator<Item = K>) {
        let mut cells: BTreeMap<K, Cell<V>> = keys.map(|key| (key, Cell { value: None, dirty: false })).collect();
        // What was loaded stands over what is only expected.
        cells.append(&mut self.cells);
        self.cells = cells;
    }

    pub fn knows(&self, key: &K) -> bool {
        self.cells.contains_key(key)
    }

    pub fn get(&self, key: &K) -> Option<&V> {
        match self.cells.get(key) {
            Some(cell) => cell.value.as_ref(),
            None => panic!("a rule read {key:?}, which was not loaded"),
        }
    }

    /// The row, to be changed: it will be saved.
    pub fn edit(&mut self, key: &K) -> Option<&mut V> {
        match self.cells.get_mut(key) {
            Some(cell) => {
                cell.dirty = cell.value.is_some();
                cell.value.as_mut()
            }
            None => panic!("a rule changed {key:?}, which was not loaded"),
        }
    }

    pub fn set(&mut self, key: K, value: V) {
        self.cells.insert(key, Cell { value: Some(value), dirty: true });
    }

    /// The row is gone from here on.
    pub fn remove(&mut self, key: K) {
        self.cells.insert(key, Cell { value: None, dirty: true });
    }

    /// What must be deleted, in the order of keys.
    pub fn removed(&self) -> impl Iterator<Item = &K> {
        self.cells.iter().filter(|(_, cell)| cell.dirty && cell.value.is_none()).map(|(key, _)| key)
    }

    /// Every row that is there.
    pub fn rows(&self) -> impl Iterator<Item = (&K, &V)> {
        self.cells.iter().filter_map(|(key, cell)| Some((key, cell.value.as_ref()?)))
    }

    /// What must be saved, in the order of keys.
    pub fn changed(&self) -> impl Iterator<Item = (&K, &V)> {
        self.cells.iter().filter(|(_, cell)| cell.dirty).filter_map(|(key, cell)| Some((key, cell.value.as_ref()?)))
    }
}
