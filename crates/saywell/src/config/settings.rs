//! Every setting: its value in force, its names, its default, and what it means.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::values::{
    WYOMING_PORT, address, auth_modes, bytes, collector, cookie_name, database_address, emoji, filled, flag,
    keys_address, list, number, proxy, redis_address, seconds, secret, show_bytes, storage_address, too_long,
    unless_zero, unsupported_language, user_case, web_address, web_origin, without_password, without_redis,
};

use crate::connections::ConnectionBounds;
use crate::identity::token::Rules;
use crate::identity::{Mode, UserCase};
use crate::limits::{Plans, WithoutRedis};
use crate::models::ModelMap;
use crate::price::Price;
use crate::providers::Options;
use crate::script::{TooLong, UnsupportedLanguage};
use crate::secret::Secret;
use crate::voices::Persona;
use ipnet::IpNet;
use saywell_text::Emoji;
use saywell_text::pronunciation::Dictionary;

/// Everything an operator can decide, checked and ready to use.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Settings {
    /// The feature flag: off, speech calls answer `tts_disabled`.
    pub enabled: bool,
    /// First provider of the chain.
    pub provider: String,
    /// The rest of the chain, in order.
    pub fallback: Vec<String>,
    /// Voice when a request names none; each provider's own when unset.
    pub default_voice: Option<String>,
    /// The options of each provider that has any, by its name.
    pub providers: BTreeMap<String, Options>,
    /// Names that callers may use for a voice, each with the voice it means.
    pub voice_map: BTreeMap<String, String>,
    /// Whether lists of voices and models are for everybody.
    pub public_lists: bool,
    /// Names of models for OpenAI's contract, and whom they stand for.
    pub model_map: ModelMap,
    /// Identities with a voice at each provider.
    pub personas: BTreeMap<String, Persona>,
    /// Longest speech one request may make, seconds.
    pub max_seconds: u32,
    /// What becomes of what is longer.
    pub too_long: TooLong,
    /// What becomes of what is in a language that no voice speaks.
    pub unsupported_language: UnsupportedLanguage,
    /// Longest text accepted, characters.
    pub max_chars: usize,
    /// How long one provider call may take in all.
    pub provider_timeout: Duration,
    /// How long a provider may take until its first sound.
    pub first_sound_timeout: Duration,
    /// How often a provider is asked again in passing trouble.
    pub retries: usize,
    /// When the second provider is asked for a reply's first utterance as well.
    pub hedge_after: Option<Duration>,
    /// Whether an utterance is heard only when all of it is there.
    pub seamless: bool,
    /// Whether connections to providers are kept open between replies.
    pub keep_warm: bool,
    /// How far ahead of the listener sound is bought.
    pub lookahead: Option<Duration>,
    /// The operator's own prices.
    pub prices: Vec<Price>,
    /// What becomes of emoji.
    pub emoji: Emoji,
    /// Whether replies begin inside reasoning, where a request does not say.
    pub begins_in_reasoning: bool,
    /// How words are said.
    pub pronunciations: Dictionary,
    /// How long a cached entry is kept.
    pub cache_ttl: Duration,
    /// Cache size at which the least recently used entries go, bytes.
    pub cache_max_bytes: u64,
    /// How much of the cache is kept in memory, bytes.
    pub cache_memory_bytes: u64,
    /// Where audio lives.
    pub storage_url: Option<String>,
    /// Whether sound is fetched from the bucket itself.
    pub storage_redirects: bool,
    /// Where the index lives.
    pub database_url: Option<String>,
    /// How long a start waits for a database that does not answer.
    pub start_timeout: Duration,
    /// Folder for everything that this process keeps.
    pub data_dir: PathBuf,
    /// What this gateway is called among others; the machine's name when unset.
    pub instance: Option<String>,
    /// Whether it says that it is ready while it could take no new reply.
    pub ready_when_full: bool,
    /// How long a gateway that a balancer watches lets everybody in after it was asked to stop.
    pub stop_delay: Duration,
    /// How long replies may take to end once nobody is let in any more.
    pub stop_timeout: Duration,
    /// Address the server listens on.
    pub listen: SocketAddr,
    /// Address that Wyoming is spoken on; nowhere when unset.
    pub wyoming_listen: Option<SocketAddr>,
    /// The API key of all who come by that.
    pub wyoming_key: Option<Secret>,
    /// What callers put in front of the server's paths; empty: paths are given relative.
    pub public_url: String,
    /// Origins whose pages may call the server.
    pub cors_origins: Vec<String>,
    /// Signs audio links and sessions, and hides networks in usage; without one, a random one is made and kept in the data folder.
    pub signing_key: Option<Secret>,
    /// How callers say who they are.
    pub auth: Vec<Mode>,
    /// For how long an API key that was right is taken while the database does not answer.
    pub key_cache: Duration,
    /// Whether names of users that differ in case alone are of two users.
    pub user_case: UserCase,
    /// What tokens have to say.
    pub jwt: Rules,
    /// Signs tokens, shared with the application that makes them.
    pub jwt_secret: Option<Secret>,
    /// Where an identity provider publishes the keys that it signs tokens with.
    pub jwt_jwks_url: Option<String>,
    /// The proxies whose word on callers' addresses is taken.
    pub trusted_proxies: Vec<IpNet>,
    /// How long connections may take over what they do, and how many there may be.
    pub connections: ConnectionBounds,
    /// Days for which every request and every call to a provider has its row.
    pub usage_days: u32,
    /// Days for which sums of usage by day are kept.
    pub usage_daily_days: u32,
    /// Whether replies are kept with the rows of usage.
    pub log_text: bool,
    /// Whether players tell how replies are listened to.
    pub listening: bool,
    /// How many replies may be in the making at once.
    pub max_flights: usize,
    /// How much callers may speak, by plan.
    pub plans: Plans,
    /// Whether what comes from the cache counts like what is made.
    pub count_cached: bool,
    /// Where limits are kept that all replicas share; in this process when unset.
    pub redis_url: Option<Secret>,
    /// Who signs that server's certificate, where the system does not know them.
    pub redis_ca_file: Option<PathBuf>,
    /// What is done while that is away.
    pub without_redis: WithoutRedis,
    /// Threads of the voice inside; 0: one for each core.
    pub local_threads: usize,
    /// How long an admitted reply may wait for the voice inside.
    pub queue_longest: Duration,
    /// Log filter.
    pub log: String,
    /// Log lines as JSON.
    pub log_json: bool,
    /// Where traces go.
    pub otlp_endpoint: Option<String>,
}

