//! Stored frames are refused or whole: what is accepted is written back as it was and can be put in a container.
#![no_main]

use libfuzzer_sys::fuzz_target;
use saywell_audio::{Format, Frames, Muxer, decode_lossless, whole};

fuzz_target!(|data: &[u8]| {
    let Ok(frames) = Frames::from_bytes(data) else { return };
    assert_eq!(frames.to_bytes(), data);
    let _ = decode_lossless(&frames);
    for format in Format::ALL {
        let mut muxer = Muxer::new(format);
        let mut file = muxer.header();
        match muxer.push(&frames) {
            Ok(part) => {
                assert_eq!(format.codec(), frames.codec());
                file.extend(part);
                file.extend(muxer.finish());
                assert!(whole(format, &[frames.clone(), frames.clone()]).is_ok());
            }
            Err(_) => assert_ne!(format.codec(), frames.codec()),
        }
    }
});
