//! What a player needs to know, and the voices on offer.

use axum::Json;
use axum::extract::State;
use saywell_audio::Format;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::identity::Caller;
use crate::limits::Left;
use crate::provider::{Provider, ProviderError, ProviderFacts, Voice};
use crate::request::OFFERED_SPEEDS;

/// What a player needs to know.
#[derive(Debug, Serialize, ToSchema)]
pub struct Config {
    /// The feature flag; off, players hide themselves.
    pub enabled: bool,
    /// The server's version.
    pub version: &'static str,
    /// The provider that is asked first.
    pub default_provider: String,
    /// The voice when none is asked for.
    pub default_voice: String,
    /// The chain, in order.
    pub providers: Vec<String>,
    /// Formats that can be asked for, the default first.
    #[schema(value_type = Vec<String>)]
    pub formats: Vec<&'static str>,
    /// Longest text, characters.
    pub max_chars: usize,
    /// Longest speech, seconds.
    pub max_seconds: u32,
    /// Name of the caller's plan.
    pub plan: String,
    /// Whether the caller may have replies made before they listen.
    pub prefetch: bool,
    /// Whether players are to tell how replies are listened to, with `POST /tts/listening`.
    pub listening: bool,
    /// Each of the caller's limits, and what is left of it.
    pub limits: Vec<Left>,
    /// Speeds for a player to offer; 0.25 to 4 can be asked for.
    pub speeds: Speeds,
}

/// Bounds of the speed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Speeds {
    /// Slowest.
    pub min: f32,
    /// Fastest.
    pub max: f32,
}

/// What a player needs to know.
#[utoipa::path(
    get, path = "/tts/config", tag = "speech",
    responses(
        (status = 200, description = "What a player needs to know", body = Config),
        (status = 401, description = "`unauthorized`"),
        (status = 403, description = "`forbidden`"),
        (status = 429, description = "`rate_limited`"),
    )
)]
pub async fn config(State(app): State<App>, caller: Caller) -> Json<Config> {
    let (plan, bounds, prefetch) = match app.limits.plan(&caller) {
        Ok((name, plan)) => (name, plan.bounds(app.speak.bounds), plan.allows_prefetch()),
        // They are told why as soon as they ask for speech.
        Err(_) => (app.limits.plan_name(&caller), app.speak.bounds, false),
    };
    let chain = app.speak.steered_chain();
    let providers: Vec<String> = chain.providers().iter().map(|link| link.name().to_owned()).collect();
    Json(Config {
        enabled: app.limits.is_enabled(),
        version: env!("CARGO_PKG_VERSION"),
        default_provider: providers.first().cloned().unwrap_or_default(),
        default_voice: app.default_voice().unwrap_or_default().to_owned(),
        providers,
        formats: Format::ALL.iter().map(|format| format.name()).collect(),
        max_chars: bounds.max_chars,
        max_seconds: bounds.max_seconds,
        plan,
        prefetch,
        listening: app.settings.listening,
        limits: app.limits.left(&caller).await,
        speeds: Speeds { min: *OFFERED_SPEEDS.start(), max: *OFFERED_SPEEDS.end() },
    })
}

/// A voice on offer.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Voice)]
pub struct OfferedVoice {
    /// The name to ask for.
    pub id: String,
    /// The name to show.
    pub name: String,
    /// Who speaks it.
    pub provider: String,
    /// BCP 47 language, such as `en-US`.
    pub language: String,
    /// Other languages it speaks as well; `*` stands for any.
    pub other_languages: Vec<String>,
    /// `female`, `male` or `neutral`, where known.
    pub gender: Option<String>,
    /// What makes its sound: the model that speaks where a request names none.
    pub engine: String,
    /// Seconds of sound that one processor core of this machine makes of it in a second, as measured; `null` where that is not
    /// known, or the sound is made elsewhere.
    pub real_time: Option<f64>,
    /// How good its makers say it is, from `A` to `F` with `+` and `-`; `null` where they say nothing.
    pub grade: Option<String>,
    /// Its language has not passed every test yet that a language has to pass here.
    pub experimental: bool,
}

impl OfferedVoice {
    fn new(about: &ProviderFacts, voice: &Voice) -> Self {
        let Voice { id, name, provider, language, other_languages, gender, grade, experimental } =
            voice.clone();
        let pace = about.queue.as_ref().and_then(|queue| queue.pace(&id));
        let real_time = pace.and_then(|pace| pace.real_time());
        Self {
            id,
            name,
            provider,
            language,
            other_languages,
            gender,
            engine: if about.model.is_empty() { about.kind.to_owned() } else { about.model.clone() },
            real_time: real_time.map(|measured| (measured * 10.0).round() / 10.0),
            grade,
            experimental,
        }
    }

    /// The language of its own, without a country; empty where it has none before others.
    pub(super) fn own_language(&self) -> String {
        let primary = saywell_text::tag::primary(&self.language);
        if primary == "*" { String::new() } else { primary.to_ascii_lowercase() }
    }

    /// The same under another name.
    pub(super) fn called(&self, name: &str) -> Self {
        Self { id: name.to_owned(), name: name.to_owned(), ..self.clone() }
    }
}

/// The voices on offer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Voices {
    /// Every voice of every provider of the chain.
    pub voices: Vec<OfferedVoice>,
    /// Providers whose voices are not known at present, and why.
    pub unavailable: std::collections::BTreeMap<String, String>,
}

/// The voices on offer.
#[utoipa::path(
    get, path = "/tts/voices", tag = "speech",
    responses(
        (status = 200, description = "The voices", body = Voices),
        (status = 401, description = "`unauthorized`"),
        (status = 403, description = "`forbidden`"),
        (status = 429, description = "`rate_limited`"),
    )
)]
pub async fn voices(State(app): State<App>) -> Json<Voices> {
    Json(offered(&app).await)
}

/// Every voice that can be asked for.
pub async fn offered(app: &App) -> Voices {
    let mut answer = Voices { voices: Vec::new(), unavailable: std::collections::BTreeMap::new() };
    for link in app.speak.steered_chain().providers() {
        match of_provider(&**link).await {
            Ok(voices) => answer.voices.extend(voices),
            Err(error) => {
                answer.unavailable.insert(link.name().to_owned(), error.to_string());
            }
        }
    }
    // The operator's own names can be asked for like the voices that they mean.
    for (name, voice) in app.speak.voices.names() {
        let meant = answer.voices.iter().find(|known| known.id == voice);
        let taken = answer.voices.iter().any(|known| known.id == name);
        let named = meant.filter(|_| !taken).map(|meant| meant.called(name));
        answer.voices.extend(named);
    }
    answer
}

/// The voices of one provider.
///
/// # Errors
/// Why they are not known at present.
pub async fn of_provider(link: &dyn Provider) -> Result<Vec<OfferedVoice>, ProviderError> {
    let voices = link.voices().await?;
    Ok(voices.iter().map(|voice| OfferedVoice::new(link.about(), voice)).collect())
}
