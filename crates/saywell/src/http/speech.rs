//! `POST /tts`: a reply in, its sound out, or links to it.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use saywell_audio::Format;
use saywell_text::pronunciation::{Dictionary, Entry};
use saywell_text::{Code, Language, NoLanguage, Note};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Json;
use super::contract::SoundFile;
use super::error::{ApiError, ErrorCode, brief};
use super::fields::{count, identifier, list, name, number, truth, word};
use super::identity::{Holder, MaySpeak};
use super::spoken::{answered, sound};
use crate::app::App;
use crate::flight::LinkedRequest;
use crate::identity::Subject;
use crate::name::Name;
use crate::order::Order;
use crate::request::{Markup, SpeechRequest};
use crate::speak::{Sound, SpokenReply};
use crate::store::CacheOutcome;

/// What to say, and how. Exactly one of `text` and `ssml` is given.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SpeechRequest)]
pub struct SpeechBody {
    /// The reply, as the application has it: Markdown or plain text.
    #[schema(example = "Hello there. This is **read aloud**.")]
    pub text: Option<String>,
    /// Or what to say in SSML, the speech markup of the W3C.
    #[serde(default, deserialize_with = "word")]
    pub ssml: Option<String>,
    /// The application's own name for the reply: a string of at most 200 characters, or a whole number.
    #[serde(default, deserialize_with = "identifier")]
    #[schema(value_type = Option<Identifier>)]
    pub message_id: Option<String>,
    /// The room it was said in: a string of at most 200 characters, or a whole number.
    #[serde(default, deserialize_with = "identifier")]
    #[schema(value_type = Option<Identifier>)]
    pub room: Option<String>,
    /// A voice's name, in any case.
    #[serde(default, deserialize_with = "word")]
    #[schema(max_length = 200, example = "alloy")]
    pub voice: Option<String>,
    /// The provider to ask first.
    #[serde(default, deserialize_with = "word")]
    #[schema(max_length = 200, example = "local")]
    pub provider: Option<String>,
    /// One of that provider's models.
    #[serde(default, deserialize_with = "word")]
    #[schema(max_length = 200)]
    pub model: Option<String>,
    /// `mp3` (default), `opus` (also called `ogg`), `webm`, `mp4`, `flac`, `wav` or `pcm`, in any case.
    #[serde(default, deserialize_with = "word")]
    #[schema(example = "mp3")]
    pub format: Option<String>,
    /// Speed, 0.25 to 4.0; 1.0 by default.
    #[serde(default, deserialize_with = "number")]
    #[schema(minimum = 0.25, maximum = 4.0)]
    pub speed: Option<f32>,
    /// BCP 47 language of the text, in any case; found in the text when not given.
    #[serde(default, deserialize_with = "word")]
    #[schema(max_length = 35, example = "en-US")]
    pub language: Option<String>,
    /// What becomes of code: `announce` (default), `skip` or `read`.
    #[serde(default, deserialize_with = "word")]
    #[schema(example = "announce")]
    pub code: Option<String>,
    /// The reply begins inside reasoning, whose opening tag stood in the prompt: all up to the closing tag is left out.
    #[serde(default, deserialize_with = "truth")]
    pub begins_in_reasoning: Option<bool>,
    /// How words are said, before what the operator says of them, at most 100: each has a `word` or a `pattern`, and one of `say`,
    /// `ipa` and `x_sampa`; and `case` and `language` where they matter.
    #[serde(default, deserialize_with = "list")]
    #[schema(value_type = Option<Vec<Object>>)]
    pub pronunciations: Vec<Entry>,
    /// How to speak, in words, for a model that takes such: at most 4,096 characters.
    #[serde(default, deserialize_with = "word")]
    #[schema(max_length = 4096)]
    pub instructions: Option<String>,
    /// The byte of the text to go on from: the `continues_at` of an earlier answer for the same text.
    #[serde(default, deserialize_with = "count")]
    pub start_at: Option<usize>,
    /// Nobody listens yet: make it when there is time, and to the end. With links, `DELETE` on that of the sound gives it up.
    #[serde(default, deserialize_with = "truth")]
    pub prefetch: Option<bool>,
}

/// A name, or a whole number that is one, as the contract has it; `fields::identifier` reads both.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Identifier {
    /// At most 200 characters, none of which controls a terminal or cannot be seen.
    Text(String),
    /// As databases count.
    Number(i64),
}

/// Longest `instructions`, characters: what OpenAI takes.
const MAX_INSTRUCTIONS: usize = 4096;