impl Settings {
    /// The names of the providers to ask, in order, each once.
    #[must_use]
    pub fn chain(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for name in std::iter::once(&self.provider).chain(&self.fallback) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        names
    }
}

/// One setting: how it is called, what it means, and how it is read and shown.
pub struct Setting {
    /// Environment variable.
    pub variable: &'static str,
    /// Key in `saywell.toml`, `table.key`.
    pub key: &'static str,
    /// Default, as one would write it.
    pub default: &'static str,
    /// What it means, in one or two sentences.
    pub about: &'static str,
    /// What it may be in `saywell.toml`.
    pub takes: Takes,
    /// Sets it from text; the error says what is allowed.
    pub set: fn(&mut Settings, &str) -> Result<(), String>,
    /// The value in force, secrets masked.
    pub show: fn(&Settings) -> String,
}

/// What a setting may be in `saywell.toml`, as an editor is told it. [`Setting::set`] has the last word, and a test compares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Takes {
    /// `true` or `false`.
    Flag,
    /// A whole number, from the first to the second.
    Whole(u64, u64),
    /// A number, from the first to the second.
    Number(f64, f64),
    /// A number of bytes, or text such as `2GiB`.
    Bytes,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A list of these words, or of any where there are none, or text with commas between them.
    Several(&'static [&'static str]),
    /// Text of [`SHORTEST_SECRET`](super::values::SHORTEST_SECRET) characters or more.
    Secret,
    /// Text.
    Text,
}

impl fmt::Debug for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setting").field("variable", &self.variable).finish_non_exhaustive()
    }
}

