//! Reading the settings from where they stand, and finding every fault at once.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use saywell_text::pronunciation::{Dictionary, Entry};
use serde::de::DeserializeOwned;

use super::settings::{SETTINGS, Setting, Settings};
use crate::identity::Mode;
use crate::limits::Plans;
use crate::providers::{ENDED, KINDS, Options, kind_of};
use crate::voices::Persona;

/// Where settings are looked up, so that tests need no real environment.
#[derive(Debug, Default)]
pub struct Source {
    /// Environment variables.
    pub environment: BTreeMap<String, String>,
    /// A settings file: where it is, and its text.
    pub file: Option<(PathBuf, String)>,
    /// What the command line says, before all else.
    pub options: Vec<Given>,
}

/// A setting on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The option, as it is written.
    pub option: &'static str,
    /// The setting's environment variable.
    pub variable: &'static str,
    /// The value.
    pub value: String,
}

/// Settings, and where each that is not the default came from.
#[derive(Debug)]
pub struct Loaded {
    /// The settings in force.
    pub settings: Settings,
    /// Environment variable name → where its value came from.
    pub origins: BTreeMap<&'static str, Origin>,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// An environment variable.
    Environment(String),
    /// A key in a settings file.
    File(PathBuf, String),
    /// An option on the command line.
    Option(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(variable) => write!(f, "environment variable {variable}"),
            Self::File(path, key) => write!(f, "`{key}` in {}", path.display()),
            Self::Option(option) => write!(f, "option {option}"),
        }
    }
}

/// One thing wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where it stands.
    pub origin: Origin,
    /// What is wrong, and what is allowed.
    pub reason: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.reason)
    }
}

