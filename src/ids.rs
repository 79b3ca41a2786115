//! Typed numbers for the things of a scenario, so that a process can never be
//! passed where a resource is meant.
//!
//! Every id is an index into the table of its kind, in the order of the
//! scenario. Instances (`worker[2]`) have ids of their own: a [`ProcessId`]
//! names one running instance, a [`ProcessDefId`] the text that it runs.

use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u32);

        impl $name {
            /// The position in the table of its kind.
            pub const fn index(self) -> usize {
                self.0 as usize
            }

            /// The id of the entry at `index`.
            ///
            /// # Panics
            /// If the table has more than `u32::MAX` entries, which the
            /// scenario's limits exclude.
            pub fn from_index(index: usize) -> Self {
                Self(u32::try_from(index).expect("tables are bounded when a scenario is checked"))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// A process as written in the scenario, with all its instances.
    ProcessDefId
);
id!(
    /// One running instance of a process.
    ProcessId
);
id!(
    /// A resource as written in the scenario, with all its instances.
    ResourceDefId
);
id!(
    /// One instance of a resource.
    ResourceId
);
id!(
    /// A parameter of the scenario.
    ParamId
);
id!(
    /// A variable of a process, or one of its private arrays.
    VarId
);
id!(
    /// The name of a `mark`.
    MarkId
);
id!(
    /// The text of a `log` step.
    LogId
);
id!(
    /// The place of an op in a compiled program.
    OpId
);

/// A place in the text of a scenario: line and column, both counted from 1,
/// columns in characters. Line 0 means that there is no text (a model built by
/// a program).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Site {
    /// Line, from 1; 0 where there is no text.
    pub line: u32,
    /// Column in characters, from 1; 0 where there is no text.
    pub column: u32,
}