/// Every setting, in the order in which the documents list them.
pub static SETTINGS: &[Setting] = &[
    Setting {
        variable: "TTS_ENABLED",
        key: "enabled",
        default: "true",
        about: "The feature flag. Off, speech calls answer 403 `tts_disabled` and the player hides itself.",
        takes: Takes::Flag,
        set: |s, v| assign(&mut s.enabled, flag(v)),
        show: |s| s.enabled.to_string(),
    },
    Setting {
        variable: "TTS_PROVIDER",
        key: "voice.provider",
        default: "local",
        about: "First provider of the chain.",
        takes: Takes::Text,
        set: |s, v| assign(&mut s.provider, filled(v).map(|name| name.to_ascii_lowercase())),
        show: |s| s.provider.clone(),
    },
    Setting {
        variable: "TTS_FALLBACK",
        key: "voice.fallback",
        default: "",
        about: "The rest of the chain, comma-separated, in order.",
        takes: Takes::Several(&[]),
        set: |s, v| assign(&mut s.fallback, Ok(list(v).map(|name| name.to_ascii_lowercase()).collect())),
        show: |s| s.fallback.join(","),
    },
    Setting {
        variable: "TTS_DEFAULT_VOICE",
        key: "voice.default",
        default: "",
        about: "Voice when a request names none. OpenAI's names work with every provider. Unset: each provider's own, `heart` for the voice inside.",
        takes: Takes::Text,
        set: |s, v| assign(&mut s.default_voice, filled(v).map(Some)),
        show: |s| s.default_voice.clone().unwrap_or_default(),
    },
    Setting {
        variable: "TTS_TOO_LONG",
        key: "limits.too_long",
        default: "speak",
        about: "What becomes of a reply that is longer than one request, or the caller's quota, may have it: `speak` what fits, to the end of a sentence, and say where the next request goes on; or `refuse`.",
        takes: Takes::OneOf(&["speak", "refuse"]),
        set: |s, v| assign(&mut s.too_long, too_long(v)),
        show: |s| if s.too_long == TooLong::Refuse { "refuse" } else { "speak" }.to_owned(),
    },
    Setting {
        variable: "TTS_UNSUPPORTED_LANGUAGE",
        key: "voice.unsupported_language",
        default: "announce",
        about: "What becomes of what is in a language that no voice speaks: `announce` it (\"In Spanish, two sentences.\"), `read` it as the nearest voice can, `skip` it, or `refuse` the reply. A reply of which nothing else is left is refused.",
        takes: Takes::OneOf(&["announce", "read", "skip", "refuse"]),
        set: |s, v| assign(&mut s.unsupported_language, unsupported_language(v)),
        show: |s| {
            match s.unsupported_language {
                UnsupportedLanguage::Announce => "announce",
                UnsupportedLanguage::Read => "read",
                UnsupportedLanguage::Skip => "skip",
                UnsupportedLanguage::Refuse => "refuse",
            }
            .to_owned()
        },
    },
    Setting {
        variable: "TTS_EMOJI",
        key: "voice.emoji",
        default: "silent",
        about: "What becomes of emoji: `silent`, or `named`.",
        takes: Takes::OneOf(&["silent", "named"]),
        set: |s, v| assign(&mut s.emoji, emoji(v)),
        show: |s| if s.emoji == Emoji::Named { "named" } else { "silent" }.to_owned(),
    },
    Setting {
        variable: "TTS_BEGINS_IN_REASONING",
        key: "voice.begins_in_reasoning",
        default: "false",
        about: "Whether replies begin inside reasoning, without its opening tag, as some models' templates have it: all up to `</think>` is then left out.",
        takes: Takes::Flag,
        set: |s, v| assign(&mut s.begins_in_reasoning, flag(v)),
        show: |s| s.begins_in_reasoning.to_string(),
    },
    Setting {
        variable: "TTS_MAX_SECONDS",
        key: "limits.max_seconds",
        default: "600",
        about: "Longest speech one request may make, in seconds, judged from the script before anything is made.",
        takes: Takes::Whole(1, 86_400),
        set: |s, v| assign(&mut s.max_seconds, number(v, 1, 86_400)),
        show: |s| s.max_seconds.to_string(),
    },
    Setting {
        variable: "TTS_MAX_CHARS",
        key: "limits.max_chars",
        default: "20000",
        about: "The most characters that are said of one text; what is not read aloud, such as reasoning, is no part of them.",
        takes: Takes::Whole(1, 1_000_000),
        set: |s, v| assign(&mut s.max_chars, number(v, 1, 1_000_000)),
        show: |s| s.max_chars.to_string(),
    },
    Setting {
        variable: "TTS_MAX_FLIGHTS",
        key: "limits.max_flights",
        default: "256",
        about: "How many replies may be in the making at once; past it, `overloaded`.",
        takes: Takes::Whole(1, 100_000),
        set: |s, v| assign(&mut s.max_flights, number(v, 1, 100_000)),
        show: |s| s.max_flights.to_string(),
    },
    Setting {
        variable: "TTS_LIMITS_COUNT_CACHED",
        key: "limits.count_cached",
        default: "false",
        about: "Whether speech from the cache counts for characters and seconds like speech that is made. Requests always count.",
        takes: Takes::Flag,
        set: |s, v| assign(&mut s.count_cached, flag(v)),
        show: |s| s.count_cached.to_string(),
    },
    Setting {
        variable: "REDIS_URL",
        key: "limits.redis_url",
        default: "",
        about: "Redis or Valkey, in which all gateways keep limits and share what they make: `redis://[[user]:password@]host[:port][/database]`, `rediss://…` over TLS, or `redis+sentinel://[[user]:password@]host[:port],…/service[/database]` for the one that these sentinels name (docs/SCALING.md). Unset: both are this process's.",
        takes: Takes::Text,
        set: |s, v| assign(&mut s.redis_url, redis_address(v).map(Some)),
        show: |s| s.redis_url.as_ref().map_or_else(String::new, |url| without_password(url.reveal())),
    },
    Setting {
        variable: "REDIS_CA_FILE",
        key: "limits.redis_ca_file",
        default: "",
        about: "A file in PEM with the authorities whose certificates Redis may show; only for `rediss`. Unset: those that this system trusts.",
        takes: Takes::Text,
        set: |s, v| assign(&mut s.redis_ca_file, filled(v).map(|file| Some(file.into()))),
        show: |s| s.redis_ca_file.as_ref().map_or_else(String::new, |file| file.display().to_string()),
    },
    Setting {
        variable: "TTS_LIMITS_WITHOUT_REDIS",
        key: "limits.without_redis",
        default: "local",
        about: "What is done while Redis is away: `local`, each process goes on from what it knew last; or `refuse`, nobody speaks and the answer is `overloaded`.",
        takes: Takes::OneOf(&["local", "refuse"]),
        set: |s, v| assign(&mut s.without_redis, without_redis(v)),
        show: |s| if s.without_redis == WithoutRedis::Local { "local" } else { "refuse" }.to_owned(),
    },
    Setting {
        variable: "TTS_PROVIDER_TIMEOUT_SECONDS",
        key: "limits.provider_timeout_seconds",
        default: "10",
        about: "How long one provider call may take in all.",
        takes: Takes::Number(0.1, 600.0),
        set: |s, v| assign(&mut s.provider_timeout, seconds(v, 0.1, 600.0)),
        show: |s| s.provider_timeout.as_secs_f64().to_string(),
    },
    Setting {
        variable: "TTS_FIRST_SOUND_TIMEOUT_SECONDS",
        key: "limits.first_sound_timeout_seconds",
        default: "5",
        about: "How long a provider may take until its first sound.",
        takes: Takes::Number(0.1, 600.0),
        set: |s, v| assign(&mut s.first_sound_timeout, seconds(v, 0.1, 600.0)),
        show: |s| s.first_sound_timeout.as_secs_f64().to_string(),
    },
    Setting {
        variable: "TTS_RETRIES",
        key: "chain.retries",
        default: "1",
        about: "How often a provider is asked again in passing trouble, before any of its sound was heard.",
        takes: Takes::Whole(0, 10),
        set: |s, v| assign(&mut s.retries, number(v, 0, 10)),
        show: |s| s.retries.to_string(),
    },
    Setting {
        variable: "TTS_HEDGE_AFTER_SECONDS",
        key: "chain.hedge_after_seconds",
        default: "0",
        about: "When a reply's first utterance is asked of the second provider as well; the first that is ready is heard. 0: never.",
        takes: Takes::Number(0.0, 60.0),
        set: |s, v| assign(&mut s.hedge_after, seconds(v, 0.0, 60.0).map(unless_zero)),
        show: |s| s.hedge_after.unwrap_or_default().as_secs_f64().to_string(),
    },
    Setting {
        variable: "TTS_SEAMLESS",
        key: "chain.seamless",
        default: "false",
        about: "`true`: a sentence is heard only when its provider has sent all of it, so that one that fails within it leaves no seam, and first sound comes as late as that.",
        takes: Takes::Flag,
        set: |s, v| assign(&mut s.seamless, flag(v)),
        show: |s| s.seamless.to_string(),
    },
    Setting {
        variable: "TTS_KEEP_WARM",
        key: "chain.keep_warm",
        default: "false",
        about: "Whether connections to the providers stay open between replies, so that the first sentence after a quiet hour waits for no handshake. A request without a text goes out every 45 s, which costs nothing.",
        takes: Takes::Flag,
        set: |s, v| assign(&mut s.keep_warm, flag(v)),
        show: |s| s.keep_warm.to_string(),
    },
    Setting {
        variable: "TTS_LOOKAHEAD_SECONDS",
        key: "chain.lookahead_seconds",
        default: "20",
        about: "How far ahead of the listener who began first sound is bought from providers that charge for it, whichever gateway makes it. 0: all of it at once.",
        takes: Takes::Number(0.0, 86_400.0),
        set: |s, v| assign(&mut s.lookahead, seconds(v, 0.0, 86_400.0).map(unless_zero)),
        show: |s| s.lookahead.unwrap_or_default().as_secs_f64().to_string(),
    },
    Setting {
        variable: "TTS_CACHE_TTL_SECONDS",
        key: "cache.ttl_seconds",
        default: "2592000",
        about: "How long speech is kept, in seconds (30 days).",
        takes: Takes::Number(1.0, 315_360_000.0),
        set: |s, v| assign(&mut s.cache_ttl, seconds(v, 1.0, 315_360_000.0)),
        show: |s| s.cache_ttl.as_secs().to_string(),
    },
    Setting {
        variable: "TTS_CACHE_MAX_BYTES",
        key: "cache.max_bytes",
        default: "2GiB",
        about: "Cache size past which the least recently used entries go. Takes KiB, MiB, GiB.",
        takes: Takes::Bytes,
        set: |s, v| assign(&mut s.cache_max_bytes, bytes(v)),
        show: |s| show_bytes(s.cache_max_bytes),
    },
    Setting {
        variable: "TTS_CACHE_MEMORY_BYTES",
        key: "cache.memory_bytes",
        default: "64MiB",
        about: "How much of the cache is kept in memory as well.",
        takes: Takes::Bytes,
        set: |s, v| assign(&mut s.cache_memory_bytes, bytes(v)),
        show: |s| show_bytes(s.cache_memory_bytes),
    },
    Setting {
        variable: "TTS_STORAGE_URL",
        key: "cache.storage_url",
        default: "",
        about: "Where audio lives: `file:…`, `memory:`, `s3://bucket/prefix`, `gs://…`, `az://…`, with the credentials of docs/OPERATIONS.md. Default: a folder in the data folder.",
        takes: Takes::Text,
        set: |s, v| assign(&mut s.storage_url, storage_address(v).map(Some)),
        show: |s| s.storage_url.as_deref().map_or_else(String::new, without_password),
    },
    Setting {
        variable: "TTS_STORAGE_REDIRECTS",
        key: "cache.storage_redirects",
        default: "true",
        about: "Whether sound that is complete is fetched from the bucket itself, by a redirect, which the bucket has to allow pages by CORS. Off: it comes through the server.",
        takes: Takes::Flag,
        set: |s, v| assign(&mut s.storage_redirects, flag(v)),
        show: |s| s.storage_redirects.to_string(),
    },
    Setting {
        variable: "DATABASE_URL",
        key: "cache.database_url",
        default: "",
        about: "The database: `sqlite:PATH`, `sqlite::memory:`, or `postgres://…` for several gateways that share it. Default: a file in the data folder.",
        takes: Takes::Text,
        set: |s, v| assign(&mut s.database_url, database_address(v).map(Some)),
        show: |s| s.database_url.as_deref().map_or_else(String::new, without_password),
    },
    Setting {
        variable: "TTS_START_TIMEOUT_SECONDS",
        key: "cache.start_timeout_seconds",
        default: "60",
        about: "How long a server that starts waits for a PostgreSQL that does not answer, before it gives up.",
        takes: Takes::Number(0.0, 3_600.0),
        set: |s, v| assign(&mut s.start_timeout, seconds(v, 0.0, 3_600.0)),
        show: |s| s.start_timeout.as_secs_f64().to_string(),
    },
    Setting {
        variable: "TTS_DATA_DIR",
        key: "server.data_dir",
        default: "saywell-data",
        about: "Folder for everything that this process keeps.",
        takes: Takes::Text,
        set: |s, v| assign(&mut s.data_dir, filled(v).map(PathBuf::from)),
        show: |s| s.data_dir.display().to_string(),
    },
    Setting {
        variable: "TTS_INSTANCE",
        key: "server.instance",
        default: "",
        about: "What this gateway is called among others, on the operator's page and in `saywell_gateway_info`. Unset: the machine's name.",
        takes: Takes::Text,
        set: |s, v| assign(&mut s.instance, filled(v).map(Some)),
        show: |s| s.instance.clone().unwrap_or_default(),
    },
    Setting {
        variable: "TTS_READY_WHEN_FULL",
        key: "server.ready_when_full",
        default: "true",
        about: "Whether `/readyz` answers 200 also while the voice inside could take no new reply. `false` has a balancer send new requests elsewhere while there is more to do than `TTS_QUEUE_SECONDS`.",
        takes: Takes::Flag,
        set: |s, v| assign(&mut s.ready_when_full, flag(v)),
        show: |s| s.ready_when_full.to_string(),
    },
    Setting {
        variable: "TTS_STOP_DELAY_SECONDS",
        key: "server.stop_delay_seconds",
        default: "5",
        about: "How long after SIGTERM everybody is still let in, while `/readyz` answers 503. So a balancer sends new requests elsewhere before a connection is refused. Only where something has asked `/readyz` again and again; Ctrl-C stops at once.",
        takes: Takes::Number(0.0, 600.0),
        set: |s, v| assign(&mut s.stop_delay, seconds(v, 0.0, 600.0)),
        show: |s| s.stop_delay.as_secs_f64().to_string(),
    },
    Setting {
        variable: "TTS_STOP_TIMEOUT_SECONDS",
        key: "server.stop_timeout_seconds",
        default: "30",
        about: "How long replies may take to end, all together, once a gateway that stops lets nobody in. What is not made by then is left to other gateways, where flights are shared.",
        takes: Takes::Number(0.0, 3_600.0),
        set: |s, v| assign(&mut s.stop_timeout, seconds(v, 0.0, 3_600.0)),
        show: |s| s.stop_timeout.as_secs_f64().to_string(),
    },
    Setting {
        variable: "TTS_LISTEN",
        key: "server.listen",
        default: "127.0.0.1:8787",
        about: "Address and port to listen on. `PORT` alone changes the port.",
        takes: Takes::Text,
        set: |s, v| {
            let port = s.listen.port();
            assign(&mut s.listen, address(v, port))
        },
        show: |s| s.listen.to_string(),
    },
    Setting {
        variable: "TTS_WYOMING_LISTEN",
        key: "server.wyoming_listen",
        default: "",
        about: "Address and port to speak Wyoming on, Home Assistant's protocol, such as 0.0.0.0:10200; unset: nowhere. It has no way to say who calls: see `TTS_WYOMING_KEY`.",
        takes: Takes::Text,
        set: |s, v| assign(&mut s.wyoming_listen, address(v, WYOMING_PORT).map(Some)),
        show: |s| s.wyoming_listen.map_or_else(String::new, |address| address.to_string()),
    },
    Setting {
        variable: "TTS_WYOMING_KEY",
        key: "server.wyoming_key",
        default: "",
        about: "The API key that whoever comes by `TTS_WYOMING_LISTEN` speaks with; needed where `TTS_AUTH` lets in nobody who shows nothing.",
        takes: Takes::Secret,
        set: |s, v| assign(&mut s.wyoming_key, secret(v).map(Some)),
        show: |s| s.wyoming_key.as_ref().map_or_else(String::new, |secret| format!("{secret:?}")),
    },
    Setting {
        variable: "PORT",
        key: "server.port",
        default: "",
        about: "Port to listen on, as hosting platforms set it.",
        takes: Takes::Whole(0, 65_535),
        set: |s, v| number(v, 0, u16::MAX).map(|port| s.listen.set_port(port)),
        show: |s| s.listen.port().to_string(),
    },
    Setting {
        variable: "TTS_PUBLIC_URL",
        key: "server.public_url",
        default: "",
        about: "Address under which callers reach the server, put in front of the links it hands out. Unset: links start with `/`.",
        takes: Takes::Text,
        set: |s, v| assign(&mut s.public_url, web_address(v)),
        show: |s| s.public_url.clone(),
    },
    Setting {
        variable: "TTS_CORS_ORIGINS",
        key: "server.cors_origins",
        default: "",
        about: "Origins whose pages may call the server, comma-separated, such as `https://chat.example.com`.",
        takes: Takes::Several(&[]),
        set: |s, v| {
            assign(&mut s.cors_origins, list(v).map(|origin| web_origin(&origin)).collect::<Result<_, _>>())
        },
        show: |s| s.cors_origins.join(","),
    },
    Setting {
        variable: "TTS_SIGNING_KEY",
        key: "server.signing_key",
        default: "",
        about: "Signs audio links and sessions and hides networks in usage, at least 32 characters. Unset: a random one, kept in the data folder.",
        takes: Takes::Secret,
        set: |s, v| assign(&mut s.signing_key, secret(v).map(Some)),
        show: |s| s.signing_key.as_ref().map_or_else(String::new, |secret| format!("{secret:?}")),
    },
    Setting {
        variable: "TTS_AUTH",
        key: "server.auth",
        default: "",
        about: "How callers say who they are, comma-separated: `jwt` (signed tokens), `key` (API keys), `trial` (anonymous sessions on a small plan), `none` (whoever reaches this port may speak, on the plan `member`, and nobody steers by that). Unset: everybody is the operator, on a loopback address only.",
        takes: Takes::Several(&["jwt", "key", "trial", "none"]),
        set: |s, v| assign(&mut s.auth, auth_modes(v)),
        show: |s| s.auth.iter().map(|mode| mode.name()).collect::<Vec<_>>().join(","),
    },
    Setting {
        variable: "TTS_PUBLIC_LISTS",
        key: "server.public_lists",
        default: "true",
        about: "Whether the lists of voices and models are for everybody: applications such as Open WebUI ask for them without a key.",
        takes: Takes::Flag,
        set: |s, v| assign(&mut s.public_lists, flag(v)),
        show: |s| s.public_lists.to_string(),
    },
    Setting {
        variable: "TTS_JWT_SECRET",
        key: "jwt.secret",
        default: "",
        about: "Secret that signs tokens with HS256, at least 32 characters; the application that makes them has the same.",
        takes: Takes::Secret,
        set: |s, v| assign(&mut s.jwt_secret, secret(v).map(Some)),
        show: |s| s.jwt_secret.as_ref().map_or_else(String::new, |secret| format!("{secret:?}")),
    },
    Setting {
        variable: "TTS_KEY_CACHE_SECONDS",
        key: "auth.key_cache_seconds",
        default: "300",
        about: "For how long an API key that was right is taken while the database does not answer, in seconds; a key that is revoked meanwhile works for so long. While the database answers, it is asked every time.",
        takes: Takes::Number(0.0, 86_400.0),
        set: |s, v| assign(&mut s.key_cache, seconds(v, 0.0, 86_400.0)),
        show: |s| s.key_cache.as_secs().to_string(),
    },
    Setting {
        variable: "TTS_USER_CASE",
        key: "auth.user_case",
        default: "counts",
        about: "Whether names of users that differ in case alone are of two users, as your identity provider has it: `counts` (`Ann` and `ann` are two) or `ignored` (they are one, for limits, blocks, usage and links).",
        takes: Takes::OneOf(&["counts", "ignored"]),
        set: |s, v| assign(&mut s.user_case, user_case(v)),
        show: |s| if s.user_case == UserCase::Ignored { "ignored" } else { "counts" }.to_owned(),
    },
    Setting {
        variable: "TTS_JWT_JWKS_URL",
        key: "jwt.jwks_url",
        default: "",
        about: "Where an identity provider publishes its keys (JWKS), for tokens signed with RS256, ES256 or EdDSA.",
        takes: Takes::Text,
        set: |s, v| assign(&mut s.jwt_jwks_url, keys_address(v).map(Some)),
        show: |s| s.jwt_jwks_url.as_deref().map_or_else(String::new, without_password),
    },
    Setting {
        variable: "TTS_JWT_AUDIENCE",
        key: "jwt.audience",
        default: "",
        about: "What a token's `aud` must name. Unset: a token that names an audience is refused.",
        takes: Takes::Text,
        set: |s, v| assign(&mut s.jwt.audience, filled(v).map(Some)),
        show: |s| s.jwt.audience.clone().unwrap_or_default(),
    },
    Setting {
        variable: "TTS_JWT_ISSUER",
        key: "jwt.issuer",
        default: "",
        about: "What a token's `iss` must be.",
        takes: Takes::Text,
        set: |s, v| assign(&mut s.jwt.issuer, filled(v).map(Some)),
        show: |s| s.jwt.issuer.clone().unwrap_or_default(),
    },
    Setting {
        variable: "TTS_JWT_CLOCK_SKEW_SECONDS",
        key: "jwt.clock_skew_seconds",
        default: "30",
        about: "How far the clocks of two machines may differ when a token's times are looked at.",
        takes: Takes::Number(0.0, 600.0),
        set: |s, v| assign(&mut s.jwt.skew, seconds(v, 0.0, 600.0)),
        show: |s| s.jwt.skew.as_secs_f64().to_string(),
    },
    Setting {
        variable: "TTS_JWT_USER_CLAIM",
        key: "jwt.user_claim",
        default: "sub",
        about: "The claim that names the user.",
        takes: Takes::Text,
        set: |s, v| assign(&mut s.jwt.user_claim, filled(v)),
        show: |s| s.jwt.user_claim.clone(),
    },
    Setting {
        variable: "TTS_JWT_ROOM_CLAIM",
        key: "jwt.room_claim",
        default: "room",
        about: "The claim that binds a token to a room. Without it the request names the room.",
        takes: Takes::Text,
        set: |s, v| assign(&mut s.jwt.room_claim, filled(v)),
        show: |s| s.jwt.room_claim.clone(),
    },
    Setting {
        variable: "TTS_JWT_PLAN_CLAIM",
        key: "jwt.plan_claim",
        default: "plan",
        about: "The claim that names the user's plan; without it, `member`.",
        takes: Takes::Text,
        set: |s, v| assign(&mut s.jwt.plan_claim, filled(v)),
        show: |s| s.jwt.plan_claim.clone(),
    },
    Setting {
        variable: "TTS_JWT_COOKIE",
        key: "jwt.cookie",
        default: "",
        about: "Cookie that a token may come in, beside the header `Authorization`. Unset: none.",
        takes: Takes::Text,
        set: |s, v| assign(&mut s.jwt.cookie, cookie_name(v).map(Some)),
        show: |s| s.jwt.cookie.clone().unwrap_or_default(),
    },
    Setting {
        variable: "TTS_TRUSTED_PROXIES",
        key: "server.trusted_proxies",
        default: "",
        about: "Proxies in front of the server whose `X-Forwarded-For` is believed, comma-separated addresses and networks, such as `10.0.0.0/8`. Unset: nobody's.",
        takes: Takes::Several(&[]),
        set: |s, v| {
            assign(&mut s.trusted_proxies, list(v).map(|network| proxy(&network)).collect::<Result<_, _>>())
        },
        show: |s| s.trusted_proxies.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
    },
    Setting {
        variable: "TTS_HEAD_SECONDS",
        key: "server.head_seconds",
        default: "10",
        about: "How long a new connection may say nothing, how long the head of a request may take from its first byte, and how long a body may come slowly.",
        takes: Takes::Number(0.1, 600.0),
        set: |s, v| assign(&mut s.connections.head, seconds(v, 0.1, 600.0)),
        show: |s| s.connections.head.as_secs_f64().to_string(),
    },
    Setting {
        variable: "TTS_BODY_BYTES_PER_SECOND",
        key: "server.body_bytes_per_second",
        default: "1000",
        about: "How fast the body of a request has to come after that, over all of its time; else 408.",
        takes: Takes::Whole(1, 1_000_000_000),
        set: |s, v| assign(&mut s.connections.body_rate, number(v, 1, 1_000_000_000)),
        show: |s| s.connections.body_rate.to_string(),
    },
    Setting {
        variable: "TTS_REQUEST_SECONDS",
        key: "server.request_seconds",
        default: "60",
        about: "How long a request may take until all of it is here; else 408. Answers take as long as they are listened to.",
        takes: Takes::Number(0.1, 3600.0),
        set: |s, v| assign(&mut s.connections.request, seconds(v, 0.1, 3600.0)),
        show: |s| s.connections.request.as_secs_f64().to_string(),
    },
    Setting {
        variable: "TTS_IDLE_SECONDS",
        key: "server.idle_seconds",
        default: "75",
        about: "How long a connection may be idle between requests. Longer than a proxy in front keeps its own, or it will send requests into connections that end.",
        takes: Takes::Number(0.1, 3600.0),
        set: |s, v| assign(&mut s.connections.idle, seconds(v, 0.1, 3600.0)),
        show: |s| s.connections.idle.as_secs_f64().to_string(),
    },
    Setting {
        variable: "TTS_MAX_CONNECTIONS",
        key: "server.max_connections",
        default: "16384",
        about: "Connections at once, as far as the system allows the process as many open files. Past it, the one that has been idle for longest goes.",
        takes: Takes::Whole(1, 1_000_000),
        set: |s, v| assign(&mut s.connections.connections, number(v, 1, 1_000_000)),
        show: |s| s.connections.connections.to_string(),
    },
    Setting {
        variable: "TTS_MAX_CONNECTIONS_PER_ADDRESS",
        key: "server.max_connections_per_address",
        default: "256",
        about: "Connections of one address (a /56 of IPv6) that are idle or whose request is not here yet. Past it, the one that has been idle for longest goes. Trusted proxies have no such limit.",
        takes: Takes::Whole(1, 1_000_000),
        set: |s, v| assign(&mut s.connections.connections_per_address, number(v, 1, 1_000_000)),
        show: |s| s.connections.connections_per_address.to_string(),
    },
    Setting {
        variable: "TTS_LOCAL_THREADS",
        key: "providers.local.threads",
        default: "0",
        about: "Threads of the voice inside; 0 means one for each core.",
        takes: Takes::Whole(0, 1024),
        set: |s, v| assign(&mut s.local_threads, number(v, 0, 1024)),
        show: |s| s.local_threads.to_string(),
    },
    Setting {
        variable: "TTS_QUEUE_SECONDS",
        key: "providers.local.queue_seconds",
        default: "8",
        about: "How long a reply may wait for the voice inside, as its speed was measured on this machine. Whoever would wait longer is told `overloaded` at once, with the time after which there is room.",
        takes: Takes::Whole(1, 600),
        set: |s, v| assign(&mut s.queue_longest, number(v, 1, 600).map(Duration::from_secs)),
        show: |s| s.queue_longest.as_secs().to_string(),
    },
    Setting {
        variable: "TTS_USAGE_RETENTION_DAYS",
        key: "usage.retention_days",
        default: "90",
        about: "Days for which every request and every call to a provider has its row in the database, at least 32; quotas by the month are counted from them.",
        takes: Takes::Whole(32, 36_500),
        set: |s, v| assign(&mut s.usage_days, number(v, 32, 36_500)),
        show: |s| s.usage_days.to_string(),
    },
    Setting {
        variable: "TTS_USAGE_DAILY_RETENTION_DAYS",
        key: "usage.daily_retention_days",
        default: "1096",
        about: "Days for which sums of usage by day are kept: by user, room, plan, provider and voice.",
        takes: Takes::Whole(32, 36_500),
        set: |s, v| assign(&mut s.usage_daily_days, number(v, 32, 36_500)),
        show: |s| s.usage_daily_days.to_string(),
    },
    Setting {
        variable: "TTS_LOG_TEXT",
        key: "usage.log_text",
        default: "false",
        about: "Keep the text of every reply with its row of usage in the database. Logs never have it.",
        takes: Takes::Flag,
        set: |s, v| assign(&mut s.log_text, flag(v)),
        show: |s| s.log_text.to_string(),
    },
    Setting {
        variable: "TTS_LISTENING",
        key: "usage.listening",
        default: "false",
        about: "Let players tell how replies are listened to: begun, each quarter heard, finished, stopped where. Kept as sums by day, room and voice, for as long as the sums of usage, without text and without names of listeners.",
        takes: Takes::Flag,
        set: |s, v| assign(&mut s.listening, flag(v)),
        show: |s| s.listening.to_string(),
    },
    Setting {
        variable: "TTS_LOG",
        key: "log.filter",
        default: "info",
        about: "What is logged: a level (`error`, `warn`, `info`, `debug`) or a filter such as `saywell=debug`.",
        takes: Takes::Text,
        set: |s, v| assign(&mut s.log, filled(v)),
        show: |s| s.log.clone(),
    },
    Setting {
        variable: "TTS_LOG_JSON",
        key: "log.json",
        default: "false",
        about: "Log lines as JSON.",
        takes: Takes::Flag,
        set: |s, v| assign(&mut s.log_json, flag(v)),
        show: |s| s.log_json.to_string(),
    },
    Setting {
        variable: "TTS_OTLP_ENDPOINT",
        key: "log.otlp_endpoint",
        default: "",
        about: "A collector of traces, such as `http://127.0.0.1:4318`: OpenTelemetry's protocol over HTTP, in JSON. Empty: nothing is traced.",
        takes: Takes::Text,
        set: |s, v| assign(&mut s.otlp_endpoint, collector(v).map(Some)),
        show: |s| s.otlp_endpoint.as_deref().map_or_else(String::new, without_password),
    },
];

