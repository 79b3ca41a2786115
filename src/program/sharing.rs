//! Which memories more than one process can touch.

use super::bind::BoundProgram;
use super::op::{Op, ResourceCode};
use std::collections::BTreeMap;

impl BoundProgram {
    /// Whether two processes may touch the same memory: whether their ops name
    /// the same one, or one that an index chooses while they run. Without it
    /// there can be no races. Linear in the number of ops.
    pub fn shares_memory(&self) -> bool {
        // The last process of each memory; None for one that an index chooses.
        let mut users: BTreeMap<Option<usize>, usize> = BTreeMap::new();
        let starts = self.processes.iter().filter(|def| def.count > 0);
        let starts: Vec<(usize, u32)> = starts.map(|def| (self.entry(def).index(), def.count)).collect();
        for (number, &(start, count)) in starts.iter().enumerate() {
            let end = starts.get(number + 1).map_or(self.plain.len(), |&(start, _)| start);
            for memory in self.plain[start..end].iter().flat_map(|op| self.memories(op)) {
                let before = users.insert(memory.resolve().ok(), number);
                if count > 1 || before.is_some_and(|before| before != number) {
                    return true;
                }
            }
        }
        // Whoever finds a memory by an index may find the one that another names.
        let by_index = users.get(&None);
        by_index.is_some_and(|user| users.values().any(|other| other != user))
    }

    fn memories(&self, op: &Op) -> impl Iterator<Item = ResourceCode> {
        self.accesses(op).filter(|(used, _)| used.is_of_memory()).map(|(_, memory)| memory)
    }
}

#[cfg(test)]
mod tests {
    use crate::{program, scenario};

    fn shares(processes: &str) -> bool {
        let text = format!(
            "version: 1\nresources:\n  d: {{kind: memory, slots: 3}}\n  e: {{kind: memory, slots: 3}}\n  \
             f: {{kind: memory, slots: 3, count: 2}}\nprocesses:\n{processes}"
        );
        let loaded = scenario::load_str("test", &text, &[]).unwrap_or_else(|error| panic!("{error}"));
        let program =
            program::compile(&loaded.model).bind(&loaded.model, &loaded.params).expect("was checked");
        program.shares_memory()
    }

    #[test]
    fn who_touches_what() {
        let a = "  a: {vars: {x: 0}, do: [{read: {from: d, at: 0, into: x}}, {read: {from: d, at: 1, into: x}}]}\n";
        let by_index = "  b: {vars: {x: 0}, do: [{read: {from: \"f[x]\", at: 0, into: x}}]}\n";
        let one = |steps: &str| shares(&format!("{a}{steps}"));
        assert!(!one(""));
        assert!(!one("  b: {do: [{write: {to: e, at: 0, value: 1}}]}\n"));
        assert!(one("  b: {do: [{write: {to: d, at: 0, value: 1}}]}\n"));
        assert!(one("  b: {vars: {x: {array: 2}}, do: [{read: {from: d, at: 0, count: 2, into: x}}]}\n"));
        assert!(one("  b: {count: 2, do: [{write: {to: e, at: 0, value: 1}}]}\n"));
        assert!(!one("  b: {count: 0, do: [{write: {to: d, at: 0, value: 1}}]}\n"));
        assert!(!shares(by_index));
        assert!(one(by_index), "an index is not looked into");
    }
}
