//! Which voice each provider uses for the voice that a caller asked for.

mod kokoro;

use std::collections::BTreeMap;
use std::sync::Arc;

use saywell_audio::loudness::Level;
use saywell_text::english;
use saywell_voice::kokoro::{Blend, BlendFault};

use crate::provider::{Provider, ProviderFacts, Voice};

/// OpenAI's voice names and the gender a listener expects of each, so that applications written for OpenAI work
/// with every provider. Genders as heard in OpenAI's samples; OpenAI itself names none.
pub const OPENAI_VOICES: [(&str, &str); 13] = [
    ("alloy", "female"),
    ("ash", "male"),
    ("ballad", "male"),
    ("cedar", "male"),
    ("coral", "female"),
    ("echo", "male"),
    ("fable", "male"),
    ("marin", "female"),
    ("nova", "female"),
    ("onyx", "male"),
    ("sage", "female"),
    ("shimmer", "female"),
    ("verse", "male"),
];

/// One identity with a voice of its own at each provider, by the provider's name: whoever takes over speaks as its twin.
pub type Persona = BTreeMap<String, Twin>;

/// How one provider speaks as a persona.
#[derive(Debug, Clone, Default, PartialEq, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Twin {
    /// That provider's voice.
    pub voice: String,
    /// Its model; the provider's own where it is not set.
    pub model: Option<String>,
    /// How many times as fast as it was made it speaks, where a request asks for 1.0.
    pub speed: Option<f32>,
    /// How to speak, in words, where a request does not say.
    pub instructions: Option<String>,
}

/// How a voice speaks as a persona, see [`Twin`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Delivery {
    /// How many times as fast.
    pub speed: Option<f32>,
    /// In words.
    pub instructions: Option<String>,
}

/// Names that mean a voice of another name.
#[derive(Debug, Clone, Default)]
pub struct VoiceMap {
    names: BTreeMap<String, String>,
    personas: BTreeMap<String, Persona>,
    default: Option<String>,
}

/// Who would speak with each provider of a chain, by provider name.
pub type Cast = BTreeMap<String, Speaker>;

/// A provider with the model and the voice it is to use.
#[derive(Debug, Clone, PartialEq)]
pub struct Speaker {
    /// The provider.
    pub provider: String,
    /// Its model.
    pub model: String,
    /// Its voice.
    pub voice: String,
    /// The language that the voice has of its own, without a country: what a text is in of which nothing tells. Empty where
    /// that is not known.
    pub language: String,
    /// What changes when that voice would sound different, see [`ProviderFacts::voice_version`].
    pub voice_version: String,
    /// What else of that provider's settings changes its sound, see [`ProviderFacts::options`].
    pub options: String,
    /// How to bring that voice to the one loudness.
    pub level: Level,
    /// How it speaks as somebody.
    pub delivery: Delivery,
    /// It stands in for a voice that is known to be a man's where it is a woman's, or the other way round.
    pub unlike: bool,
}

impl Speaker {
    fn new(link: &dyn Provider, voice: &str, listed: Option<&Voice>) -> Self {
        let ProviderFacts { name, model, voice_version, options, level, reader, .. } = link.about();
        Self {
            provider: name.to_string(),
            model: model.clone(),
            voice: voice.to_owned(),
            language: listed.map(Voice::own_language).unwrap_or_default(),
            voice_version: voice_version.clone(),
            options: match reader {
                // What it is given depends on how English is written out for it.
                Some(reader) => format!("{options} {reader:?} {}", english::VERSION),
                None => options.clone(),
            },
            level: *level,
            delivery: Delivery::default(),
            unlike: false,
        }
    }

    /// The language of a text of which nothing tells it, where that is known.
    #[must_use]
    pub fn own_language(&self) -> Option<Arc<str>> {
        Some(self.language.as_str().into()).filter(|language: &Arc<str>| !language.is_empty())
    }

    /// The same as a persona has it.
    fn speaking_as(mut self, twin: &Twin) -> Self {
        if let Some(model) = &twin.model {
            self.model.clone_from(model);
        }
        let Twin { speed, instructions, .. } = twin;
        self.delivery = Delivery { speed: *speed, instructions: instructions.clone() };
        if self.delivery != Delivery::default() {
            // What is kept of it is kept for this delivery alone.
            self.options = format!("{} {speed:?} {instructions:?}", self.options);
        }
        self
    }
}