impl Source {
    /// The real environment, and the file that is given here or named by `SAYWELL_CONFIG`, or `saywell.toml` in the
    /// current folder.
    pub fn system(config: Option<PathBuf>) -> Result<Self, Vec<Fault>> {
        let environment: BTreeMap<_, _> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let mut environment = environment;
        read_secrets(&mut environment)?;
        let origin = if config.is_some() {
            Origin::Option("--config")
        } else {
            Origin::Environment("SAYWELL_CONFIG".into())
        };
        let named = config.or_else(|| environment.get("SAYWELL_CONFIG").map(PathBuf::from));
        let path = named.clone().unwrap_or_else(|| PathBuf::from("saywell.toml"));
        let file = match std::fs::read_to_string(&path) {
            Ok(text) => Some((path, text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => None,
            Err(error) => return Err(vec![Fault { origin, reason: format!("{}: {error}", path.display()) }]),
        };
        Ok(Self { environment, file, options: Vec::new() })
    }

    /// Reads and checks everything.
    ///
    /// # Errors
    /// Every fault there is: values out of bounds, unknown keys, text that is not TOML.
    pub fn load(&self) -> Result<Loaded, Vec<Fault>> {
        let mut loaded = Loaded { settings: Settings::default(), origins: BTreeMap::new() };
        let mut faults = Vec::new();
        if let Some((path, text)) = &self.file {
            load_file(path, text, &mut loaded, &mut faults);
        }
        for (variable, value) in &self.environment {
            let origin = Origin::Environment(variable.clone());
            match SETTINGS.iter().find(|setting| setting.variable == variable) {
                // An empty variable is how many platforms spell "unset".
                Some(_) if value.trim().is_empty() => {}
                Some(setting) => apply(setting, value, origin, &mut loaded, &mut faults),
                None if fill_options(variable, value, &mut loaded.settings) => {}
                None if variable.starts_with("TTS_") => {
                    let of_providers = KINDS.iter().flat_map(|kind| kind.variables).map(|option| option.name);
                    let known = SETTINGS.iter().map(|setting| setting.variable).chain(of_providers);
                    faults.push(Fault {
                        origin,
                        reason: format!("unknown setting{}", suggestion(variable, known)),
                    });
                }
                None => {}
            }
        }
        // `PORT` speaks of the port alone, whatever was read before it.
        if let Some(port) = self.environment.get("PORT").filter(|port| !port.trim().is_empty())
            && let Ok(port) = port.trim().parse()
        {
            loaded.settings.listen.set_port(port);
        }
        for Given { option, variable, value } in &self.options {
            if let Some(setting) = SETTINGS.iter().find(|setting| setting.variable == *variable) {
                apply(setting, value, Origin::Option(option), &mut loaded, &mut faults);
            }
        }
        check_providers(&loaded, self.file.as_ref().map(|(path, _)| path.as_path()), &mut faults);
        check_together(&loaded, &mut faults);
        if faults.is_empty() { Ok(loaded) } else { Err(faults) }
    }
}

/// What an orchestrator hands over as a file: `NAME_FILE` holds the path of a file with the value of `NAME`, for every
/// setting and every option of a provider.
fn read_secrets(environment: &mut BTreeMap<String, String>) -> Result<(), Vec<Fault>> {
    let (mut read, mut faults) = (Vec::new(), Vec::new());
    for (variable, path) in &*environment {
        let Some(name) = variable.strip_suffix("_FILE").filter(|name| is_known(name)) else { continue };
        let outcome = if environment.contains_key(name) {
            Err(format!("{name} is set as well"))
        } else {
            std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))
        };
        match outcome {
            Ok(value) => read.push((variable.clone(), name.to_owned(), value.trim().to_owned())),
            Err(reason) => faults.push(Fault { origin: Origin::Environment(variable.clone()), reason }),
        }
    }
    for (variable, name, value) in read {
        environment.remove(&variable);
        environment.insert(name, value);
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// Whether an environment variable has a meaning here.
fn is_known(variable: &str) -> bool {
    SETTINGS.iter().any(|setting| setting.variable == variable)
        || KINDS.iter().any(|kind| kind.variables.iter().any(|option| option.name == variable))
}

fn load_file(path: &std::path::Path, text: &str, loaded: &mut Loaded, faults: &mut Vec<Fault>) {
    let mut table = match text.parse::<toml::Table>() {
        Ok(table) => table,
        Err(error) => {
            let origin = Origin::File(path.to_owned(), "file".into());
            faults.push(Fault { origin, reason: error.to_string().trim().replace('\n', " ") });
            return;
        }
    };
    take_options(&mut table, &mut loaded.settings.providers);
    if let Some(prices) = take(&mut table, "prices", path, faults) {
        loaded.settings.prices = prices;
    }
    if let Some(personas) = take::<BTreeMap<String, Persona>>(&mut table, "personas", path, faults) {
        for (name, persona) in &personas {
            for (provider, twin) in persona {
                if twin.speed.is_some_and(|speed| !(0.5..=2.0).contains(&speed)) {
                    let origin = Origin::File(path.to_owned(), format!("personas.{name}.{provider}.speed"));
                    faults.push(Fault { origin, reason: "must be from 0.5 to 2".into() });
                }
            }
        }
        loaded.settings.personas = personas;
    }
    if let Some(entries) = take::<Vec<Entry>>(&mut table, "pronunciations", path, faults) {
        match Dictionary::new(&entries) {
            Ok(pronunciations) => loaded.settings.pronunciations = pronunciations,
            Err(wrong) => faults.extend(wrong.into_iter().map(|fault| {
                let key = format!("pronunciations[{}].{}", fault.index, fault.field);
                let origin = Origin::File(path.to_owned(), key.trim_end_matches('.').to_owned());
                Fault { origin, reason: fault.reason }
            })),
        }
    }
    take_plans(&mut table, path, &mut loaded.settings, faults);
    let mut leaves = Vec::new();
    flatten("", &toml::Value::Table(table), &mut leaves);
    for (key, value) in leaves {
        let origin = Origin::File(path.to_owned(), key.clone());
        if let Some(name) = key.strip_prefix("voice_map.") {
            loaded.settings.voice_map.insert(name.to_owned(), value);
            continue;
        }
        if let Some(name) = key.strip_prefix("model_map.") {
            loaded.settings.model_map.insert(name, &value);
            continue;
        }
        if let Some(setting) = SETTINGS.iter().find(|setting| setting.key == key) {
            apply(setting, &value, origin, loaded, faults);
        } else {
            let known = SETTINGS.iter().map(|setting| setting.key);
            faults.push(Fault { origin, reason: format!("unknown key{}", suggestion(&key, known)) });
        }
    }
}

fn apply(
    setting: &'static Setting,
    value: &str,
    origin: Origin,
    loaded: &mut Loaded,
    faults: &mut Vec<Fault>,
) {
    match (setting.set)(&mut loaded.settings, value) {
        Ok(()) => {
            loaded.origins.insert(setting.variable, origin);
        }
        Err(reason) => faults.push(Fault { origin, reason }),
    }
}

/// Takes what stands under `key` and reads it as a whole; `None` if there is none, or a fault.
fn take<T: DeserializeOwned>(
    table: &mut toml::Table,
    key: &str,
    path: &std::path::Path,
    faults: &mut Vec<Fault>,
) -> Option<T> {
    serde_path_to_error::deserialize(table.remove(key)?)
        .map_err(|error| {
            let inner = error.path().to_string();
            let dot = if inner.starts_with('[') || inner == "." { "" } else { "." };
            let origin = Origin::File(path.to_owned(), format!("{key}{dot}{inner}"));
            faults.push(Fault { origin, reason: error.inner().message().to_owned() });
        })
        .ok()
}

/// Takes the tables `[plans.NAME]` and `[limits.in_all]` out of `table`.
fn take_plans(
    table: &mut toml::Table,
    path: &std::path::Path,
    settings: &mut Settings,
    faults: &mut Vec<Fault>,
) {
    let in_all = match table.get_mut("limits").and_then(toml::Value::as_table_mut) {
        Some(limits) => take(limits, "in_all", path, faults).unwrap_or_default(),
        None => toml::Table::new(),
    };
    let own = take::<toml::Table>(table, "plans", path, faults).unwrap_or_default();
    match Plans::new(&own, in_all) {
        Ok(plans) => settings.plans = plans,
        Err(wrong) => faults.extend(wrong.into_iter().map(|(key, reason)| {
            let table = if key.starts_with("in_all.") { "limits" } else { "plans" };
            Fault { origin: Origin::File(path.to_owned(), format!("{table}.{key}")), reason }
        })),
    }
}

/// Takes the tables `[providers.NAME]` out of `table`, but for the keys that are settings themselves.
fn take_options(table: &mut toml::Table, providers: &mut BTreeMap<String, Options>) {
    let Some(toml::Value::Table(named)) = table.get_mut("providers") else { return };
    for (name, options) in named {
        let toml::Value::Table(options) = options else { continue };
        let is_setting = |key: &str| SETTINGS.iter().any(|s| s.key == format!("providers.{name}.{key}"));
        let (settings, mut own): (toml::Table, toml::Table) =
            std::mem::take(options).into_iter().partition(|(key, _)| is_setting(key));
        *options = settings;
        let kind = match own.get("kind") {
            Some(toml::Value::String(kind)) => Some(kind.clone()),
            _ => None,
        };
        if kind.is_some() {
            own.remove("kind");
        }
        providers.insert(name.clone(), Options { kind, table: own });
    }
}

/// Fills an option of a provider from the environment; whether any has this variable.
fn fill_options(variable: &str, value: &str, settings: &mut Settings) -> bool {
    let mut known = false;
    for kind in KINDS {
        for option in kind.variables.iter().filter(|option| option.name == variable) {
            known = true;
            if !value.trim().is_empty() {
                let options = settings.providers.entry(kind.name.to_owned()).or_default();
                options.table.insert(option.key.to_owned(), value.trim().to_owned().into());
            }
        }
    }
    known
}

/// Faults in the options of providers, and providers of the chain that there are not.
fn check_providers(loaded: &Loaded, file: Option<&std::path::Path>, faults: &mut Vec<Fault>) {
    let Settings { provider, fallback, providers, .. } = &loaded.settings;
    let in_file = |key: String| Origin::File(file.unwrap_or("environment".as_ref()).to_owned(), key);
    for (name, options) in providers {
        let origin = in_file(format!("providers.{name}"));
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        let reason = match kind_of(name, providers) {
            _ if name.is_empty() || !name.bytes().all(plain) => {
                "a provider's name has small letters, digits and `_`".to_owned()
            }
            Some(kind) => match (kind.check)(options) {
                Ok(()) => continue,
                Err(reason) => reason,
            },
            None => {
                let kinds = KINDS.iter().map(|kind| kind.name);
                let wanted = options.kind.as_deref().unwrap_or(name);
                ended(wanted, &available(providers)).unwrap_or_else(|| {
                    format!("there is no kind of provider `{wanted}`{}", suggestion(wanted, kinds))
                })
            }
        };
        faults.push(Fault { origin, reason });
    }
    let chosen = [("TTS_PROVIDER", std::slice::from_ref(provider)), ("TTS_FALLBACK", fallback)];
    for (variable, name) in chosen.into_iter().flat_map(|(v, names)| names.iter().map(move |name| (v, name)))
    {
        if kind_of(name, providers).is_some() {
            continue;
        }
        let available = available(providers);
        let origin = loaded.origins.get(variable).cloned();
        faults.push(Fault {
            origin: origin.unwrap_or_else(|| Origin::Environment(variable.into())),
            reason: ended(name, &available)
                .unwrap_or_else(|| format!("there is no provider `{name}`; choose one of: {available}")),
        });
    }
}

/// The providers that there are to choose from.
fn available(providers: &BTreeMap<String, Options>) -> String {
    let named = providers.keys().map(String::as_str).filter(|name| kind_of(name, providers).is_some());
    let mut available: Vec<&str> = KINDS.iter().map(|kind| kind.name).chain(named).collect();
    available.sort_unstable();
    available.dedup();
    available.join(", ")
}

/// Why there is no such provider any more, if there was one.
fn ended(name: &str, available: &str) -> Option<String> {
    let (name, day) = ENDED.iter().find(|(ended, _)| *ended == name)?;
    Some(format!("{name} ended its service on {day}; choose one of: {available}"))
}

/// Faults that only several settings together can have.
fn check_together(loaded: &Loaded, faults: &mut Vec<Fault>) {
    let Settings { listen, auth, jwt, jwt_secret, jwt_jwks_url, .. } = &loaded.settings;
    if !listen.ip().is_loopback() && auth.is_empty() {
        let variable = if loaded.origins.contains_key("TTS_LISTEN") { "TTS_LISTEN" } else { "PORT" };
        let origin = loaded.origins.get(variable).cloned();
        faults.push(Fault {
            origin: origin.unwrap_or_else(|| Origin::Environment("TTS_LISTEN".into())),
            reason: format!(
                "{listen} can be reached from other machines, and TTS_AUTH says of nobody who may speak; set it to jwt, key, trial or several of them, to none if whoever reaches this port may speak, or listen on 127.0.0.1"
            ),
        });
    }
    let origin = |variable: &str| {
        let known = loaded.origins.get(variable).cloned();
        known.unwrap_or_else(|| Origin::Environment(variable.into()))
    };
    // One that was given and refused is named already.
    let given = |setting: &Setting| {
        faults.iter().any(|fault| match &fault.origin {
            Origin::Environment(variable) => variable == setting.variable,
            Origin::File(_, key) => key == setting.key,
            Origin::Option(_) => false,
        })
    };
    let has_refused =
        |variable: &str| SETTINGS.iter().any(|setting| setting.variable == variable && given(setting));
    let refused = has_refused("TTS_JWT_SECRET") || has_refused("TTS_JWT_JWKS_URL");
    if auth.contains(&Mode::Jwt) && jwt_secret.is_none() && jwt_jwks_url.is_none() && !refused {
        faults.push(Fault {
            origin: origin("TTS_AUTH"),
            reason: "jwt needs TTS_JWT_SECRET or TTS_JWT_JWKS_URL to check tokens with".to_owned(),
        });
    }
    check_wyoming(&loaded.settings, &origin, faults);
    // An identity provider signs for many applications, and a token for one of them is none for us.
    if jwt_jwks_url.is_some() && jwt.audience.is_none() && jwt.issuer.is_none() {
        faults.push(Fault {
            origin: origin("TTS_JWT_JWKS_URL"),
            reason: "needs TTS_JWT_AUDIENCE, TTS_JWT_ISSUER or both, to know which tokens are meant for this server"
                .to_owned(),
        });
    }
}

/// That whoever comes by Wyoming's port is somebody, as by the other.
fn check_wyoming(settings: &Settings, origin: &impl Fn(&str) -> Origin, faults: &mut Vec<Fault>) {
    let Settings { auth, wyoming_listen, wyoming_key, .. } = settings;
    if wyoming_key.is_some() && !auth.contains(&Mode::Key) {
        faults.push(Fault {
            origin: origin("TTS_WYOMING_KEY"),
            reason: "is an API key, and TTS_AUTH takes none: add key to it".to_owned(),
        });
    }
    let Some(address) = wyoming_listen else { return };
    let reason = if auth.is_empty() && !address.ip().is_loopback() {
        format!(
            "{address} can be reached from other machines, and without TTS_AUTH only this machine is served"
        )
    } else if !auth.is_empty()
        && wyoming_key.is_none()
        && !auth.iter().any(|mode| matches!(mode, Mode::None | Mode::Trial))
    {
        "nobody can say over Wyoming who they are: give the port an API key in TTS_WYOMING_KEY".to_owned()
    } else {
        return;
    };
    faults.push(Fault { origin: origin("TTS_WYOMING_LISTEN"), reason });
}

/// Turns nested tables into `a.b.c` keys with their values as text; lists become comma-separated.
fn flatten(prefix: &str, value: &toml::Value, leaves: &mut Vec<(String, String)>) {
    match value {
        toml::Value::Table(table) => {
            for (name, value) in table {
                let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                flatten(&key, value, leaves);
            }
        }
        toml::Value::Array(items) => {
            let items: Vec<String> = items.iter().map(plain).collect();
            leaves.push((prefix.to_owned(), items.join(",")));
        }
        value => leaves.push((prefix.to_owned(), plain(value))),
    }
}

fn plain(value: &toml::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// "; did you mean …?" when a known name is close.
fn suggestion<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    // `TTS_PORT` for `PORT`, and `TTS_OPENAI_API_KEY`.
    let without_prefix = name.strip_prefix("TTS_");
    known
        .map(|candidate| {
            let is_that = without_prefix == Some(candidate);
            (if is_that { 0 } else { strsim::damerau_levenshtein(name, candidate) }, candidate)
        })
        .min()
        .filter(|(distance, _)| *distance <= 3)
        .map_or_else(String::new, |(_, candidate)| format!("; did you mean {candidate}?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(environment: &[(&str, &str)], file: Option<&str>) -> Source {
        Source {
            environment: environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            file: file.map(|text| ("saywell.toml".into(), text.to_owned())),
            options: Vec::new(),
        }
    }

    #[test]
    fn environment_wins_over_file_and_origins_are_kept() {
        let file = "[limits]\nmax_seconds = 60\nmax_chars = 500\n[voice_map]\nnova = \"heart\"";
        let loaded = source(&[("TTS_MAX_SECONDS", "90")], Some(file)).load().unwrap();
        assert_eq!(loaded.settings.max_seconds, 90);
        assert_eq!(loaded.settings.max_chars, 500);
        assert_eq!(loaded.settings.voice_map["nova"], "heart");
        assert_eq!(loaded.origins["TTS_MAX_SECONDS"].to_string(), "environment variable TTS_MAX_SECONDS");
        assert_eq!(loaded.origins["TTS_MAX_CHARS"].to_string(), "`limits.max_chars` in saywell.toml");
    }

    #[test]
    fn every_fault_is_reported_at_once() {
        let environment = [("TTS_MAX_SECOND", "90"), ("TTS_ENABLED", "maybe"), ("TTS_FALLBACK", "playht")];
        let faults = source(&environment, Some("colour = 1\n[cache]\nttl_seconds = -1")).load().unwrap_err();
        let text: Vec<String> = faults.iter().map(ToString::to_string).collect();
        let mut kinds: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
        kinds.sort_unstable();
        let chosen = format!(
            "environment variable TTS_FALLBACK: playht ended its service on 2025-12-31; choose one of: {}",
            kinds.join(", ")
        );
        assert_eq!(
            text,
            [
                "`cache.ttl_seconds` in saywell.toml: must be a number of seconds from 1 to 315360000",
                "`colour` in saywell.toml: unknown key",
                "environment variable TTS_ENABLED: must be true or false",
                "environment variable TTS_MAX_SECOND: unknown setting; did you mean TTS_MAX_SECONDS?",
                chosen.as_str(),
            ]
        );
    }

    #[test]
    fn a_name_with_a_prefix_too_many_is_recognised() {
        for (given, meant) in [("TTS_PORT", "PORT"), ("TTS_OPENAI_API_KEY", "OPENAI_API_KEY")] {
            let faults = source(&[(given, "8080")], None).load().unwrap_err();
            let text: Vec<String> = faults.iter().map(ToString::to_string).collect();
            assert_eq!(
                text,
                [format!("environment variable {given}: unknown setting; did you mean {meant}?")]
            );
        }
    }

    #[test]
    fn a_service_that_ended_is_told_with_what_there_is_instead() {
        for (environment, file, day) in [
            (&[("TTS_PROVIDER", "PlayHT")][..], None, "2025-12-31"),
            (&[], Some("[providers.playht]\napi_key = \"k\""), "2025-12-31"),
            (&[], Some("[providers.reader]\nkind = \"playht\""), "2025-12-31"),
            (&[("TTS_FALLBACK", "hume")], None, "2026-11-13"),
        ] {
            let faults = source(environment, file).load().unwrap_err();
            assert_eq!(faults.len(), 1, "{faults:?}");
            let reason = &faults[0].reason;
            assert!(reason.contains(&format!("ended its service on {day}")), "{reason}");
            assert!(
                reason.contains("elevenlabs, ") && reason.contains("local, ") && !reason.contains("reader"),
                "{reason}"
            );
        }
    }

    #[test]
    fn plans_and_their_faults_are_read_where_they_stand() {
        let file = "[limits]\nmax_chars = 500\n[limits.in_all]\nflights = 9\n[plans.gold]\nmoney_per_day = 1";
        let settings = source(&[], Some(file)).load().unwrap().settings;
        assert_eq!((settings.max_chars, settings.plans.in_all.flights), (500, Some(9)));
        assert_eq!(settings.plans.get("gold").unwrap().money_per_day, Some(1.0));

        let file =
            "[limits.in_all]\nflight = 9\n[plans.gold]\nmoney_per_day = -1\n[plans.trial.room]\nburst = 0";
        let faults = source(&[("REDIS_URL", "http://:secret@x")], Some(file)).load().unwrap_err();
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        for (fault, start) in faults.iter().zip([
            "`limits.in_all.flight` in saywell.toml: unknown field `flight`",
            "`plans.gold.money_per_day` in saywell.toml: must be a number from 0",
            "`plans.trial.room.burst` in saywell.toml: must be a whole number from 1",
            "environment variable REDIS_URL: must be an address such as redis://",
        ]) {
            assert!(fault.starts_with(start) && !fault.contains("secret"), "{faults:?}");
        }
        assert_eq!(faults.len(), 4, "{faults:?}");
    }

    #[test]
    fn off_loopback_needs_a_choice() {
        let faults = source(&[("TTS_LISTEN", "0.0.0.0:80")], None).load().unwrap_err();
        assert!(faults[0].reason.contains("TTS_AUTH"), "{faults:?}");
        let chosen = [("TTS_LISTEN", "0.0.0.0:80"), ("TTS_AUTH", "key,Trial,key")];
        assert_eq!(source(&chosen, None).load().unwrap().settings.auth, [Mode::Key, Mode::Trial]);
        let open = [("TTS_LISTEN", "0.0.0.0:80"), ("TTS_AUTH", "none")];
        assert_eq!(source(&open, None).load().unwrap().settings.auth, [Mode::None]);
        let faults = source(&[("TTS_AUTH", "some")], None).load().unwrap_err();
        assert!(faults[0].reason.contains("jwt, key, trial and none"), "{faults:?}");
    }

    #[test]
    fn tokens_need_something_to_be_checked_with() {
        let reason =
            |environment: &[(&str, &str)]| source(environment, None).load().unwrap_err()[0].reason.clone();
        assert!(reason(&[("TTS_AUTH", "jwt")]).contains("TTS_JWT_SECRET"));
        let keys = ("TTS_JWT_JWKS_URL", "https://id.example.com/jwks.json");
        assert!(reason(&[("TTS_AUTH", "jwt"), keys]).contains("TTS_JWT_AUDIENCE"));
        assert!(reason(&[("TTS_JWT_JWKS_URL", "http://id.example.com/jwks.json")]).contains("https://"));
        assert!(reason(&[("TTS_JWT_SECRET", "short")]).contains("32"));
        source(&[("TTS_AUTH", "jwt"), keys, ("TTS_JWT_ISSUER", "https://id.example.com")], None)
            .load()
            .unwrap();
    }

    #[test]
    fn proxies_are_addresses_and_networks() {
        let loaded = source(&[("TTS_TRUSTED_PROXIES", "10.1.2.3/8, ::1,192.0.2.7")], None).load().unwrap();
        let networks: Vec<_> = loaded.settings.trusted_proxies.iter().map(ToString::to_string).collect();
        assert_eq!(networks, ["10.0.0.0/8", "::1/128", "192.0.2.7/32"]);
        assert!(source(&[("TTS_TRUSTED_PROXIES", "all")], None).load().is_err());
    }

    #[test]
    fn origins_are_as_browsers_send_them() {
        let origins = |value| source(&[("TTS_CORS_ORIGINS", value)], None).load();
        let loaded =
            origins("https://Chat.Example.com/, http://localhost:5000,https://a.example:443").unwrap();
        assert_eq!(
            loaded.settings.cors_origins,
            ["https://chat.example.com", "http://localhost:5000", "https://a.example"]
        );
        for wrong in ["chat.example.com", "https://chat.example.com/app", "https://ann@chat.example.com", "*"]
        {
            assert!(origins(wrong).unwrap_err()[0].reason.starts_with("must "), "{wrong}");
        }
    }

    #[test]
    fn an_address_needs_no_port() {
        for (value, listens) in [
            ("[::]", "[::]:8787"),
            ("::1", "[::1]:8787"),
            ("localhost", "127.0.0.1:8787"),
            ("[::1]:80", "[::1]:80"),
        ] {
            let loaded = source(&[("TTS_LISTEN", value), ("TTS_AUTH", "trial")], None).load().unwrap();
            assert_eq!(loaded.settings.listen.to_string(), listens);
        }
    }

    #[test]
    fn a_port_alone_changes_the_port() {
        let loaded = source(&[("PORT", "9000"), ("TTS_LISTEN", "127.0.0.1:1")], None).load().unwrap();
        assert_eq!(loaded.settings.listen.to_string(), "127.0.0.1:9000");
    }

    #[test]
    fn the_command_line_comes_before_everything_else() {
        let given = |option, variable, value: &str| Given { option, variable, value: value.to_owned() };
        let listen = given("--listen", "TTS_LISTEN", "127.0.0.2");
        let port = given("--port", "PORT", "81");
        for (options, listens) in [
            (vec![listen.clone()], "127.0.0.2:9000"),
            (vec![given("--listen", "TTS_LISTEN", "127.0.0.2:80")], "127.0.0.2:80"),
            (vec![listen, port], "127.0.0.2:81"),
        ] {
            let source =
                Source { options, ..source(&[("PORT", "9000"), ("TTS_LISTEN", "127.0.0.1:1")], None) };
            let loaded = source.load().unwrap();
            assert_eq!(loaded.settings.listen.to_string(), listens);
            assert_eq!(loaded.origins["TTS_LISTEN"].to_string(), "option --listen");
        }
        let open = Source { options: vec![given("--listen", "TTS_LISTEN", "0.0.0.0")], ..Source::default() };
        assert!(open.load().unwrap_err()[0].to_string().starts_with("option --listen: 0.0.0.0:8787 can be"));
    }

    #[test]
    fn secrets_may_come_in_files() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        std::fs::write(&file, "a secret of thirty-two letters, or more\n").unwrap();
        let path = file.display().to_string();
        let mut environment: BTreeMap<String, String> =
            [("TTS_JWT_SECRET_FILE", &path), ("OPENAI_API_KEY_FILE", &path)]
                .map(|(name, path)| (name.to_owned(), path.clone()))
                .into();
        read_secrets(&mut environment).unwrap();
        let names: Vec<_> = environment.keys().map(String::as_str).collect();
        assert_eq!(names, ["OPENAI_API_KEY", "TTS_JWT_SECRET"]);
        assert!(environment.values().all(|value| value == "a secret of thirty-two letters, or more"));

        environment.insert("TTS_JWT_SECRET_FILE".into(), path);
        environment.insert("REDIS_URL_FILE".into(), "/nowhere/at/all".into());
        let faults = read_secrets(&mut environment).unwrap_err();
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert!(
            faults[0].starts_with("environment variable REDIS_URL_FILE: /nowhere/at/all: "),
            "{faults:?}"
        );
        assert_eq!(faults[1], "environment variable TTS_JWT_SECRET_FILE: TTS_JWT_SECRET is set as well");
    }

    #[test]
    fn text_that_is_no_toml_is_named() {
        let faults = source(&[], Some("= 3")).load().unwrap_err();
        assert_eq!(faults.len(), 1);
        assert!(faults[0].to_string().starts_with("`file` in saywell.toml"), "{}", faults[0]);
    }
}
