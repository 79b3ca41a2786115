//! How a process goes on that was interrupted. Decides what each way is called.

/// How a process goes on that was interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterInterrupt {
    /// Behind the steps.
    Leave,
    /// With what is left of the delay or work, or with the wait.
    Resume,
    /// With the first of the steps.
    Restart,
}

impl AfterInterrupt {
    /// The word for it in a scenario.
    pub const fn name(self) -> &'static str {
        match self {
            AfterInterrupt::Leave => "leave",
            AfterInterrupt::Resume => "resume",
            AfterInterrupt::Restart => "restart",
        }
    }
}
