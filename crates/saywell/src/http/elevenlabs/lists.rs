//! Voices and models, as ElevenLabs lists them.

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::error::{ApiError, ErrorCode, brief};
use crate::http::models::model_names;
use crate::http::query::Search;
use crate::http::voices::{OfferedVoice, offered};

/// The most voices of one page, and how many are in one where nothing is said.
const LARGEST_PAGE: usize = 100;
const PAGE: usize = 10;

/// The voices.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ElevenLabsVoices)]
pub struct Voices {
    voices: Vec<VoiceEntry>,
}

/// A page of the voices.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ElevenLabsVoicesPage)]
pub struct VoicesPage {
    voices: Vec<VoiceEntry>,
    has_more: bool,
    total_count: usize,
    next_page_token: Option<String>,
}

/// A voice.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ElevenLabsVoice)]
pub struct VoiceEntry {
    voice_id: String,
    name: String,
    category: &'static str,
    description: String,
    /// Its language, and its gender where that is known.
    #[schema(value_type = Object)]
    labels: serde_json::Map<String, Value>,
    available_for_tiers: Vec<String>,
    high_quality_base_model_ids: Vec<String>,
    preview_url: Option<String>,
    is_owner: bool,
    is_legacy: bool,
    is_mixed: bool,
}

impl VoiceEntry {
    fn new(voice: OfferedVoice) -> Self {
        let mut labels = serde_json::Map::new();
        if voice.language != "*" {
            labels.insert("language".into(), voice.language.clone().into());
        }
        if let Some(gender) = voice.gender {
            labels.insert("gender".into(), gender.into());
        }
        Self {
            voice_id: voice.id,
            name: voice.name,
            category: "premade",
            description: format!("Spoken by {}.", voice.provider),
            labels,
            available_for_tiers: Vec::new(),
            high_quality_base_model_ids: Vec::new(),
            preview_url: None,
            is_owner: false,
            is_legacy: false,
            is_mixed: false,
        }
    }
}

async fn entries(app: &App) -> Vec<VoiceEntry> {
    offered(app).await.voices.into_iter().map(VoiceEntry::new).collect()
}

/// The voices.
#[utoipa::path(
    get, path = "/elevenlabs/v1/voices", tag = "elevenlabs",
    responses(
        (status = 200, description = "The voices", body = Voices),
        (status = 401, description = "`invalid_api_key`"),
        (status = 403, description = "`forbidden`"),
        (status = 429, description = "`too_many_concurrent_requests`"),
    )
)]
pub async fn voices(State(app): State<App>) -> Json<Voices> {
    Json(Voices { voices: entries(&app).await })
}

/// One of the voices.
#[utoipa::path(
    get, path = "/elevenlabs/v1/voices/{voice_id}", tag = "elevenlabs",
    params(("voice_id" = String, Path, description = "Its name, in any case")),
    responses(
        (status = 200, description = "The voice", body = VoiceEntry),
        (status = 401, description = "`invalid_api_key`"),
        (status = 403, description = "`forbidden`"),
        (status = 404, description = "`voice_not_found`"),
        (status = 429, description = "`too_many_concurrent_requests`"),
    )
)]
pub async fn voice(State(app): State<App>, Path(id): Path<String>) -> Result<Json<VoiceEntry>, ApiError> {
    let found = entries(&app).await.into_iter().find(|entry| entry.voice_id.eq_ignore_ascii_case(&id));
    found.map(Json).ok_or_else(|| {
        let message = format!("There is no voice `{}`; GET /elevenlabs/v1/voices lists them.", brief(&id));
        ApiError::new(ErrorCode::UnknownVoice, message).param("voice_id")
    })
}

/// What is asked for of the voices.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// How many at once, 1 to 100; 10 where nothing is said.
    #[serde(default, rename = "page_size")]
    #[param(minimum = 1, maximum = 100)]
    size: Option<usize>,
    /// The `next_page_token` of the page before.
    #[serde(default)]
    next_page_token: Option<String>,
    /// What is to stand in their name.
    #[serde(default)]
    search: Option<String>,
}