/// The most `pronunciations` of one request; an operator's own, in `saywell.toml`, are as many as they like, since they are
/// read once.
const MAX_PRONUNCIATIONS: usize = 100;

impl SpeechBody {
    pub(super) fn into_request(self) -> Result<(SpeechRequest, Option<Name>), ApiError> {
        let (text, markup) = match (self.text, self.ssml) {
            (Some(text), None) => (text, Markup::Markdown),
            (None, Some(ssml)) => (ssml, Markup::Ssml),
            // An empty field is none.
            (Some(text), Some(ssml)) if text.trim().is_empty() => (ssml, Markup::Ssml),
            (None, None) => {
                return Err(ApiError::invalid("text", "There is nothing to say: `text` is missing."));
            }
            (Some(_), Some(_)) => {
                return Err(ApiError::invalid("ssml", "Give either `text` or `ssml`, not both."));
            }
        };
        if self.pronunciations.len() > MAX_PRONUNCIATIONS {
            let message = format!(
                "`pronunciations` has {} entries; the most is {MAX_PRONUNCIATIONS}.",
                self.pronunciations.len()
            );
            return Err(ApiError::invalid("pronunciations", message));
        }
        let pronunciations = Dictionary::new(&self.pronunciations).map_err(|faults| {
            let first = faults.first();
            let param = first.map_or_else(
                || "pronunciations".to_owned(),
                |fault| {
                    format!("pronunciations[{}].{}", fault.index, fault.field)
                        .trim_end_matches('.')
                        .to_owned()
                },
            );
            let reasons: Vec<String> = faults.iter().map(ToString::to_string).collect();
            ApiError::invalid(param, format!("{}.", reasons.join("; ")))
        })?;
        if self.instructions.as_ref().is_some_and(|words| words.chars().count() > MAX_INSTRUCTIONS) {
            let message = format!("`instructions` has more than {MAX_INSTRUCTIONS} characters.");
            return Err(ApiError::invalid("instructions", message));
        }
        let request = SpeechRequest {
            format: format(self.format.as_deref(), "format")?,
            code: code(self.code.as_deref())?,
            language: language("language", self.language.as_deref())?,
            voice: name("voice", self.voice.as_deref())?,
            provider: name("provider", self.provider.as_deref())?,
            model: name("model", self.model.as_deref())?,
            prefetch: self.prefetch.unwrap_or_default(),
            markup,
            begins_in_reasoning: self.begins_in_reasoning,
            pronunciations,
            instructions: self.instructions,
            message_id: name("message_id", self.message_id.as_deref())?,
            start_at: self.start_at.unwrap_or_default(),
            ..SpeechRequest::new(text)
        };
        let request = at_speed(request, self.speed)?;
        Ok((request, name("room", self.room.as_deref())?))
    }
}

/// A request at the speed that is asked for.
pub(super) fn at_speed(request: SpeechRequest, speed: Option<f32>) -> Result<SpeechRequest, ApiError> {
    request.at_speed(speed.unwrap_or(1.0)).map_err(|fault| ApiError::invalid("speed", format!("{fault}.")))
}

/// A format by name, in any case; mp3 when none is given.
pub(super) fn format(name: Option<&str>, param: &str) -> Result<Format, ApiError> {
    let name = name.map_or_else(|| "mp3".to_owned(), |name| name.trim().to_ascii_lowercase());
    // Opus is asked for by the name of its container, too.
    let wished = if name == "ogg" { "opus" } else { &name };
    wished.parse().map_err(|_| {
        let known: Vec<_> = Format::ALL.iter().map(|format| format.name()).collect();
        ApiError::invalid(
            param,
            format!("There is no format `{}`; there is {}.", brief(&name), known.join(", ")),
        )
    })
}

fn code(name: Option<&str>) -> Result<Code, ApiError> {
    match name.map(|name| name.trim().to_ascii_lowercase()).as_deref() {
        None | Some("announce") => Ok(Code::Announce),
        Some("skip") => Ok(Code::Skip),
        Some("read") => Ok(Code::Read),
        Some(other) => Err(ApiError::invalid(
            "code",
            format!("`code` is `{}`; it may be announce, skip or read.", brief(other)),
        )),
    }
}

/// A language by its tag.
pub(super) fn language(param: &str, tag: Option<&str>) -> Result<Option<Language>, ApiError> {
    tag.map(|tag| {
        Language::new(tag).ok_or_else(|| {
            ApiError::invalid(param, format!("`{param}` is `{}`; it {NoLanguage}.", brief(tag)))
        })
    })
    .transpose()
}

