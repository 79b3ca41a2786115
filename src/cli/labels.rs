//! A name of its own for every scenario of a command.
//!
//! Decides which names are taken for the same, and what a repeated one becomes.
//! Names are compared as their folders are: some file systems do not tell `A`
//! from `a`, nor an `é` of one character from one of two.

use crate::scenario::{folder_name, numbered};
use std::collections::{BTreeMap, BTreeSet};
use unicode_normalization::UnicodeNormalization;

/// Gives every scenario of a command a name of its own: a repeated one gets
/// `-2`, `-3` and so on. In all that takes time linear in the names, times a
/// logarithm.
#[derive(Debug, Default)]
pub struct Labels {
    taken: BTreeSet<String>,
    /// By name, the number to try next.
    next: BTreeMap<String, u64>,
}

impl Labels {
    /// The name to use for the next scenario called `name`.
    pub fn next(&mut self, name: &str) -> String {
        if self.taken.insert(folded(name)) {
            return name.to_owned();
        }
        // By what comes before the number, so that none is tried twice.
        let number = self.next.entry(folded(&numbered(name, None))).or_insert(2);
        loop {
            let label = numbered(name, Some(*number));
            *number += 1;
            if self.taken.insert(folded(&label)) {
                return label;
            }
        }
    }
}

/// Equal for all names whose folders are one on some file system.
fn folded(name: &str) -> String {
    let decomposed = folder_name(name).nfd().collect::<String>();
    decomposed.to_uppercase().to_lowercase().nfd().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next<const N: usize>(names: [&str; N]) -> [String; N] {
        let mut labels = Labels::default();
        names.map(|name| labels.next(name))
    }

    #[test]
    fn repeated_names_are_numbered() {
        let names = next(["a", "a", "b", "a-2", "a", "a/", "a-"]);
        assert_eq!(names, ["a", "a-2", "b", "a-2-2", "a-3", "a/", "a--2"]);
    }

    /// By case, by how a letter is put together, and by both.
    #[test]
    fn names_of_one_folder_are_one_name() {
        let (one, two) = ("caf\u{e9}", "cafe\u{301}");
        assert_eq!(next([one, two]), [one, &format!("{two}-2")]);
        assert_eq!(next(["\u{d6}l", "o\u{308}L"]), ["\u{d6}l", "o\u{308}L-2"]);
        assert_eq!(next(["straße", "STRASSE"]), ["straße", "STRASSE-2"]);
        assert_eq!(
            next(["\u{ac01}", "\u{1100}\u{1161}\u{11a8}"]),
            ["\u{ac01}", "\u{1100}\u{1161}\u{11a8}-2"]
        );
        assert_eq!(next(["日本", "中国", "e", "é"]), ["日本", "中国", "e", "é"]);
    }

    /// However long they are, and whatever is cut off of them.
    #[test]
    fn long_names_stay_apart() {
        let mut labels = Labels::default();
        let long = ["x".repeat(100), "x".repeat(101), format!("{}y", "x".repeat(200)), "😀".repeat(100)];
        let mut folders = BTreeSet::new();
        for round in 0..30 {
            for name in &long {
                let label = labels.next(name);
                let folder = folder_name(&label);
                assert!(folder.len() <= 240 && folder.chars().count() <= 100, "{folder}");
                assert!(folders.insert(folder), "{round}: {label}");
            }
        }
    }

    /// Would take minutes if each looked through all those before it.
    #[test]
    fn many_equal_names_take_linear_time() {
        let (mut labels, long) = (Labels::default(), "n".repeat(100));
        for number in 0..4_000 {
            let equal = labels.next("equal");
            assert_eq!(equal, if number == 0 { "equal".to_owned() } else { format!("equal-{}", number + 1) });
            // Pairs that differ only in what is cut off.
            let name = format!("{}{number:05}", &long[..95]);
            assert_eq!(labels.next(&name), name);
            labels.next(&name);
        }
    }
}
