//! `kokoro`: more voices inside this process, from a pack of Kokoro-82M's.
//!
//! It is in the chain behind `local` by itself wherever the pack lies in the data folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use saywell_voice::Pool;
use saywell_voice::g2p::Language;
use saywell_voice::kokoro::{Blend, Pack};
use serde::Deserialize;

use crate::provider::{Provider, ProviderError, ProviderFacts, Request, SpeechStream, Voice};
use crate::providers::local::{FOLLOWS, SpeakingPool, spoken};
use crate::providers::{Inside, Opening, ProviderKind, Variable};
use crate::queue::{Pace, Queue};

/// The provider's name.
pub const NAME: &str = "kokoro";

/// The kind of provider that this file makes.
pub const KIND: ProviderKind = ProviderKind {
    name: NAME,
    about: "More voices inside this process, from a pack of Kokoro-82M's: no key, no network.",
    variables: &[Variable {
        name: "TTS_KOKORO_PACK",
        key: "pack",
        secret: false,
        about: "The pack of voices, `kokoro.pack` in the data folder, or beside the program, if not set; `saywell voices add kokoro` makes it.",
    }],
    schema: <KokoroOptions as schemars::JsonSchema>::json_schema,
    check: |options| options.parse::<KokoroOptions>().map(drop),
    open: |opening| Ok(Arc::new(Kokoro::open(&opening)?)),
};

/// `[providers.kokoro]`.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct KokoroOptions {
    /// The pack of voices; `kokoro.pack` in the data folder if not set.
    pack: Option<PathBuf>,
}

/// What a character of text takes on one thread, until it is measured: real time, about.
const SECONDS_A_CHARACTER: f64 = 0.06;

/// How long the network's memory is kept after somebody last heard it.
const KEPT: Duration = Duration::from_mins(5);

/// OpenAI's voices, each by a voice of its own of the kind that OpenAI's samples are.
pub const OPENAI_VOICES: [(&str, &str); 13] = [
    ("alloy", "af_alloy"),
    ("ash", "am_michael"),
    ("ballad", "am_liam"),
    ("cedar", "am_fenrir"),
    ("coral", "af_aoede"),
    ("echo", "am_echo"),
    ("fable", "am_eric"),
    ("marin", "af_kore"),
    ("nova", "af_nova"),
    ("onyx", "am_onyx"),
    ("sage", "af_sarah"),
    ("shimmer", "af_bella"),
    ("verse", "am_puck"),
];

/// What the pack is called, wherever it lies.
const PACK: &str = "kokoro.pack";

/// The pack in the data folder, where `saywell voices add` puts it.
#[must_use]
pub fn pack_in(data_dir: &Path) -> PathBuf {
    data_dir.join(PACK)
}

/// The pack that is there: in the data folder, else beside this program or in the `share` of where it is installed, as a
/// package or an image brings it.
#[must_use]
pub fn find_pack(data_dir: &Path) -> Option<PathBuf> {
    let program = std::env::current_exe().ok();
    let beside = program.as_deref().and_then(Path::parent);
    let installed =
        beside.map(|folder| [folder.join(PACK), folder.with_file_name("share").join("saywell").join(PACK)]);
    let places = std::iter::once(pack_in(data_dir)).chain(installed.into_iter().flatten());
    places.into_iter().find(|path| path.is_file())
}

/// The voices of a pack, behind threads of their own.
#[derive(Debug)]
pub struct Kokoro {
    pool: Arc<Pool>,
    queue: Queue,
    about: ProviderFacts,
    voices: Arc<[Voice]>,
    /// Ends the task that lets the network rest.
    resting: Option<tokio::task::JoinHandle<()>>,
}

impl Kokoro {
    fn open(opening: &Opening<'_>) -> Result<Self, ProviderError> {
        let options: KokoroOptions = opening.options.parse().map_err(ProviderError::Misconfigured)?;
        let data_dir = &opening.inside.data_dir;
        let path = options.pack.or_else(|| find_pack(data_dir)).unwrap_or_else(|| pack_in(data_dir));
        Self::with_pack(&path, opening.name, opening.inside)
    }