impl Default for Settings {
    /// The defaults of [`SETTINGS`].
    fn default() -> Self {
        let mut settings = Self {
            enabled: true,
            provider: String::new(),
            fallback: Vec::new(),
            default_voice: None,
            providers: BTreeMap::new(),
            voice_map: BTreeMap::new(),
            public_lists: false,
            model_map: ModelMap::default(),
            personas: BTreeMap::new(),
            max_seconds: 0,
            too_long: TooLong::default(),
            unsupported_language: UnsupportedLanguage::default(),
            max_chars: 0,
            provider_timeout: Duration::ZERO,
            first_sound_timeout: Duration::ZERO,
            retries: 0,
            hedge_after: None,
            seamless: false,
            keep_warm: false,
            lookahead: None,
            prices: Vec::new(),
            emoji: Emoji::default(),
            begins_in_reasoning: false,
            pronunciations: Dictionary::default(),
            cache_ttl: Duration::ZERO,
            cache_max_bytes: 0,
            cache_memory_bytes: 0,
            storage_url: None,
            storage_redirects: true,
            database_url: None,
            data_dir: PathBuf::new(),
            instance: None,
            ready_when_full: true,
            stop_delay: Duration::ZERO,
            stop_timeout: Duration::ZERO,
            listen: SocketAddr::from(([127, 0, 0, 1], 8787)),
            public_url: String::new(),
            cors_origins: Vec::new(),
            wyoming_listen: None,
            wyoming_key: None,
            signing_key: None,
            auth: Vec::new(),
            jwt: Rules {
                audience: None,
                issuer: None,
                skew: Duration::ZERO,
                user_claim: String::new(),
                room_claim: String::new(),
                plan_claim: String::new(),
                cookie: None,
            },
            key_cache: Duration::ZERO,
            start_timeout: Duration::ZERO,
            user_case: UserCase::default(),
            jwt_secret: None,
            jwt_jwks_url: None,
            trusted_proxies: Vec::new(),
            connections: ConnectionBounds::default(),
            usage_days: 0,
            usage_daily_days: 0,
            log_text: false,
            listening: false,
            max_flights: 0,
            plans: Plans::default(),
            count_cached: false,
            redis_url: None,
            redis_ca_file: None,
            without_redis: WithoutRedis::default(),
            local_threads: 0,
            queue_longest: Duration::ZERO,
            log: String::new(),
            log_json: false,
            otlp_endpoint: None,
        };
        for setting in SETTINGS.iter().filter(|setting| !setting.default.is_empty()) {
            let set = (setting.set)(&mut settings, setting.default);
            debug_assert!(set.is_ok(), "the default of {} does not pass its own check", setting.variable);
        }
        settings
    }
}

