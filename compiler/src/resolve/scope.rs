//! The names that are bound at one place of a path, with a way back to where a branch began.

use super::names::VarId;
use std::collections::HashMap;

/// Names and their variables at the place that is being walked.
#[derive(Debug, Default)]
pub(super) struct Scope<'a> {
    bound: HashMap<&'a str, VarId>,
    /// What each name stood for before it was bound, newest last.
    log: Vec<(&'a str, Option<VarId>)>,
    /// Something before this place was not understood, so names may be missing without anybody's fault.
    pub(super) tainted: bool,
}

/// What a branch has changed.
#[derive(Debug)]
pub(super) struct Delta<'a> {
    pub(super) bound: HashMap<&'a str, VarId>,
    pub(super) tainted: bool,
}

/// A place to go back to.
pub(super) struct Mark {
    length: usize,
    tainted: bool,
}

impl<'a> Scope<'a> {
    pub(super) fn get(&self, name: &str) -> Option<VarId> {
        self.bound.get(name).copied()
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.bound.keys().copied()
    }

    pub(super) fn bind(&mut self, name: &'a str, var: VarId) {
        let before = self.bound.insert(name, var);
        self.log.push((name, before));
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { length: self.log.len(), tainted: self.tainted }
    }

    /// Undoes all since the mark, and tells what it was.
    pub(super) fn rollback(&mut self, mark: &Mark) -> Delta<'a> {
        let mut delta = Delta { bound: HashMap::new(), tainted: self.tainted };
        for (name, before) in self.log.drain(mark.length..).rev() {
            if let Some(var) = self.bound.get(name) {
                delta.bound.entry(name).or_insert(*var);
            }
            match before {
                Some(var) => self.bound.insert(name, var),
                None => self.bound.remove(name),
            };
        }
        self.tainted = mark.tainted;
        delta
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_is_undone_and_told() {
        let mut scope = Scope::default();
        scope.bind("a", VarId(0));
        let mark = scope.mark();
        scope.bind("a", VarId(1));
        scope.bind("b", VarId(2));
        scope.bind("a", VarId(3));
        let delta = scope.rollback(&mark);
        assert_eq!(scope.get("a"), Some(VarId(0)));
        assert_eq!(scope.get("b"), None);
        assert_eq!(delta.bound, HashMap::from([("a", VarId(3)), ("b", VarId(2))]));
    }
}
