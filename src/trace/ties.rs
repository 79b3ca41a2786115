//! The order of simultaneous events, as a run says which one it had.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// In which order processes go on that can go on at the same time, with the
/// same priority.
///
/// A process goes on until it waits, so this is an order of processes, not of
/// single steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Ties {
    /// First come, first served.
    #[default]
    Fifo,
    /// Those that come later in the file first, in whatever order they come.
    Reversed,
    /// At random; of the random orders that the seed of the run gives, the one
    /// with this number.
    Seeded(u32),
}

impl Ties {
    /// Whether this is the order that a run has unless told otherwise.
    pub fn is_fifo(&self) -> bool {
        *self == Ties::Fifo
    }
}

impl fmt::Display for Ties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ties::Fifo => f.write_str("fifo"),
            Ties::Reversed => f.write_str("reversed"),
            Ties::Seeded(0) => f.write_str("seeded"),
            Ties::Seeded(number) => write!(f, "seeded:{number}"),
        }
    }
}

impl FromStr for Ties {
    type Err = String;

    fn from_str(text: &str) -> Result<Ties, String> {
        let number = text.strip_prefix("seeded:").map(str::parse);
        match (text, number) {
            ("fifo", _) => Ok(Ties::Fifo),
            ("reversed", _) => Ok(Ties::Reversed),
            ("seeded", _) => Ok(Ties::Seeded(0)),
            (_, Some(Ok(number))) => Ok(Ties::Seeded(number)),
            _ => Err("expected fifo, reversed, seeded or seeded:N, such as seeded:3".to_owned()),
        }
    }
}

impl TryFrom<String> for Ties {
    type Error = String;

    fn try_from(text: String) -> Result<Ties, String> {
        text.parse()
    }
}

impl From<Ties> for String {
    fn from(ties: Ties) -> String {
        ties.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        for ties in [Ties::Fifo, Ties::Reversed, Ties::Seeded(0), Ties::Seeded(u32::MAX)] {
            assert_eq!(ties.to_string().parse(), Ok(ties));
        }
        for wrong in ["", "lifo", "seeded:", "seeded:-1", "seeded:x", "Fifo"] {
            assert!(wrong.parse::<Ties>().is_err(), "{wrong}");
        }
    }
}
