//! Any body is a request or an error that says what is wrong.
#![no_main]

use libfuzzer_sys::fuzz_target;
use saywell::http::{body, elevenlabs, openai, realtime, speech, stream};

fuzz_target!(|data: &[u8]| {
    let _ = body::parse::<speech::SpeechBody>(data);
    let _ = body::parse::<openai::OpenAiBody>(data);
    let _ = body::parse::<elevenlabs::ElevenLabsBody>(data);
    let _ = stream::ClientMessage::parse(data);
    let _ = realtime::Event::parse(data);
});