    fn with_pack(path: &Path, name: &str, inside: &Inside) -> Result<Self, ProviderError> {
        let misconfigured = |error: &dyn std::fmt::Display| {
            ProviderError::Misconfigured(format!("{error}; `cargo xtask voice kokoro` fetches the voices"))
        };
        let pack = Arc::new(Pack::open(path).map_err(|error| misconfigured(&error))?);
        let voices: Arc<[Voice]> = pack.voices().filter_map(|id| listed(name, id)).collect();
        let Some(default) = voices.iter().find(|voice| voice.id == "af_heart").or(voices.first()) else {
            return Err(misconfigured(&format_args!("{} has no voice that can be used", path.display())));
        };
        let threads = inside.threads();
        let measured = Arc::new(Pace::guessed(SECONDS_A_CHARACTER));
        let paces = voices.iter().map(|voice| (voice.id.clone(), Arc::clone(&measured))).collect();
        let queue = Queue::new(name, threads.get(), inside.queue_longest, paces);
        let about = ProviderFacts {
            queue: Some(queue.clone()),
            blends: true,
            default_voice: Some(default.id.clone()),
            voice_version: saywell_voice::Voice::of_pack(&pack, &default.id)
                .map_err(|error| misconfigured(&error))?
                .version()
                .to_owned(),
            parallel: threads.get(),
            unknown_symbols: Some(saywell_voice::g2p::unknown_symbols),
            follows: Some(FOLLOWS),
            within: true,
            ..ProviderFacts::new(NAME, name, NAME)
        };
        let spoken = Arc::clone(&pack);
        let find = move |id: &str| saywell_voice::Voice::of_pack(&spoken, id);
        let pool = Arc::new(Pool::of_voices(find, threads, inside.most_waiting()));
        // Not waited for: it ends with this provider.
        let resting = tokio::runtime::Handle::try_current().ok().map(|runtime| runtime.spawn(rest(pack)));
        Ok(Self { pool, queue, about, voices, resting })
    }
}

/// Gives the network's memory back when nobody has used it for [`KEPT`].
async fn rest(pack: Arc<Pack>) {
    loop {
        tokio::time::sleep(KEPT / 5).await;
        if pack.rest(KEPT) {
            tracing::debug!("the network of the voices of `{NAME}` rests");
        }
    }
}

impl Drop for Kokoro {
    fn drop(&mut self) {
        if let Some(resting) = &self.resting {
            resting.abort();
        }
    }
}

/// How good Kokoro's makers say each voice is: "Overall Grade" in the VOICES.md of Kokoro-82M 1.0, from A to F. Voices that are
/// not here have none there.
const GRADES: [(&str, &str); 31] = [
    ("af_alloy", "C"),
    ("af_aoede", "C+"),
    ("af_bella", "A-"),
    ("af_heart", "A"),
    ("af_jessica", "D"),
    ("af_kore", "C+"),
    ("af_nicole", "B-"),
    ("af_nova", "C"),
    ("af_river", "D"),
    ("af_sarah", "C+"),
    ("af_sky", "C-"),
    ("am_adam", "F+"),
    ("am_echo", "D"),
    ("am_eric", "D"),
    ("am_fenrir", "C+"),
    ("am_liam", "D"),
    ("am_michael", "C+"),
    ("am_onyx", "D"),
    ("am_puck", "C+"),
    ("am_santa", "D-"),
    ("bf_alice", "D"),
    ("bf_emma", "B-"),
    ("bf_isabella", "C"),
    ("bf_lily", "D"),
    ("bm_daniel", "D"),
    ("bm_fable", "C"),
    ("bm_george", "C"),
    ("bm_lewis", "D+"),
    ("ff_siwis", "B-"),
    ("if_sara", "C"),
    ("im_nicola", "C"),
];

/// How a voice is listed, by its name as upstream forms it: a letter for the language, one for the gender, and a name.
/// Those whose language's phonemes cannot be made here are not.
fn listed(provider: &str, id: &str) -> Option<Voice> {
    let language = Language::of_voice(id)?;
    let (kind, name) = id.split_once('_')?;
    let gender = if kind.ends_with('m') { "male" } else { "female" };
    let mut letters = name.chars();
    let name = letters.next()?.to_uppercase().chain(letters).collect();
    let grade = GRADES.iter().find(|(voice, _)| *voice == id).map(|(_, grade)| (*grade).to_owned());
    Some(Voice {
        name,
        gender: Some(gender.to_owned()),
        grade,
        experimental: language.is_experimental(),
        ..Voice::new(provider, id, language.tag())
    })
}

#[async_trait]
impl Provider for Kokoro {
    fn about(&self) -> &ProviderFacts {
        &self.about
    }

    async fn voices(&self) -> Result<Arc<[Voice]>, ProviderError> {
        Ok(Arc::clone(&self.voices))
    }