/// Why nobody would speak.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoCast {
    /// The name is no provider's voice, not in the map, and none of OpenAI's.
    UnknownVoice,
    /// It is meant for a blend of voices, which somebody here could speak in, and is none.
    Blend(BlendFault),
    /// No voice speaks the language.
    Language,
}

/// What a wished voice is like, where that is known.
#[derive(Debug, Clone, Copy, Default)]
struct Likeness<'a> {
    language: Option<&'a str>,
    gender: Option<&'a str>,
    /// The country whose pronunciation it has, as a language tag, where that is all that is known.
    accent: Option<&'a str>,
}

/// A blend, and the provider that mixes it.
struct Blended<'a> {
    of: &'a str,
    blend: Blend,
    /// The voice that it begins with, whose language it speaks.
    first: &'a Voice,
}

/// A provider of the chain with its voices; without them when it cannot tell them now.
struct Listed<'a> {
    link: &'a dyn Provider,
    voices: Option<Arc<[Voice]>>,
}

impl VoiceMap {
    /// The operator's names, and the voice for requests that name none; each provider's own without one.
    #[must_use]
    pub fn new(names: BTreeMap<String, String>, default: Option<String>) -> Self {
        Self { names, personas: BTreeMap::new(), default }
    }

    /// Knows these identities as well.
    #[must_use]
    pub fn with_personas(self, personas: BTreeMap<String, Persona>) -> Self {
        Self { personas, ..self }
    }

    /// The voice of each provider that comes nearest to the wished one and speaks `language`, if that is known.
    ///
    /// # Errors
    /// [`NoCast`] when nobody is left.
    pub async fn cast(
        &self,
        wished: Option<&str>,
        language: Option<&str>,
        links: &[Arc<dyn Provider>],
    ) -> Result<Cast, NoCast> {
        let listed = list(links).await;
        let everybody = || listed.iter().filter_map(|listed| listed.voices.as_deref()).flatten();
        let wished = wished.or(self.default.as_deref()).map(|wished| self.spelled(wished, everybody()));
        let mapped = wished.map(|wished| self.mapped(wished));
        let blended =
            wished.map(|wished| self.blended(wished, &listed)).transpose().map_err(NoCast::Blend)?;
        let blended = blended.flatten();
        let kokoro = wished.and_then(kokoro::Name::new);
        // Who asks for none asks for the first provider's own.
        let first = links.first().and_then(|link| link.about().default_voice.as_deref());
        let itself = everybody().find(|voice| match wished {
            Some(wished) => voice.id == wished || Some(voice.id.as_str()) == mapped,
            None => first.is_none_or(|first| voice.id == first),
        });
        // A blend is taken for the voice that it begins with by whoever cannot mix them.
        let itself = blended.as_ref().map(|blended| blended.first).or(itself);
        let persona = wished.and_then(|wished| self.personas.get(wished));
        let known = |name| {
            let alike = openai_gender(name).is_some() || kokoro.is_some();
            persona.is_some() || itself.is_some() || self.names.contains_key(name) || alike
        };
        // A provider whose list cannot be had now is asked for the name as it is, and says itself if it has it.
        if !wished.is_none_or(known) && listed.iter().all(|listed| listed.voices.is_some()) {
            return Err(NoCast::UnknownVoice);
        }
        let like = Likeness {
            language: language.or(itself.map(|voice| voice.language.as_str())),
            gender: itself
                .and_then(|voice| voice.gender.as_deref())
                .or_else(|| openai_gender(wished?))
                .or_else(|| Some(kokoro?.gender)),
            accent: kokoro.map(|kokoro| kokoro.accent),
        };
        let mut cast = Cast::new();
        for Listed { link, voices } in &listed {
            let own = link.about().default_voice.as_deref();
            if let Some(twin) = persona.and_then(|persona| persona.get(link.name())) {
                // A voice that is not in the list may be there all the same: who set it knows. One of another language
                // gives way to the nearest.
                let listed = voices.iter().flat_map(|voices| voices.iter());
                let listed = listed.clone().find(|voice| voice.id == twin.voice);
                let speaks = |voice: &Voice| language.is_none_or(|language| voice.speaks(language));
                if listed.is_none_or(speaks) {
                    let speaker = Speaker::new(*link, &twin.voice, listed).speaking_as(twin);
                    cast.insert(link.name().to_owned(), speaker);
                    continue;
                }
            }
            let speaks = |voice: &Voice| language.is_none_or(|language| voice.speaks(language));
            let mixed = blended.as_ref().filter(|blended| blended.of == link.name() && speaks(blended.first));
            if let Some(Blended { blend, first, .. }) = mixed {
                let speaker = Speaker::new(*link, &blend.to_string(), Some(first));
                cast.insert(link.name().to_owned(), speaker);
                continue;
            }
            let speaker = match voices {
                None => Some(Speaker::new(*link, mapped.or(own).unwrap_or_default(), None)),
                Some(voices) => {
                    let bare = kokoro.map(|kokoro| kokoro.bare);
                    let first = blended.as_ref().map(|blended| blended.first.id.as_str());
                    let wanted = [wished, mapped, first, bare, own.filter(|_| wished.is_none())];
                    let nearest = nearest(&wanted, like, language, own, voices);
                    let unlike =
                        |voice: &Voice| like.gender.zip(voice.gender.as_deref()).is_some_and(|(a, b)| a != b);
                    nearest.map(|voice| Speaker {
                        unlike: unlike(voice),
                        ..Speaker::new(*link, &voice.id, Some(voice))
                    })
                }
            };
            cast.extend(speaker.map(|speaker| (link.name().to_owned(), speaker)));
        }
        if cast.is_empty() { Err(NoCast::Language) } else { Ok(cast) }
    }

