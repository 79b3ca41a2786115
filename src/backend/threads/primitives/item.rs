//! Items that are chosen: what a get asks of one, and in which order a buffer gives them.

use super::super::sync::Arc;
use crate::value::Item;
use std::fmt;

/// What a get asks of the item that it takes.
#[derive(Clone)]
pub struct Asks(Arc<dyn Fn(Item) -> bool + Send + Sync>);

/// In which order a buffer gives its items.
#[derive(Clone)]
pub enum NativeOrder {
    /// First in, first out.
    Fifo,
    /// The last that was put first.
    Lifo,
    /// The least key first; of equal ones, the first that was put.
    By(Arc<dyn Fn(Item) -> (bool, u64) + Send + Sync>),
}

impl Asks {
    /// That this is true of it.
    pub fn new(accepts: impl Fn(Item) -> bool + Send + Sync + 'static) -> Asks {
        Asks(Arc::new(accepts))
    }

    /// Whether it is true of an item.
    pub(super) fn accepts(&self, item: Item) -> bool {
        (self.0)(item)
    }
}

impl fmt::Debug for Asks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Asks")
    }
}

impl NativeOrder {
    /// By this key.
    pub fn by(key: impl Fn(Item) -> (bool, u64) + Send + Sync + 'static) -> NativeOrder {
        NativeOrder::By(Arc::new(key))
    }
}

impl fmt::Debug for NativeOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NativeOrder::Fifo => "Fifo",
            NativeOrder::Lifo => "Lifo",
            NativeOrder::By(_) => "By",
        })
    }
}
