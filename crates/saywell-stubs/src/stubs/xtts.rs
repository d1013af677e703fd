//! The XTTS streaming server.
//!
//! What is known of it: a voice is two lists of numbers, which every call carries; the size of its pieces is a string;
//! sound is sent as it is made, after a WAV header that states a length of 0, or raw under the same label; its errors
//! are those of its framework, lists of details.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::call::{Call, html_error};
use crate::fault::{Fault, Refusal};
use crate::proxy;
use crate::sound::{Stated, pcm, tone, wav};
use crate::stubs::StubKind;

/// As it was left in February 2024.
pub const KIND: StubKind = StubKind {
    name: "xtts",
    routes: || {
        Router::new()
            .route("/tts_stream", post(speak))
            .route("/studio_speakers", get(speakers))
            .route("/languages", get(|| async { Json(LANGUAGES) }))
    },
    refuse,
};

const RATE: u32 = 24_000;

const LANGUAGES: [&str; 4] = ["en", "es", "de", "zh-cn"];

/// How long the rows of the latents are.
const LATENT: usize = 1_024;

#[derive(Deserialize)]
struct Asked {
    speaker_embedding: Vec<f64>,
    gpt_cond_latent: Vec<Vec<f64>>,
    text: String,
    language: String,
    add_wav_header: bool,
    stream_chunk_size: String,
}

async fn speak(call: Call) -> Response {
    let asked = match call.request().json::<Asked>() {
        Ok(asked) => asked,
        Err(error) => {
            call.finish();
            return unprocessable(&error.to_string());
        }
    };
    let shape = (asked.speaker_embedding.len(), asked.gpt_cond_latent.iter().all(|row| row.len() == LATENT));
    let fits = shape == (512, true) && LANGUAGES.contains(&&*asked.language);
    if !fits || asked.stream_chunk_size.parse::<u32>().is_err() {
        call.finish();
        return html_error();
    }
    let samples = tone(&asked.text, RATE, 1.0);
    let sound = if !asked.add_wav_header {
        pcm(&samples)
    } else if call.suffers(Fault::WavMax) {
        wav(&samples, RATE, Stated::Max)
    } else {
        // It writes the header of an empty file first.
        let mut sound = wav(&[], RATE, Stated::Length);
        sound.extend(pcm(&samples));
        sound
    };
    call.sound("audio/wav", sound)
}

/// Two of the fifty-eight. The numbers differ, so that one voice cannot pass for another.
async fn speakers() -> Json<Value> {
    let speaker = |seed: f64| {
        let numbers = |count: usize| -> Vec<f64> { (0..count).map(|n| n as f64 / 64.0 + seed).collect() };
        json!({"speaker_embedding": numbers(512), "gpt_cond_latent": vec![numbers(LATENT); 2]})
    };
    Json(json!({"Claribel Dervla": speaker(0.5), "Andrew Chipper": speaker(-0.5)}))
}

fn unprocessable(message: &str) -> Response {
    let detail = json!({"detail": [{"type": "value_error", "loc": ["body"], "msg": message, "input": null}]});
    (StatusCode::UNPROCESSABLE_ENTITY, Json(detail)).into_response()
}

/// Its own errors, and those of a proxy in front, which alone may know keys and count calls.
fn refuse(refusal: Refusal) -> Response {
    match refusal {
        Refusal::Text => unprocessable("Input should be a valid string"),
        Refusal::Trouble => (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error").into_response(),
        _ => proxy::refuse(refusal),
    }
}
