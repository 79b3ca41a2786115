//! Texts with holes, and how other programs write the values that fill them.
//!
//! Decides what counts as the text of an integer, a float, a boolean or a
//! duration, and whether a text fits. A pattern is a nondeterministic automaton
//! (K. Thompson, "Regular expression search algorithm", 1968): all ways of
//! filling the holes are followed at once, so a text takes time in proportion
//! to its length times that of the pattern, whatever stands in either.

use crate::value::{Type, Value};

/// A state of the automaton.
#[derive(Debug, Clone, Copy)]
enum Node {
    /// The text may end here.
    End,
    /// A byte of this class, and then the other state.
    Byte(Class, usize),
    /// Any of the two.
    Either(usize, usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// This one.
    Is(u8),
    /// This letter, large or small.
    Letter(u8),
    Digit,
    Sign,
}

impl Class {
    fn has(self, byte: u8) -> bool {
        match self {
            Class::Is(wanted) => byte == wanted,
            Class::Letter(wanted) => byte.eq_ignore_ascii_case(&wanted),
            Class::Digit => byte.is_ascii_digit(),
            Class::Sign => matches!(byte, b'+' | b'-'),
        }
    }
}

/// Units as programs print them.
const UNITS: &[&str] = &[
    "ns", "us", "µs", "μs", "ms", "s", "sec", "secs", "second", "seconds", "m", "min", "mins", "minute",
    "minutes", "h", "hr", "hour", "hours", "d", "day", "days",
];

/// What a text must be. It is made from its end to its beginning: each part
/// goes in front of those that are there.
#[derive(Debug)]
pub(super) struct Pattern {
    nodes: Vec<Node>,
    first: usize,
}

impl Pattern {
    /// The empty text.
    pub(super) fn new() -> Pattern {
        Pattern { nodes: vec![Node::End], first: 0 }
    }

    /// The text of any value of this type, and nothing else.
    pub(super) fn any(ty: Type) -> Pattern {
        let mut pattern = Pattern::new();
        match ty {
            Type::Int => pattern.whole_number(),
            Type::Bool => pattern.one_of(&mut [
                &mut |p| p.word("true"),
                &mut |p| p.word("false"),
                &mut |p| p.text("1"),
                &mut |p| p.text("0"),
            ]),
            Type::Float | Type::Duration => pattern.measurement(ty),
        }
        pattern
    }

    /// The text of this value in any spelling that means the same; a float or a
    /// duration is a measurement, so that any other will do.
    pub(super) fn of(value: Value) -> Pattern {
        let mut pattern = Pattern::new();
        match value {
            Value::Int(number) => pattern.this_number(number),
            Value::Bool(flag) => pattern
                .one_of(&mut [&mut |p| p.word(if flag { "true" } else { "false" }), &mut |p| {
                    p.text(if flag { "1" } else { "0" })
                }]),
            Value::Float(_) | Value::Duration(_) => pattern.measurement(value.ty()),
        }
        pattern
    }

    fn push(&mut self, node: Node) {
        self.first = self.nodes.len();
        self.nodes.push(node);
    }

    fn byte(&mut self, class: Class) {
        self.push(Node::Byte(class, self.first));
    }

    /// Puts this text in front.
    pub(super) fn text(&mut self, text: &str) {
        text.bytes().rev().for_each(|byte| self.byte(Class::Is(byte)));
    }

    fn word(&mut self, word: &str) {
        word.bytes().rev().for_each(|byte| self.byte(Class::Letter(byte)));
    }

    fn maybe(&mut self, part: impl FnOnce(&mut Pattern)) {
        let without = self.first;
        part(self);
        self.push(Node::Either(self.first, without));
    }

    /// Any number of times.
    fn any_times(&mut self, part: impl FnOnce(&mut Pattern)) {
        let without = self.first;
        self.push(Node::Either(without, without));
        let again = self.first;
        part(self);
        self.nodes[again] = Node::Either(self.first, without);
        self.first = again;
    }

