//! A provider's WAV answer is read or refused, whatever it holds.
#![no_main]

use libfuzzer_sys::fuzz_target;
use saywell_audio::read_wav;

fuzz_target!(|data: &[u8]| {
    let _ = read_wav(data);
});
