//! Servers that speak as OpenAI does, each a little differently: how they list voices, which fields they know, how
//! they say at which rate raw sound is, and how they fail.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::call::Call;
use crate::fault::Refusal;
use crate::sound::{pcm, tone};
use crate::stubs::StubKind;

/// Kokoro-FastAPI: voices are objects, raw sound is 24 kHz, errors are in `detail`.
pub const KOKORO: StubKind = StubKind {
    name: "kokoro",
    routes: || {
        let voices = || async {
            let voice = |id: &str| json!({"id": id, "name": id});
            Json(json!({"voices": [voice("af_heart"), voice("bm_george"), voice("jf_alpha")]}))
        };
        Router::new().route("/v1/audio/speech", post(kokoro)).route("/v1/audio/voices", get(voices))
    },
    refuse: |refusal| {
        let (status, message) = status_and_message(refusal);
        let detail = json!({"error": "processing_error", "message": message, "type": "server_error"});
        (status, Json(json!({"detail": detail}))).into_response()
    },
};

/// speaches: voices have languages, sound is resampled as asked, a bad key is status 403.
pub const SPEACHES: StubKind = StubKind {
    name: "speaches",
    routes: || {
        let voices = || async {
            let voice = |id: &str, language: &str, gender: &str| json!({"name": id, "id": id, "language": language, "gender": gender, "model_id": "m"});
            let voices = [voice("af_heart", "en-us", "female"), voice("bm_lewis", "en-gb", "male")];
            Json(json!({"voices": voices, "object": "list"}))
        };
        Router::new().route("/v1/audio/speech", post(speaches)).route("/v1/audio/voices", get(voices))
    },
    refuse: |refusal| {
        let (status, message) = status_and_message(refusal);
        let status = if refusal == Refusal::Key { StatusCode::FORBIDDEN } else { status };
        (status, Json(json!({"detail": message}))).into_response()
    },
};

/// openedai-speech: no list of voices; the rate of raw sound is in its content type.
pub const OPENEDAI: StubKind = StubKind {
    name: "openedai",
    routes: || Router::new().route("/v1/audio/speech", post(openedai)),
    refuse: |refusal| {
        let (status, message) = status_and_message(refusal);
        let error = json!({"message": message, "type": "APIError", "code": null, "param": null});
        (status, Json(json!({"error": error}))).into_response()
    },
};

/// `LocalAI`: models have names of the operator's and one voice each; errors have a number for a code.
pub const LOCALAI: StubKind = StubKind {
    name: "localai",
    routes: || Router::new().route("/v1/audio/speech", post(localai)),
    refuse: |refusal| {
        let (status, message) = status_and_message(refusal);
        let error = json!({"code": status.as_u16(), "message": message, "type": ""});
        (status, Json(json!({"error": error}))).into_response()
    },
};

/// openai-edge-tts without `FFmpeg`: MP3, whatever is asked for.
pub const EDGE_TTS: StubKind = StubKind {
    name: "edge_tts",
    routes: || {
        let voices = || async {
            let voice = |id: &str, gender: &str, language: &str| json!({"name": id, "gender": gender, "language": language});
            let voices =
                [voice("en-US-AvaNeural", "Female", "en-US"), voice("de-DE-ConradNeural", "Male", "de-DE")];
            Json(json!({"voices": voices}))
        };
        Router::new().route("/v1/audio/speech", post(edge_tts)).route("/v1/audio/voices", get(voices))
    },
    refuse: |refusal| {
        let (status, message) = status_and_message(refusal);
        (status, Json(json!({"error": message}))).into_response()
    },
};

/// Groq's Orpheus models: WAV alone, two hundred characters, one speed.
pub const GROQ: StubKind = StubKind {
    name: "groq",
    routes: || Router::new().route("/openai/v1/audio/speech", post(groq)),
    refuse: |refusal| {
        let (status, message) = status_and_message(refusal);
        let (kind, code) = match refusal {
            Refusal::Throttled => ("requests", "rate_limit_exceeded"),
            Refusal::Trouble => ("internal_server_error", "internal_error"),
            Refusal::Key => ("invalid_request_error", "invalid_api_key"),
            _ => ("invalid_request_error", "invalid_value"),
        };
        (status, Json(json!({"error": {"message": message, "type": kind, "code": code}}))).into_response()
    },
};

