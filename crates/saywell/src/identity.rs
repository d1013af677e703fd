//! Identity: who is calling.
//!
//! This version serves loopback addresses only, where whoever reaches it runs it: every caller is the operator.

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The user, where known.
    pub user: Option<String>,
    /// The room, where the request names one.
    pub room: Option<String>,
    /// What they may do.
    pub plan: Plan,
}

/// What a caller may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// Everything.
    Admin,
}

impl Caller {
    /// Whoever runs this server.
    #[must_use]
    pub fn operator(room: Option<String>) -> Self {
        Self { user: None, room, plan: Plan::Admin }
    }
}
