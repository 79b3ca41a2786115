//! Items that are got in another order than they were put.
//!
//! Decides which put an item comes from: where a buffer gives its items in the order in
//! which they came that is the first of those that are left, and else one of the same value.

use crate::value::Item;
use serde::{Deserialize, Serialize};

/// How a buffer chooses among equal items that are not got in the order in which they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Chosen {
    /// The one goes first that was put first.
    Oldest,
    /// The one goes first that was put last.
    Newest,
}

/// The items of such a buffer, each with what is known of its put.
#[derive(Debug, Clone)]
pub struct ChosenItems<T> {
    chosen: Chosen,
    items: Vec<(Item, T)>,
}

impl<T> ChosenItems<T> {
    /// None yet.
    pub fn new(chosen: Chosen) -> ChosenItems<T> {
        ChosenItems { chosen, items: Vec::new() }
    }

    /// An item is put.
    pub fn put(&mut self, item: Item, what: T) {
        self.items.push((item, what));
    }

    /// What is known of the put of an item that is got; `None` if there was none.
    pub fn get(&mut self, item: Item) -> Option<T> {
        let is_it = |(other, _): &(Item, T)| *other == item;
        let place = match self.chosen {
            Chosen::Oldest => self.items.iter().position(is_it),
            Chosen::Newest => self.items.iter().rposition(is_it),
        };
        place.map(|place| self.items.remove(place).1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_comes_from_the_put_of_its_value() {
        for (chosen, first, second) in [(Chosen::Oldest, 'a', 'c'), (Chosen::Newest, 'c', 'a')] {
            let mut items = ChosenItems::new(chosen);
            [(7, 'a'), (3, 'b'), (7, 'c')]
                .into_iter()
                .for_each(|(value, what)| items.put(Item::from(value), what));
            assert_eq!(
                [7, 7, 7, 3].map(|value| items.get(Item::from(value))),
                [Some(first), Some(second), None, Some('b')]
            );
        }
    }
}