/// The voices, page by page.
#[utoipa::path(
    get, path = "/elevenlabs/v2/voices", tag = "elevenlabs", params(Page),
    responses(
        (status = 200, description = "A page of the voices", body = VoicesPage),
        (status = 400, description = "`invalid_request`"),
        (status = 401, description = "`invalid_api_key`"),
        (status = 403, description = "`forbidden`"),
        (status = 429, description = "`too_many_concurrent_requests`"),
    )
)]
pub async fn voices_in_pages(
    State(app): State<App>,
    Search(page): Search<Page>,
) -> Result<Json<VoicesPage>, ApiError> {
    let size = page.size.unwrap_or(PAGE);
    if !(1..=LARGEST_PAGE).contains(&size) {
        let message = format!("`page_size` is {size}; it may be from 1 to {LARGEST_PAGE}.");
        return Err(ApiError::invalid("page_size", message));
    }
    let begun = page.next_page_token.filter(|token| !token.is_empty()).map(|token| token.parse::<usize>());
    let Ok(from) = begun.transpose().map(Option::unwrap_or_default) else {
        return Err(ApiError::invalid("next_page_token", "`next_page_token` is not one of ours."));
    };
    let wanted = page.search.unwrap_or_default().to_lowercase();
    let mut voices = entries(&app).await;
    voices.retain(|entry| entry.name.to_lowercase().contains(&wanted));
    let total_count = voices.len();
    let voices: Vec<_> = voices.into_iter().skip(from).take(size).collect();
    let until = from.saturating_add(size);
    let has_more = until < total_count;
    Ok(Json(VoicesPage {
        voices,
        has_more,
        total_count,
        next_page_token: has_more.then(|| until.to_string()),
    }))
}

/// A model.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ElevenLabsModel)]
#[expect(clippy::struct_excessive_bools, reason = "as ElevenLabs writes it")]
pub struct Model {
    #[serde(rename = "model_id")]
    id: String,
    name: String,
    description: &'static str,
    can_do_text_to_speech: bool,
    can_do_voice_conversion: bool,
    can_be_finetuned: bool,
    can_use_style: bool,
    can_use_speaker_boost: bool,
    serves_pro_voices: bool,
    requires_alpha_access: bool,
    token_cost_factor: f32,
    maximum_text_length_per_request: usize,
    /// Those that the server's voices speak.
    languages: Vec<Language>,
}

/// A language of a model.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ElevenLabsLanguage)]
pub struct Language {
    language_id: String,
    name: String,
}

/// The models: the whole chain by OpenAI's names and the operator's, and each provider's name.
#[utoipa::path(
    get, path = "/elevenlabs/v1/models", tag = "elevenlabs",
    responses(
        (status = 200, description = "The models", body = Vec<Model>),
        (status = 401, description = "`invalid_api_key`"),
        (status = 403, description = "`forbidden`"),
        (status = 429, description = "`too_many_concurrent_requests`"),
    )
)]
pub async fn models(State(app): State<App>) -> Json<Vec<Model>> {
    let mut languages: Vec<Language> = Vec::new();
    for voice in offered(&app).await.voices {
        let language_id = voice.own_language();
        if !language_id.is_empty() && !languages.iter().any(|known| known.language_id == language_id) {
            let name =
                saywell_text::language::name(&language_id).map_or_else(|| language_id.clone(), Into::into);
            languages.push(Language { language_id, name });
        }
    }
    let models = model_names(&app).into_iter().map(|name| Model {
        id: name.clone(),
        name,
        description: "A voice of this server.",
        can_do_text_to_speech: true,
        can_do_voice_conversion: false,
        can_be_finetuned: false,
        can_use_style: false,
        can_use_speaker_boost: false,
        serves_pro_voices: false,
        requires_alpha_access: false,
        token_cost_factor: 1.0,
        maximum_text_length_per_request: app.speak.bounds.max_chars,
        languages: languages.clone(),
    });
    Json(models.collect())
}