/// `OpenRouter`: many models, each with voices of its own; the rate of raw sound is in its label.
pub const OPENROUTER: StubKind = StubKind {
    name: "openrouter",
    routes: || {
        let models = || async {
            let model = |id: &str, voices: Value| json!({"id": id, "name": id, "supported_voices": voices});
            Json(json!({"data": [
                model("openai/gpt-4o-mini-tts-2025-12-15", json!(["alloy", "nova"])),
                model("mistralai/voxtral-mini-tts-3-0", json!(["gb_jane_neutral", "voice_592"])),
                model("a-lab/one-voice", Value::Null),
            ]}))
        };
        Router::new().route("/api/v1/audio/speech", post(openrouter)).route("/api/v1/models", get(models))
    },
    refuse: |refusal| {
        let (status, message) = status_and_message(refusal);
        (status, Json(json!({"error": {"code": status.as_u16(), "message": message}}))).into_response()
    },
};

/// Together: its models for everyone have one rate and no speeds; voices are listed by model.
pub const TOGETHER: StubKind = StubKind {
    name: "together",
    routes: || {
        let voices = || async {
            let voice = |name: &str| json!({"id": format!("id-of-{name}"), "name": name});
            Json(json!({"data": [
                {"model": "canopylabs/orpheus-3b-0.1-ft", "voices": [voice("tara")]},
                {"model": "hexgrad/Kokoro-82M", "voices": [voice("af_heart"), voice("bm_george")]},
            ]}))
        };
        Router::new().route("/v1/audio/speech", post(together)).route("/v1/voices", get(voices))
    },
    refuse: |refusal| {
        let (status, message) = status_and_message(refusal);
        let error = json!({"message": message, "type": "invalid_request_error", "param": null, "code": null});
        (status, Json(json!({"error": error}))).into_response()
    },
};

fn status_and_message(refusal: Refusal) -> (StatusCode, &'static str) {
    match refusal {
        Refusal::Throttled => (StatusCode::TOO_MANY_REQUESTS, "Too many requests"),
        Refusal::Quota => (StatusCode::PAYMENT_REQUIRED, "Nothing is left"),
        Refusal::Key => (StatusCode::UNAUTHORIZED, "Invalid key"),
        Refusal::Text => (StatusCode::BAD_REQUEST, "This text is not acceptable"),
        Refusal::Trouble => (StatusCode::INTERNAL_SERVER_ERROR, "Something broke"),
    }
}

/// Which fields a server knows, and the models and voices that it has; nothing stands for any.
struct Knows {
    fields: &'static [&'static str],
    model: Option<&'static str>,
    voices: &'static [&'static str],
}

/// The fields that all know.
const COMMON: [&str; 5] = ["model", "input", "voice", "response_format", "speed"];

/// Reads a request, or refuses it: the fields, then the model, then the voice.
fn read(call: &Call, knows: &Knows, refuse: fn(Refusal) -> Response) -> Result<Value, Response> {
    let ask: Value = call.request().json().map_err(|_| refuse(Refusal::Text))?;
    let fields = ask.as_object().ok_or_else(|| refuse(Refusal::Text))?;
    let is_field = |field: &str| COMMON.contains(&field) || knows.fields.contains(&field);
    if let Some(field) = fields.iter().find(|(name, value)| !is_field(name) || value.is_null()) {
        let detail = json!([{"loc": ["body", field.0], "msg": "Extra inputs are not permitted", "type": "extra_forbidden"}]);
        return Err((StatusCode::UNPROCESSABLE_ENTITY, Json(json!({"detail": detail}))).into_response());
    }
    if knows.model.is_some_and(|model| ask["model"] != model) {
        let detail =
            format!("Model '{}' is not installed locally.", ask["model"].as_str().unwrap_or_default());
        return Err((StatusCode::NOT_FOUND, Json(json!({"detail": detail}))).into_response());
    }
    let voice = ask["voice"].as_str().unwrap_or_default();
    if !knows.voices.is_empty()
        && !voice.split(['+', '-', '(']).next().is_some_and(|voice| knows.voices.contains(&voice))
    {
        return Err(refuse(Refusal::Text));
    }
    Ok(ask)
}

/// Answers with sound in the format that is asked for, raw sound under this label.
fn answer(call: Call, ask: &Value, rate: u32, label: &str) -> Response {
    let text = ask["input"].as_str().unwrap_or_default();
    let samples = tone(text, rate, ask["speed"].as_f64().unwrap_or(1.0));
    if ask["response_format"] == "wav" {
        let sound = call.wav(&samples, rate);
        return call.sound("audio/wav", sound);
    }
    call.sound(label, pcm(&samples))
}

async fn kokoro(call: Call) -> Response {
    let knows = Knows {
        fields: &["stream", "lang_code", "volume_multiplier", "normalization_options"],
        model: None,
        voices: &["af_heart", "bm_george", "jf_alpha"],
    };
    match read(&call, &knows, KOKORO.refuse) {
        Ok(ask) => answer(call, &ask, 24_000, "audio/pcm"),
        Err(response) => refused(call, response),
    }
}

