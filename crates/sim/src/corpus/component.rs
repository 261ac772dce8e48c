//! The simplest graph: whatever was ever seen together is one person.

use std::collections::BTreeMap;

use referee_core::id::ClickNo;
use referee_core::identity::Identifier;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    Identifier(Identifier),
    Click(ClickNo),
}

#[derive(Default)]
pub struct Components {
    parents: BTreeMap<Name, Name>,
}

impl Components {
    pub fn join(&mut self, names: &[Name]) {
        for name in names {
            let (a, b) = (self.root(names[0]), self.root(*name));
            if a != b {
                self.parents.insert(b, a);
            }
        }
    }

    pub fn are_one(&mut self, a: Name, b: Name) -> bool {
        self.root(a) == self.root(b)
    }

    fn root(&mut self, name: Name) -> Name {
        let mut root = name;
        while let Some(parent) = self.parents.get(&root) {
            root = *parent;
        }
        if root != name {
            self.parents.insert(name, root);
        }
        root
    }
}