    /// The first provider that has a voice of just this name, or of the name that it is mapped to.
    pub async fn owner<'a>(&self, wished: &str, links: &'a [Arc<dyn Provider>]) -> Option<&'a str> {
        let listed = list(links).await;
        let everybody = listed.iter().filter_map(|listed| listed.voices.as_deref()).flatten();
        let wished = self.spelled(wished, everybody);
        if self.personas.contains_key(wished) {
            return None;
        }
        if let Ok(Some(blended)) = self.blended(wished, &listed) {
            let number = listed.iter().position(|listed| listed.link.name() == blended.of)?;
            return Some(links.get(number)?.name());
        }
        let bare = kokoro::Name::new(wished).map_or(wished, |kokoro| kokoro.bare);
        let owns = |name: &str, link: &Listed<'_>| {
            link.voices.as_deref().unwrap_or_default().iter().any(|voice| voice.id == name)
        };
        let owner = [wished, self.mapped(wished), bare]
            .into_iter()
            .find_map(|name| listed.iter().position(|link| owns(name, link)));
        owner.and_then(|number| Some(links.get(number)?.name()))
    }

    /// The operator's names, with the voices that they mean.
    pub fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        self.names.iter().map(|(name, voice)| (name.as_str(), voice.as_str()))
    }

    /// A name in the spelling of whoever has it: in any case, if nobody has it as it is.
    fn spelled<'a>(&'a self, wished: &'a str, voices: impl Iterator<Item = &'a Voice>) -> &'a str {
        let openai = OPENAI_VOICES.iter().map(|(name, _)| *name);
        let known = voices
            .map(|voice| voice.id.as_str())
            .chain(self.names.keys().chain(self.personas.keys()).map(String::as_str))
            .chain(openai);
        let small = wished.to_lowercase();
        let mut other_case = None;
        for name in known {
            if name == wished {
                return wished;
            }
            if other_case.is_none() && name.to_lowercase() == small {
                other_case = Some(name);
            }
        }
        other_case.unwrap_or(wished)
    }

    /// The blend that this name writes out, where nobody has a voice of that name and somebody can mix them.
    fn blended<'a>(&self, wished: &str, listed: &'a [Listed<'_>]) -> Result<Option<Blended<'a>>, BlendFault> {
        let has = |link: &Listed<'_>| {
            link.voices.iter().flat_map(|voices| voices.iter()).any(|voice| voice.id == wished)
        };
        if self.names.contains_key(wished) || self.personas.contains_key(wished) || listed.iter().any(has) {
            return Ok(None);
        }
        let Some(blend) = Blend::parse(wished) else { return Ok(None) };
        let mut unknown = None;
        for Listed { link, voices } in listed.iter().filter(|listed| listed.link.about().blends) {
            let Some(voices) = voices.as_deref() else { continue };
            let meant = |name: &str| {
                let meant = self.mapped(self.spelled(name, voices.iter()));
                voices.iter().find(|voice| voice.id == meant)
            };
            match blend.clone()?.renamed(|name| meant(name).map(|voice| voice.id.as_str())) {
                Ok(blend) => {
                    let Some(first) = blend.names().next().and_then(meant) else { continue };
                    return Ok(Some(Blended { of: link.name(), first, blend }));
                }
                Err(fault) => unknown = unknown.or(Some(fault)),
            }
        }
        unknown.map_or(Ok(None), Err)
    }

    /// What the operator calls by this name.
    fn mapped<'a>(&'a self, name: &'a str) -> &'a str {
        self.names.get(name).map_or(name, String::as_str)
    }
}

