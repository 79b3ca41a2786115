//! In which order those who wait for a resource are served.

/// In which order the waiters of a resource are served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Discipline {
    /// First come, first served.
    #[default]
    Fifo,
    /// Lowest process priority first, then first come.
    Priority,
    /// Last come, first served.
    Lifo,
    /// Whoever: in a run the lowest process id. Of conditions only.
    Any,
    /// One after the other, each for a quantum of time. Of processors only.
    RoundRobin,
    /// All at once, each at its share of the speed. Of processors only.
    Sharing,
    /// Earliest deadline first. Of processors only.
    Edf,
}

impl Discipline {
    /// All of them, in the order of their discriminants.
    pub const ALL: [Discipline; 7] = [
        Discipline::Fifo,
        Discipline::Priority,
        Discipline::Lifo,
        Discipline::Any,
        Discipline::RoundRobin,
        Discipline::Sharing,
        Discipline::Edf,
    ];

    /// The word for it in a scenario.
    pub const fn name(self) -> &'static str {
        match self {
            Discipline::Fifo => "fifo",
            Discipline::Priority => "priority",
            Discipline::Lifo => "lifo",
            Discipline::Any => "any",
            Discipline::RoundRobin => "round_robin",
            Discipline::Sharing => "sharing",
            Discipline::Edf => "edf",
        }
    }

    /// The discipline with this number; a wrong number is some discipline.
    pub const fn from_number(number: u8) -> Discipline {
        Discipline::ALL[number as usize % Discipline::ALL.len()]
    }
}