    fn speak(&self, request: Request) -> SpeechStream {
        let listed = |name: &str| self.voices.iter().any(|voice| voice.id == name);
        let known = match Blend::parse(&request.voice) {
            Some(blend) => blend.is_ok_and(|blend| blend.names().all(listed)),
            None => listed(&request.voice),
        };
        spoken(SpeakingPool { pool: Arc::clone(&self.pool), queue: self.queue.clone(), known }, request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::conformance;

    /// Where tests look for the pack.
    fn pack() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../saywell-data/kokoro.pack")
    }

    #[test]
    fn voices_are_listed_by_their_names() {
        let voice = listed(NAME, "am_onyx").unwrap();
        assert_eq!((voice.name.as_str(), voice.language.as_str()), ("Onyx", "en-US"));
        assert_eq!(voice.gender.as_deref(), Some("male"));
        assert_eq!((voice.grade.as_deref(), voice.experimental), (Some("D"), false));
        let spanish = listed(NAME, "ef_dora").unwrap();
        assert_eq!((spanish.grade, spanish.experimental), (None, true));
        for (id, language, gender) in
            [("bf_emma", "en-GB", "female"), ("bm_george", "en-GB", "male"), ("em_alex", "es-ES", "male")]
        {
            let voice = listed(NAME, id).unwrap();
            assert_eq!((voice.language.as_str(), voice.gender.as_deref()), (language, Some(gender)));
        }
        for id in ["jf_alpha", "onyx", "af_", "ax_heart", ""] {
            assert!(listed(NAME, id).is_none(), "{id:?}");
        }
    }

    /// A pack of silent voices, which can be listed and chosen, not heard.
    fn silent_pack(voices: &[&str]) -> tempfile::NamedTempFile {
        const BYTES: usize = 261_120;
        const SHA256: &str = "5b51073f25fed6bd6b2d434a6ab303efa9b355324742feed191c0c306bd89940";
        let list = |offset: usize| {
            let part = |name: &&str| format!("{name} {offset:06} {BYTES} {SHA256}\n");
            let parts: String = ["network.onnx"].iter().chain(voices).map(part).collect();
            format!("SAYWELL-PACK 1\n{parts}\n")
        };
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut pack = list(list(0).len()).into_bytes();
        pack.resize(pack.len() + BYTES, 0);
        std::fs::write(file.path(), pack).unwrap();
        file
    }

    #[tokio::test]
    async fn a_language_goes_to_the_voice_of_it_that_is_nearest_in_gender() {
        let file = silent_pack(&[
            "af_heart", "am_onyx", "bf_emma", "bm_george", "ef_dora", "em_alex", "zf_xiaobei", "jf_alpha",
        ]);
        let kokoro = Kokoro::with_pack(file.path(), NAME, &Inside::default()).unwrap();
        assert_eq!(kokoro.voices().await.unwrap().len(), 7, "nobody here reads Japanese");
        let heart = Voice { gender: Some("female".to_owned()), ..Voice::new("local", "heart", "en-US") };
        let local = crate::providers::fake::Fake::named("local").with_voices([heart]);
        let links: Vec<Arc<dyn Provider>> = vec![Arc::new(local), Arc::new(kokoro)];
        let names = OPENAI_VOICES.map(|(name, voice)| (name.to_owned(), voice.to_owned()));
        let map = crate::voices::VoiceMap::new(names.into(), None);
        for (wished, language, expected) in [
            (None, "es", "ef_dora"),
            (Some("heart"), "es-MX", "ef_dora"),
            (Some("onyx"), "es", "em_alex"),
            (Some("bm_george"), "es", "em_alex"),
            (None, "zh", "zf_xiaobei"),
            (Some("onyx"), "en", "am_onyx"),
            (Some("bm_george"), "en", "bm_george"),
            (Some("em_alex"), "en", "am_onyx"),
            (None, "en", "af_heart"),
        ] {
            let cast = map.cast(wished, Some(language), &links).await.unwrap();
            assert_eq!(cast[NAME].voice, expected, "{wished:?} in {language}");
            assert_eq!(cast.contains_key("local"), language == "en", "heart speaks English only");
        }
    }

    #[test]
    fn openai_has_thirteen_voices_of_the_right_gender() {
        let mut voices: Vec<&str> = OPENAI_VOICES.iter().map(|(_, voice)| *voice).collect();
        voices.sort_unstable();
        voices.dedup();
        assert_eq!(voices.len(), OPENAI_VOICES.len());
        for ((name, voice), (known, gender)) in OPENAI_VOICES.iter().zip(crate::voices::OPENAI_VOICES) {
            assert_eq!(*name, known);
            assert_eq!(listed(NAME, voice).unwrap().gender.as_deref(), Some(gender), "{name}");
        }
    }

    #[test]
    fn a_missing_pack_is_a_fault_of_the_settings() {
        let error =
            Kokoro::with_pack(Path::new("/nonexistent/kokoro.pack"), NAME, &Inside::default()).unwrap_err();
        assert!(
            matches!(&error, ProviderError::Misconfigured(why) if why.contains("xtask voice kokoro")),
            "{error}"
        );
    }

    #[tokio::test]
    #[ignore = "needs the pack of voices: tools/test.sh voices"]
    async fn passes_the_exam() {
        conformance::examine(&Kokoro::with_pack(&pack(), NAME, &Inside::default()).unwrap()).await;
    }
}
