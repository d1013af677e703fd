//! What can go wrong with a call.

use clap::ValueEnum;

/// A fault in a call for speech. Those that the core does work with every stub; the others are done by the stubs
/// whose service can have them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum)]
pub enum Fault {
    /// The answer begins a little late, and is right. Done by the core.
    Late,
    /// No answer ever comes. Done by the core.
    Hang,
    /// The sound stops halfway; the connection stays open. Done by the core.
    Stall,
    /// The connection breaks off halfway through the sound. Done by the core.
    Cut,
    /// The body comes in pieces of seven bytes, which cut characters, samples, headers and frames apart. Done by the
    /// core.
    Crumbs,
    /// The sound is right, its content type is not. Done by the core.
    WrongType,
    /// Too many requests; `Retry-After` gives seconds. Done by the core, in the stub's shape.
    ThrottledSeconds,
    /// Too many requests; `Retry-After` gives a date. Done by the core, in the stub's shape.
    ThrottledDate,
    /// What was paid for is used up; waiting does not help. Done by the core, in the stub's shape.
    Quota,
    /// The key is refused. Done by the core, in the stub's shape.
    BadKey,
    /// The text is refused. Done by the core, in the stub's shape.
    BadText,
    /// An error in the service's shape under status 200. Done by the core, in the stub's shape.
    ErrorAsSuccess,
    /// Status 500 with a page in HTML, as proxies and frameworks make it. Done by the core.
    HtmlError,
    /// The body is empty, the status 200. Done by the core.
    Empty,
    /// Each piece of sound has an odd number of bytes, so that samples are cut in two. Done by [`Call::cut`].
    ///
    /// [`Call::cut`]: crate::Call::cut
    OddByte,
    /// The WAV header states a length of 0. Done by [`Call::wav`].
    ///
    /// [`Call::wav`]: crate::Call::wav
    WavZero,
    /// The WAV header states the greatest length there is. Done by [`Call::wav`].
    ///
    /// [`Call::wav`]: crate::Call::wav
    WavMax,
    /// Base64 is cut across events at any letter. Done by [`Call::cut_base64`].
    ///
    /// [`Call::cut_base64`]: crate::Call::cut_base64
    SplitBase64,
    /// Timings that were asked for are `null`. Done by the stub.
    NoTimings,
    /// Timings go backwards. Done by the stub.
    DisorderedTimings,
    /// The service says that it failed after half of the sound, in its protocol's own way. Done by the stub.
    FailsMidway,
}

impl Fault {
    /// Every fault there is.
    #[must_use]
    pub fn all() -> &'static [Self] {
        Self::value_variants()
    }

    /// Whether a service that is spoken with over a connection of messages answers so in place of that connection.
    pub(crate) fn refuses_connections(self) -> bool {
        matches!(
            self,
            Self::ThrottledSeconds
                | Self::ThrottledDate
                | Self::Quota
                | Self::BadKey
                | Self::ErrorAsSuccess
                | Self::HtmlError
                | Self::Empty
        )
    }
}

/// An answer other than sound that every service has in a shape of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Too many requests. The core adds `Retry-After`.
    Throttled,
    /// What was paid for is used up.
    Quota,
    /// The key is not known.
    Key,
    /// The text is not acceptable.
    Text,
    /// Trouble inside the service.
    Trouble,
}
