//! Stand-ins for the services that Saywell speaks through: servers on the loopback that answer as the real ones do,
//! note what they were asked, and fail as the real ones are known to fail.
//!
//! A test starts one and points a provider at it:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> std::io::Result<()> {
//! use saywell_stubs::{Fault, Stub, stubs::piper};
//!
//! let stub = Stub::start(&piper::KIND).await?;
//! stub.fails(Fault::Cut, 2..); // from the third utterance on, the connection breaks in the middle of the sound
//! let voices = reqwest::get(format!("{}/voices", stub.url())).await;
//! assert!(voices.is_ok());
//! assert_eq!(stub.requests()[0].path, "/voices");
//! # Ok(()) }
//! ```
//!
//! The same from a shell, for programs in other languages: `saywell-stub piper --port 5000 --fault cut --after 2`.
//!
//! A stub is one file in [`stubs`] with its routes and the shapes of its errors, and one line in [`stubs::KINDS`]. What
//! is the same for all of them is here: a handler takes a [`Call`], makes the sound with [`sound`], and answers
//! through the call, which does to the answer whatever fault is set. Faults of a service's own shape are the stub's to
//! do where [`Call::suffers`] says so; [`Fault`] tells which these are.
#![expect(clippy::result_large_err, reason = "a refusal is the answer itself")]

pub mod call;
mod charged;
pub mod fault;
pub mod markup;
pub mod proxy;
pub mod server;
pub mod socket;
pub mod sound;
pub mod stubs;

pub use call::{Call, Desk, Recorded};
pub use fault::{Fault, Refusal};
pub use server::{Nobody, Stub};
pub use stubs::StubKind;
