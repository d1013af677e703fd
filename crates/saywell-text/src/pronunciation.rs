//! x
pub(crate) mod ipa;