/// Of the voices that speak `language`: the first of the wanted names; else the one most alike in language, then in
/// gender, then in country; of equals the provider's `own`, else the first.
fn nearest<'a>(
    wanted: &[Option<&str>],
    like: Likeness<'_>,
    language: Option<&str>,
    own: Option<&str>,
    voices: &'a [Voice],
) -> Option<&'a Voice> {
    let speaks = |voice: &&Voice| language.is_none_or(|language| voice.speaks(language));
    let by_name = |name: &str| voices.iter().find(|voice| voice.id == name).filter(speaks);
    let likeness = |voice: &Voice| {
        let same_language = like.language.is_some_and(|language| voice.speaks(language));
        let same_country = [like.language, like.accent].contains(&Some(voice.language.as_str()));
        let same_gender = like.gender.is_some() && voice.gender.as_deref() == like.gender;
        (same_language, same_gender, same_country, Some(voice.id.as_str()) == own)
    };
    // Of equals, `max_by_key` takes the last.
    let most_alike = || voices.iter().rev().filter(speaks).max_by_key(|voice| likeness(voice));
    wanted.iter().flatten().find_map(|name| by_name(name)).or_else(most_alike)
}

/// The voices of every provider, asked for at the same time.
async fn list(links: &[Arc<dyn Provider>]) -> Vec<Listed<'_>> {
    let ask = |link: &Arc<dyn Provider>| {
        let link = Arc::clone(link);
        async move { link.voices().await.ok() }
    };
    let voices = futures::future::join_all(links.iter().map(ask)).await;
    links.iter().zip(voices).map(|(link, voices)| Listed { link: link.as_ref(), voices }).collect()
}

