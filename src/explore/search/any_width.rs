//! A search over states of any length: it is compiled for some lengths, and
//! changes over to the next one when its states outgrow theirs.

use super::breadth_first::{Search, Start};

/// Runs an expression over the search, whatever the length of its states.
macro_rules! with {
    ($any:expr, $search:ident => $body:expr) => {
        match $any {
            AnySearch::W1($search) => $body,
            AnySearch::W2($search) => $body,
            AnySearch::W4($search) => $body,
            AnySearch::W8($search) => $body,
            AnySearch::W16($search) => $body,
            AnySearch::W32($search) => $body,
            AnySearch::W64($search) => $body,
            AnySearch::W128($search) => $body,
        }
    };
}
pub(crate) use with;

/// The search, by the length of its states in words.
#[derive(Debug)]
pub(crate) enum AnySearch<'a> {
    W1(Search<'a, 1>),
    W2(Search<'a, 2>),
    W4(Search<'a, 4>),
    W8(Search<'a, 8>),
    W16(Search<'a, 16>),
    W32(Search<'a, 32>),
    W64(Search<'a, 64>),
    W128(Search<'a, 128>),
}

/// The longest states, in words.
pub(crate) const MAX_WORDS: usize = 128;

impl<'a> AnySearch<'a> {
    /// Ready to search, with states of this many words.
    pub(crate) fn new(words: usize, start: Start<'a>) -> AnySearch<'a> {
        match words {
            ..=1 => AnySearch::W1(Search::new(start)),
            2 => AnySearch::W2(Search::new(start)),
            3..=4 => AnySearch::W4(Search::new(start)),
            5..=8 => AnySearch::W8(Search::new(start)),
            9..=16 => AnySearch::W16(Search::new(start)),
            17..=32 => AnySearch::W32(Search::new(start)),
            33..=64 => AnySearch::W64(Search::new(start)),
            _ => AnySearch::W128(Search::new(start)),
        }
    }

    /// Goes over to states that are at least as long as the new packing of the
    /// codec. One length after the other: a search is compiled for each
    /// length, but not for each pair of them.
    pub(crate) fn widened(self) -> AnySearch<'a> {
        let mut any = self;
        loop {
            any = match any {
                AnySearch::W1(search) => AnySearch::W2(search.padded()),
                AnySearch::W2(search) => AnySearch::W4(search.padded()),
                AnySearch::W4(search) => AnySearch::W8(search.padded()),
                AnySearch::W8(search) => AnySearch::W16(search.padded()),
                AnySearch::W16(search) => AnySearch::W32(search.padded()),
                AnySearch::W32(search) => AnySearch::W64(search.padded()),
                AnySearch::W64(search) => AnySearch::W128(search.padded()),
                AnySearch::W128(_) => unreachable!("the longest states are long enough"),
            };
            if with!(&mut any, search => search.repack().is_ok()) {
                return any;
            }
        }
    }
}
