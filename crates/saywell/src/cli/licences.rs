//! `saywell licences`.

use super::{Failed, print};

/// The whole text travels with the binary, as the licences ask.
const TEXTS: [&str; 7] = [
    include_str!("../../../../LICENSE-MIT"),
    include_str!("../../../../THIRD-PARTY.md"),
    saywell_voice::NOTICE,
    saywell_voice::LICENCE,
    saywell_voice::KOKORO_NOTICE,
    include_str!("../../../../licenses/mandarin.txt"),
    include_str!("../../../../licenses/crates.txt"),
];

pub(super) fn run() -> Result<(), Failed> {
    print(TEXTS.join("\n\n"))
}
