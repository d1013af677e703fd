//! Whoever turns an utterance into sound: the contract, the providers that keep it, what is put around them, and the chain
//! that tries one after the other.
//!
//! A crate of its own, so that an edit in the gateway does not check a dozen vendors again (decision 0020). It knows nobody
//! above: who pays is told through [`provider::Bookkeeper`], who switches providers off through [`chain::switch::Switches`].

pub mod chain;
pub mod provider;
pub mod providers;
pub mod trial;
pub mod voices;

// The ground floor.
pub mod ends;
pub mod price;
pub mod queue;