fn assign<T>(place: &mut T, value: Result<T, String>) -> Result<(), String> {
    *place = value?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::values::SHORTEST_SECRET;
    use super::*;

    #[test]
    fn every_default_passes_its_own_check() {
        for setting in SETTINGS.iter().filter(|setting| !setting.default.is_empty()) {
            let mut settings = Settings::default();
            (setting.set)(&mut settings, setting.default).unwrap();
            assert_eq!((setting.show)(&settings), setting.default, "{}", setting.variable);
        }
    }

    /// What an editor is told of a setting is what it is read by.
    #[test]
    fn every_setting_takes_what_it_says() {
        for setting in SETTINGS {
            let check = |value: &str, taken: bool| {
                let outcome = (setting.set)(&mut Settings::default(), value);
                assert_eq!(outcome.is_ok(), taken, "{}: `{value}`: {outcome:?}", setting.variable);
            };
            match setting.takes {
                Takes::Flag => {
                    for value in ["true", "false"] {
                        check(value, true);
                    }
                    check("maybe", false);
                }
                Takes::Whole(least, most) => {
                    for value in [least, most] {
                        check(&value.to_string(), true);
                    }
                    for value in [i128::from(least) - 1, i128::from(most) + 1] {
                        check(&value.to_string(), false);
                    }
                }
                Takes::Number(least, most) => {
                    for value in [least, most] {
                        check(&value.to_string(), true);
                    }
                    for value in [least - 0.01, most + 0.01] {
                        check(&value.to_string(), false);
                    }
                }
                Takes::Bytes => {
                    for value in ["0", "2048", "3MiB"] {
                        check(value, true);
                    }
                    for value in ["-1", "3 litres"] {
                        check(value, false);
                    }
                }
                Takes::OneOf(words) => {
                    for word in words {
                        let mut settings = Settings::default();
                        (setting.set)(&mut settings, word).unwrap();
                        assert_eq!((setting.show)(&settings), *word, "{}", setting.variable);
                    }
                    check("something else", false);
                }
                Takes::Several(words) => {
                    if !words.is_empty() {
                        check(&words.join(", "), true);
                        check("something else", false);
                    }
                }
                Takes::Secret => {
                    check(&"s".repeat(SHORTEST_SECRET), true);
                    check(&"s".repeat(SHORTEST_SECRET - 1), false);
                }
                // That it is no number and no switch, which an editor would have written without quotes.
                Takes::Text => assert!(
                    setting.default.parse::<f64>().is_err() && !["true", "false"].contains(&setting.default),
                    "{}",
                    setting.variable
                ),
            }
        }
    }

    #[test]
    fn bounds_are_named() {
        let mut settings = Settings::default();
        let set = |settings: &mut Settings, variable: &str, value: &str| {
            let setting = SETTINGS.iter().find(|setting| setting.variable == variable).unwrap();
            (setting.set)(settings, value)
        };
        assert!(set(&mut settings, "TTS_MAX_SECONDS", "0").unwrap_err().contains("from 1 to 86400"));
        assert!(set(&mut settings, "TTS_CACHE_MAX_BYTES", "-3").is_err());
        set(&mut settings, "TTS_CACHE_MAX_BYTES", "512 mib").unwrap();
        assert_eq!(settings.cache_max_bytes, 512 << 20);
        set(&mut settings, "TTS_LISTEN", "localhost").unwrap();
        assert_eq!(settings.listen, SocketAddr::from(([127, 0, 0, 1], 8787)));
    }
}