fn openai_gender(name: &str) -> Option<&'static str> {
    OPENAI_VOICES.iter().find(|(voice, _)| *voice == name).map(|(_, gender)| *gender)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::fake::Fake;

    fn voice(provider: &str, id: &str, language: &str, gender: &str) -> Voice {
        Voice { gender: Some(gender.to_owned()), ..Voice::new(provider, id, language) }
    }

    fn links() -> Vec<Arc<dyn Provider>> {
        let sound = [
            voice("sound", "tone", "en-US", "female"),
            voice("sound", "bass", "en-US", "male"),
            voice("sound", "flûte", "fr-FR", "female"),
        ];
        let world = [
            voice("world", "anna", "de-DE", "female"),
            voice("world", "otto", "de-DE", "male"),
            voice("world", "jack", "en-GB", "male"),
            voice("world", "mary", "en-US", "female"),
        ];
        vec![
            Arc::new(Fake::named("sound").with_voices(sound)),
            Arc::new(Fake::named("world").with_voices(world)),
        ]
    }

    fn map() -> VoiceMap {
        VoiceMap::new([("narrator".to_owned(), "bass".to_owned())].into(), None)
    }

    /// Which voice each provider would use, in the order of their names.
    async fn chosen(wished: Option<&str>, language: Option<&str>) -> Result<Vec<String>, NoCast> {
        let cast = map().cast(wished, language, &links()).await?;
        Ok(cast.into_values().map(|speaker| speaker.voice).collect())
    }

    #[tokio::test]
    async fn a_voice_is_carried_to_the_nearest_of_each_provider() {
        for (wished, expected) in [
            (None, ["tone", "mary"]),
            (Some("tone"), ["tone", "mary"]),
            (Some("bass"), ["bass", "jack"]),
            (Some("narrator"), ["bass", "jack"]),
            (Some("flûte"), ["flûte", "anna"]),
            (Some("otto"), ["bass", "otto"]),
            (Some("onyx"), ["bass", "otto"]),
            (Some("Onyx"), ["bass", "otto"]),
            (Some("Flûte"), ["flûte", "anna"]),
            (Some("NARRATOR"), ["bass", "jack"]),
            (Some("af_bella"), ["tone", "mary"]),
            (Some("bm_george"), ["bass", "jack"]),
            (Some("am_adam+bf_emma"), ["bass", "otto"]),
            (Some("bf_otto"), ["tone", "otto"]),
        ] {
            assert_eq!(chosen(wished, None).await.unwrap(), expected, "{wished:?}");
        }
    }

    #[tokio::test]
    async fn the_language_decides_before_the_voice() {
        assert_eq!(chosen(None, Some("de")).await.unwrap(), ["anna"], "the other has no German voice");
        assert_eq!(chosen(Some("onyx"), Some("en")).await.unwrap(), ["bass", "jack"]);
        assert_eq!(chosen(Some("tone"), Some("fr-CA")).await.unwrap(), ["flûte"]);
        assert_eq!(chosen(None, Some("ja")).await, Err(NoCast::Language));
    }

    #[tokio::test]
    async fn a_blend_is_spoken_by_whoever_mixes_it_and_nearest_to_its_first_voice_by_others() {
        let mixer = [
            voice("mixer", "af_bella", "en-US", "female"),
            voice("mixer", "am_adam", "en-US", "male"),
            voice("mixer", "bf_emma", "en-GB", "female"),
            voice("mixer", "em_alex", "es-ES", "male"),
        ];
        let mut links = links();
        links.push(Arc::new(Fake::named("mixer").with_voices(mixer).blending()));
        let map =
            VoiceMap::new([("onyx", "am_adam")].map(|(a, b)| (a.to_owned(), b.to_owned())).into(), None);
        for (wished, language, mixed, other) in [
            ("am_adam:3+bf_emma", None, "am_adam:0.75+bf_emma:0.25", "jack"),
            ("AF_Bella(2)+af_bella", Some("en"), "af_bella", "mary"),
            ("onyx+bf_emma", Some("en"), "am_adam:0.5+bf_emma:0.5", "jack"),
            ("am_adam+bf_emma", Some("es"), "em_alex", ""),
        ] {
            let cast = map.cast(Some(wished), language, &links).await.unwrap();
            assert_eq!(cast["mixer"].voice, mixed, "{wished}");
            assert_eq!(cast.get("world").map_or("", |speaker| &speaker.voice), other, "{wished}");
            assert_eq!(map.owner(wished, &links).await, Some("mixer"));
        }
        for (wished, fault) in [
            ("af_bella+af_nobody", BlendFault::Unknown("af_nobody".into())),
            ("af_bella:0+bf_emma", BlendFault::Weight("0".into())),
            ("af_bella+", BlendFault::NoName),
        ] {
            assert_eq!(map.cast(Some(wished), None, &links).await, Err(NoCast::Blend(fault)), "{wished}");
        }
    }

    #[tokio::test]
    async fn an_unknown_name_is_nobodys_voice() {
        for name in ["Tones", "", "nobody", "xf_bella", "af_", "af"] {
            assert_eq!(chosen(Some(name), None).await, Err(NoCast::UnknownVoice), "{name:?}");
        }
    }

    #[tokio::test]
    async fn a_persona_has_a_twin_at_each_provider() {
        let twin = |voice: &str| Twin { voice: voice.to_owned(), ..Twin::default() };
        let calm = Delivery { speed: Some(0.9), instructions: Some("Calmly.".into()) };
        let Delivery { speed, instructions } = calm.clone();
        let world = Twin { model: Some("deep".into()), speed, instructions, ..twin("otto") };
        let persona = Persona::from([("sound".to_owned(), twin("bass")), ("world".to_owned(), world)]);
        let map = map().with_personas([("guide".to_owned(), persona)].into());
        let links = links();
        let cast = map.cast(Some("guide"), None, &links).await.unwrap();
        assert_eq!((cast["sound"].voice.as_str(), cast["sound"].model.as_str()), ("bass", "tone-1"));
        assert_eq!((cast["world"].voice.as_str(), cast["world"].model.as_str()), ("otto", "deep"));
        assert_eq!(cast["world"].delivery, calm);
        assert_ne!(cast["world"].options, cast["sound"].options, "what is kept of it is its own");
        let english = map.cast(Some("guide"), Some("en"), &links).await.unwrap();
        assert_eq!(english["world"].voice, "jack", "otto speaks no English");
        assert_eq!(map.owner("guide", &links).await, None, "the chain's order holds");
    }

    #[tokio::test]
    async fn a_voice_has_an_owner() {
        let links = links();
        assert_eq!(map().owner("otto", &links).await, Some("world"));
        assert_eq!(map().owner("narrator", &links).await, Some("sound"));
        assert_eq!(map().owner("alloy", &links).await, None);
    }
}
