//! A program as text, for people who want to see what a step became.

use super::BoundProgram;
use std::fmt;

impl fmt::Display for BoundProgram {
    /// One op a line, with its number and scenario line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, (op, site)) in self.code.iter().zip(&self.sites).enumerate() {
            writeln!(f, "{number:5}  line {:4}  {op:?}", site.line)?;
        }
        Ok(())
    }
}