    fn one_of(&mut self, parts: &mut [&mut dyn FnMut(&mut Pattern)]) {
        let behind = self.first;
        let mut ways = Vec::new();
        for part in parts {
            self.first = behind;
            part(self);
            ways.push(self.first);
        }
        self.first = ways.pop().expect("there is one at least");
        for way in ways {
            self.push(Node::Either(way, self.first));
        }
    }

    fn digits(&mut self) {
        self.any_times(|p| p.byte(Class::Digit));
        self.byte(Class::Digit);
    }

    /// `.0`, as a table with gaps writes integers.
    fn no_fraction(&mut self) {
        self.maybe(|p| {
            p.any_times(|p| p.byte(Class::Is(b'0')));
            p.byte(Class::Is(b'.'));
        });
    }

    fn whole_number(&mut self) {
        self.no_fraction();
        self.digits();
        self.maybe(|p| p.byte(Class::Sign));
    }

    fn this_number(&mut self, number: i64) {
        self.no_fraction();
        self.text(&number.unsigned_abs().to_string());
        self.any_times(|p| p.byte(Class::Is(b'0')));
        match number {
            0 => self.maybe(|p| p.byte(Class::Sign)),
            1.. => self.maybe(|p| p.byte(Class::Is(b'+'))),
            _ => self.byte(Class::Is(b'-')),
        }
    }

    fn unsigned_number(&mut self) {
        self.maybe(|p| {
            p.digits();
            p.maybe(|p| p.byte(Class::Sign));
            p.byte(Class::Letter(b'e'));
        });
        self.one_of(&mut [
            &mut |p| {
                p.maybe(|p| {
                    p.any_times(|p| p.byte(Class::Digit));
                    p.byte(Class::Is(b'.'));
                });
                p.digits();
            },
            &mut |p| {
                p.digits();
                p.byte(Class::Is(b'.'));
            },
        ]);
    }

    /// Puts any number in front, or any duration: `1.5s`, `2 min 3.5 s`, `0:01:30`.
    fn measurement(&mut self, ty: Type) {
        if ty == Type::Float {
            self.one_of(&mut [
                &mut Pattern::unsigned_number,
                &mut |p| p.word("inf"),
                &mut |p| p.word("infinity"),
                &mut |p| p.word("nan"),
            ]);
        } else {
            self.any_times(|p| {
                p.part_of_duration();
                p.blanks();
            });
            self.part_of_duration();
        }
        self.maybe(|p| p.byte(Class::Sign));
    }

    fn blanks(&mut self) {
        self.any_times(|p| p.byte(Class::Is(b' ')));
    }

    fn part_of_duration(&mut self) {
        self.maybe(|p| {
            let behind = p.first;
            let mut ways = Vec::new();
            for unit in UNITS {
                p.first = behind;
                p.text(unit);
                ways.push(p.first);
            }
            p.first = behind;
            for way in ways {
                p.push(Node::Either(way, p.first));
            }
            p.blanks();
        });
        self.any_times(|p| {
            p.unsigned_number();
            p.byte(Class::Is(b':'));
        });
        self.unsigned_number();
    }

    /// Puts a hole of a log line in front, into which any value of this type
    /// goes, as Tempolane writes it; floats and durations as anybody does.
    pub(super) fn hole(&mut self, ty: Type) {
        match ty {
            Type::Int => {
                self.digits();
                self.maybe(|p| p.byte(Class::Is(b'-')));
            }
            Type::Bool => self.one_of(&mut [&mut |p| p.text("true"), &mut |p| p.text("false")]),
            Type::Float | Type::Duration => self.measurement(ty),
        }
    }

    /// Any number of values of this type between brackets.
    pub(super) fn holes(&mut self, ty: Type) {
        self.text("]");
        self.maybe(|p| {
            p.any_times(|p| {
                p.hole(ty);
                p.blanks();
                p.text(",");
            });
            p.hole(ty);
        });
        self.text("[");
    }