async fn speaches(call: Call) -> Response {
    let knows = Knows {
        fields: &["sample_rate", "stream_format"],
        model: Some("speaches-ai/Kokoro-82M-v1.0-ONNX"),
        voices: &["af_heart", "bm_lewis"],
    };
    match read(&call, &knows, SPEACHES.refuse) {
        Ok(ask) => {
            let rate = ask["sample_rate"].as_u64().and_then(|rate| rate.try_into().ok()).unwrap_or(22_050);
            answer(call, &ask, rate, "audio/pcm")
        }
        Err(response) => refused(call, response),
    }
}

async fn openedai(call: Call) -> Response {
    let voices = &["alloy", "echo", "fable", "onyx", "nova", "shimmer"];
    match read(&call, &Knows { fields: &[], model: None, voices }, OPENEDAI.refuse) {
        // The small model and the large one differ.
        Ok(ask) if ask["model"] == "tts-1-hd" => answer(call, &ask, 24_000, "audio/pcm;rate=24000"),
        Ok(ask) => answer(call, &ask, 22_050, "audio/pcm;rate=22050"),
        Err(response) => refused(call, response),
    }
}

async fn localai(call: Call) -> Response {
    let knows =
        Knows { fields: &["language", "backend", "sample_rate"], model: Some("my-voice"), voices: &[] };
    match read(&call, &knows, LOCALAI.refuse) {
        Ok(ask) => answer(call, &ask, 16_000, "application/octet-stream"),
        Err(response) => refused(call, response),
    }
}

async fn groq(call: Call) -> Response {
    let knows = Knows {
        fields: &["sample_rate"],
        model: Some("canopylabs/orpheus-v1-english"),
        voices: &["autumn", "diana", "hannah", "austin", "daniel", "troy"],
    };
    let ask = match read(&call, &knows, GROQ.refuse) {
        Ok(ask) => ask,
        Err(response) => return refused(call, response),
    };
    let long = ask["input"].as_str().unwrap_or_default().chars().count() > 200;
    let other_speed = ask.get("speed").is_some_and(|speed| *speed != json!(1.0));
    if long || ask["response_format"] != "wav" || other_speed {
        return refused(call, (GROQ.refuse)(Refusal::Text));
    }
    answer(call, &ask, 24_000, "audio/wav")
}

async fn openrouter(call: Call) -> Response {
    let knows = Knows { fields: &["instructions", "provider"], model: None, voices: &[] };
    let ask = match read(&call, &knows, OPENROUTER.refuse) {
        Ok(ask) => ask,
        Err(response) => return refused(call, response),
    };
    let formats = ["pcm", "mp3"];
    if !formats.contains(&ask["response_format"].as_str().unwrap_or("pcm")) {
        return refused(call, (OPENROUTER.refuse)(Refusal::Text));
    }
    answer(call, &ask, 24_000, "audio/pcm;rate=24000;channels=1")
}

async fn together(call: Call) -> Response {
    let knows = Knows {
        fields: &["language", "response_encoding", "sample_rate", "bit_rate", "stream"],
        model: Some("hexgrad/Kokoro-82M"),
        voices: &["af_heart", "bm_george"],
    };
    match read(&call, &knows, TOGETHER.refuse) {
        // It has no such field, and strict servers may refuse it.
        Ok(ask) if ask.get("speed").is_some() => refused(call, (TOGETHER.refuse)(Refusal::Text)),
        Ok(ask) => answer(call, &ask, 24_000, "application/octet-stream"),
        Err(response) => refused(call, response),
    }
}

async fn edge_tts(call: Call) -> Response {
    let voices = &["en-US-AvaNeural", "de-DE-ConradNeural"];
    match read(&call, &Knows { fields: &["stream_format"], model: None, voices: &[] }, EDGE_TTS.refuse) {
        Ok(ask) if voices.contains(&ask["voice"].as_str().unwrap_or_default()) => {
            let samples =
                tone(ask["input"].as_str().unwrap_or_default(), 24_000, ask["speed"].as_f64().unwrap_or(1.0));
            let samples: Vec<f32> = samples.into_iter().map(|sample| f32::from(sample) / 32_768.0).collect();
            let frames = saywell_audio::encode(saywell_audio::Codec::Mp3, &samples);
            let file = frames.and_then(|frames| saywell_audio::whole(saywell_audio::Format::Mp3, &[frames]));
            call.sound("audio/mpeg", file.unwrap_or_default())
        }
        Ok(_) => refused(call, (EDGE_TTS.refuse)(Refusal::Text)),
        Err(response) => refused(call, response),
    }
}

fn refused(call: Call, response: Response) -> Response {
    call.finish();
    response
}
