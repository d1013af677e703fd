//! `GET /tts/voices/{id}/sample`: what a voice sounds like, before anything is read in it.

use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use saywell_text::Language;

use super::contract::SoundFile;
use super::error::{ApiError, ErrorCode, brief};
use super::fields::name;
use super::headers;
use super::identity::caller_of;
use super::openai::offered_voice;
use super::spoken::sound;
use super::voices::{OfferedVoice, offered};
use crate::app::App;
use crate::identity::Caller;
use crate::request::SpeechRequest;
use crate::speak::Speak;
use crate::voices::OPENAI_VOICES;

/// What is said, by language.
const SENTENCES: [(&str, &str); 24] = [
    ("ar", "هكذا أقرأ ردودك."),
    ("cs", "Takto čtu vaše odpovědi."),
    ("da", "Sådan læser jeg dine svar op."),
    ("de", "So lese ich deine Antworten vor."),
    ("el", "Έτσι διαβάζω τις απαντήσεις σας."),
    ("en", "This is how I read your replies."),
    ("es", "Así leo tus respuestas."),
    ("fi", "Näin luen vastauksesi."),
    ("fr", "Voici comment je lis vos réponses."),
    ("he", "כך נקראות התשובות שלך."),
    ("hi", "आपके जवाब इस तरह पढ़े जाते हैं।"),
    ("hu", "Így olvasom fel a válaszaidat."),
    ("it", "Ecco come leggo le tue risposte."),
    ("ja", "このように返事を読み上げます。"),
    ("ko", "답변을 이렇게 읽어 드립니다."),
    ("nl", "Zo lees ik je antwoorden voor."),
    ("pl", "Tak czytam twoje odpowiedzi."),
    ("pt", "É assim que eu leio as suas respostas."),
    ("ro", "Așa citesc răspunsurile tale."),
    ("ru", "Вот так я читаю ваши ответы."),
    ("sv", "Så här läser jag upp dina svar."),
    ("tr", "Yanıtlarınızı böyle okuyorum."),
    ("uk", "Ось так я читаю ваші відповіді."),
    ("zh", "我就是这样朗读您的回复的。"),
];
/// What a voice says whose language is not among them: any says this in its own.
const NUMBERS: &str = "1, 2, 3, 4, 5.";
/// What a voice of any language says.
const ENGLISH: &str = "en";

/// How long an answer may be kept, seconds: it changes only with the voice.
const KEPT: u32 = 3600;

/// A short sentence in this voice and its language, as mp3. It is made once and kept like any reply. Samples of voices that cost
/// money are for callers who may speak, and count for them.
#[utoipa::path(
    get, path = "/tts/voices/{id}/sample", tag = "speech",
    params(("id" = String, Path, description = "The name of a voice, in any case")),
    responses(
        (status = 200, description = "The sound", content((SoundFile = "audio/mpeg"))),
        (status = 401, description = "`unauthorized`"),
        (status = 403, description = "`tts_disabled`, `forbidden`"),
        (status = 404, description = "`not_found`"),
        (status = 429, description = "`rate_limited`, `quota_exceeded`, `trial_exhausted`"),
        (status = 503, description = "`overloaded`, `providers_exhausted`"),
    )
)]
pub async fn sample(
    State(app): State<App>,
    Path(id): Path<String>,
    parts: Parts,
) -> Result<Response, ApiError> {
    let begun = std::time::Instant::now();
    let no_voice = || {
        let message = format!("There is no voice `{}`; GET /tts/voices lists them.", brief(&id));
        ApiError::new(ErrorCode::NotFound, message).param("id")
    };
    let voice = find(&app, &id).await.ok_or_else(no_voice)?;
    // Nobody else is to speak for it.
    let only = app.speak.chain.only(|name| name == voice.provider);
    let paid = only.providers().iter().any(|link| link.about().paid);
    let speak = Speak { chain: only, ..app.speak.clone() };
    let caller = if paid { paying(&app, &parts).await? } else { Caller::operator(None) };
    let (language, text) = sentence(&voice.language);
    let request = SpeechRequest { voice: name("id", Some(&voice.id))?, language, ..SpeechRequest::new(text) };
    let order = app.orders.open(caller, request).await?;
    let speech = speak.speak(&order).await.map_err(ApiError::from)?;
    let mut answer = sound(speech, begun).await?;
    let whose = if app.settings.public_lists && !paid { "public" } else { "private" };
    let kept = HeaderValue::from_str(&format!("{whose}, max-age={KEPT}"));
    if let Ok(kept) = kept {
        answer.headers_mut().insert(header::CACHE_CONTROL, kept);
    }
    answer.headers_mut().remove(headers::NOTES);
    Ok(answer)
}

/// The voice of this name, in any case, or the one that speaks for it.
async fn find(app: &App, id: &str) -> Option<OfferedVoice> {
    let voices = offered(app).await.voices;
    let exact = voices.iter().find(|voice| voice.id == id);
    let small = id.to_lowercase();
    let found = exact.or_else(|| voices.iter().find(|voice| voice.id.to_lowercase() == small));
    // Names that anybody can make up, such as those of blends, have no samples: there is no end to them.
    let is_openai = OPENAI_VOICES.iter().any(|(name, _)| *name == small);
    match found {
        Some(voice) => Some(voice.clone()),
        None if is_openai => offered_voice(app, &small, &voices).await,
        None => None,
    }
}

/// Who pays for a sample: somebody who may speak.
async fn paying(app: &App, parts: &Parts) -> Result<Caller, ApiError> {
    let caller = caller_of(app, parts).await?;
    let caller = caller.ok_or_else(|| {
        let message = "This voice costs money: its sample is for callers who may speak.";
        ApiError::new(ErrorCode::Unauthorized, message).param("Authorization")
    })?;
    if caller.may_speak() {
        return Ok(caller);
    }
    Err(ApiError::new(ErrorCode::Forbidden, "This API key has not the scope `speak`."))
}

/// What a voice of this language says, and in which language that is.
fn sentence(language: &str) -> (Option<Language>, &'static str) {
    let primary = saywell_text::tag::primary(language).to_ascii_lowercase();
    let primary = if primary == "*" { ENGLISH } else { &primary };
    let said = SENTENCES.iter().find(|(known, _)| *known == primary);
    let tag = if language == "*" { ENGLISH } else { language };
    (Language::new(tag), said.map_or(NUMBERS, |(_, sentence)| sentence))
}