    /// So many values of this type between brackets.
    pub(super) fn holes_of(&mut self, ty: Type, count: usize) {
        self.text("]");
        for number in (0..count).rev() {
            self.hole(ty);
            if number > 0 {
                self.blanks();
                self.text(",");
            }
        }
        self.text("[");
    }

    /// Whether `text` is such a text.
    pub(super) fn fits(&self, text: &str) -> bool {
        let mut at = Places::new(self.nodes.len());
        let mut next = Places::new(self.nodes.len());
        at.add(self, self.first);
        for byte in text.bytes() {
            next.clear();
            for &place in &at.places {
                if let Node::Byte(class, behind) = self.nodes[place]
                    && class.has(byte)
                {
                    next.add(self, behind);
                }
            }
            std::mem::swap(&mut at, &mut next);
            if at.places.is_empty() {
                return false;
            }
        }
        at.places.iter().any(|&place| matches!(self.nodes[place], Node::End))
    }
}

/// A set of states, with those that need no byte to be reached from them.
struct Places {
    places: Vec<usize>,
    /// By state: the round in which it was added last.
    added: Vec<u32>,
    round: u32,
    open: Vec<usize>,
}

impl Places {
    fn new(nodes: usize) -> Places {
        Places { places: Vec::new(), added: vec![0; nodes], round: 1, open: Vec::new() }
    }

    fn clear(&mut self) {
        self.places.clear();
        self.round += 1;
    }

    fn add(&mut self, pattern: &Pattern, place: usize) {
        self.open.push(place);
        while let Some(place) = self.open.pop() {
            if std::mem::replace(&mut self.added[place], self.round) == self.round {
                continue;
            }
            match pattern.nodes[place] {
                Node::Either(one, other) => self.open.extend([one, other]),
                _ => self.places.push(place),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_value() {
        for (value, same, others) in [
            (Value::Int(7), "7 +7 07 7.0 7. 007.00", "70 0.7 7.1 -7 7e1 x 7.0.0 seven"),
            (Value::Int(0), "0 -0 +0 00 0.0", "1 10 0.1 -"),
            (Value::Int(-12), "-12 -012 -12.0", "12 +12 -1 -120"),
            (Value::Int(i64::MIN), "-9223372036854775808", "9223372036854775808"),
            (Value::Bool(true), "true True TRUE 1", "false 0 yes truer"),
            (Value::Bool(false), "false False 0", "true 1 no"),
            (Value::Float(0.25), "0.3 .3 3. 1e-5 -2E+7 inf NaN 12", "x 1.2.3 e5 . 0.3s"),
            (Value::Duration(1), "1s 1500ms 1.5 0:00:01.5 2min -1ns 3µs", "s fast 1x 1:"),
        ] {
            for text in same.split(' ') {
                assert!(Pattern::of(value).fits(text), "{text} is {value}");
                assert!(Pattern::any(value.ty()).fits(text), "{text} is {}", value.ty().described());
            }
            for text in others.split(' ') {
                assert!(!Pattern::of(value).fits(text), "{text} is not {value}");
            }
            assert!(!Pattern::of(value).fits(""));
        }
        assert!(Pattern::of(Value::Duration(1)).fits("2 min 3.5 s"));
    }

    #[test]
    fn many_holes_take_linear_time() {
        let mut pattern = Pattern::new();
        pattern.text("b");
        for _ in 0..200 {
            pattern.hole(Type::Int);
            pattern.holes(Type::Float);
            pattern.hole(Type::Duration);
        }
        assert!(!pattern.fits(&"1".repeat(20_000)));
        let mut pattern = Pattern::new();
        (0..200).for_each(|_| pattern.hole(Type::Int));
        assert!(pattern.fits(&"1".repeat(2_000)));
        assert!(!pattern.fits(&"1".repeat(199)), "a hole is never empty");
    }
}
