//! A range that is accepted lies within the sound, whatever the header says and however long the sound is.
#![no_main]

use libfuzzer_sys::fuzz_target;
use saywell::http::audio::parse_range;

fuzz_target!(|input: (u32, &str)| {
    let (length, header) = input;
    let length = length as usize;
    if let Ok(Some(range)) = parse_range(header, length) {
        assert!(range.start() <= range.end(), "{range:?} is empty");
        assert!(*range.end() < length, "{range:?} ends after {length} bytes");
    }
});