/// Where the sound of a reply is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Answer {
    /// Key of the rendition.
    pub key: String,
    /// Its sound.
    pub url: String,
    /// Its captions as JSON; the same link with `.vtt`, `.srt` or `.ndjson` gives the other forms.
    pub captions_url: String,
    /// Its captions as they are made, a line of JSON for each utterance.
    pub captions_ndjson_url: String,
    /// Its format.
    pub format: String,
    /// Its media type.
    pub content_type: String,
    /// Who speaks.
    pub provider: String,
    /// In which voice.
    pub voice: String,
    /// Whether it was there already.
    pub cached: bool,
    /// Whether all of it is made.
    pub complete: bool,
    /// Characters that are spoken.
    pub characters: usize,
    /// Length in seconds, an estimate until it is complete.
    pub duration_seconds: f64,
    /// When the links expire, seconds since 1970.
    pub expires_at: u64,
    /// The byte of the text that the next request goes on from (its `start_at`), where it is longer than one request or the
    /// caller's quota may have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continues_at: Option<usize>,
    /// What is asked for and not done, or not quite.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub notes: Vec<Note>,
}

/// A reply's sound, sent as it is made; or, with `Accept: application/json`, links to it at once.
#[utoipa::path(
    post, path = "/tts", tag = "speech", request_body = SpeechBody,
    responses(
        (status = 200, description = "The sound, or where it is", content(
            (SoundFile = "audio/mpeg"),
            (Answer = "application/json"),
        )),
        (status = 400, description = ""),
        (status = 401, description = ""),
        (status = 403, description = ""),
        (status = 413, description = ""),
        (status = 429, description = ""),
        (status = 503, description = ""),
    )
)]
pub async fn speak(
    State(app): State<App>,
    MaySpeak(caller): MaySpeak,
    holder: Holder,
    headers: HeaderMap,
    Json(ask): Json<SpeechBody>,
) -> Result<Response, ApiError> {
    let begun = Instant::now();
    let (request, room) = ask.into_request()?;
    let caller = caller.in_room(room);
    let kept_for = request.prefetch.then(|| caller.subject());
    let heard = async |speech: SpokenReply, order: &Arc<Order>| {
        if !wants_json(&headers) {
            return sound(speech, begun).await;
        }
        let asked = LinkedRequest { caller: order.caller().clone(), request: order.request().clone() };
        app.speak.asked(speech.key, &asked);
        Ok(axum::Json(answer(&app, speech, kept_for, &holder)).into_response())
    };
    answered(&app, caller, request, heard, |error, _| Err(nothing_to_say(error))).await
}

/// The error of a text with nothing to say, also where it was the voice that found nothing.
fn nothing_to_say(error: ApiError) -> ApiError {
    if error.code == ErrorCode::NothingToSay {
        return error;
    }
    ApiError::new(ErrorCode::NothingToSay, "There is nothing to say in this text.").param("text")
}

/// Whether JSON is asked for rather than sound.
fn wants_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kinds = || accept.split(',').filter_map(|kind| kind.split(';').next()).map(str::trim);
    kinds().any(|kind| kind.eq_ignore_ascii_case("application/json"))
        && !kinds().any(|kind| kind.starts_with("audio/"))
}

fn answer(app: &App, speech: SpokenReply, kept_for: Option<Subject>, Holder(holder): &Holder) -> Answer {
    let signed = app.links.sign(&speech.key, app.clock.now(), holder.as_ref());
    let answer = Answer {
        url: app.links.audio(&speech.key, speech.format.extension(), &signed),
        captions_url: app.links.captions(&speech.key, "json", &signed),
        captions_ndjson_url: app.links.captions(&speech.key, "ndjson", &signed),
        key: speech.key.to_string(),
        format: speech.format.name().to_owned(),
        content_type: speech.format.content_type().to_owned(),
        provider: speech.speaker.provider,
        voice: speech.speaker.voice,
        cached: speech.outcome == CacheOutcome::Hit,
        complete: speech.outcome == CacheOutcome::Hit,
        characters: speech.characters,
        duration_seconds: speech.seconds,
        expires_at: signed.expires_at(),
        continues_at: speech.continues_at,
        notes: speech.notes,
    };
    if let Sound::Flight(listener) = speech.sound {
        match kept_for {
            Some(whom) => listener.keep_for(whom),
            None => listener.announce(),
        }
    }
    answer
}
