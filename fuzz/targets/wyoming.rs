//! Any bytes are events within their bounds, or end the connection; an event takes what it says and no more.
#![no_main]

use libfuzzer_sys::fuzz_target;
use saywell::wyoming::Event;

fuzz_target!(|data: &[u8]| {
    let mut wire = data;
    futures::executor::block_on(async {
        while let Ok(Some(event)) = Event::read(&mut wire).await {
            assert!(event.text("text").is_none_or(|text| text.len() <= data.len()), "more than came");
        }
    });
    assert!(wire.len() <= data.len());
});
