//! `saywell config`.

use std::collections::BTreeMap;

use serde_json::json;

use super::{Failed, print, print_json};
use crate::config::{Loaded, SETTINGS};
use crate::providers::kind_of;

/// What is shown in place of a secret.
const MASK: &str = "••••••";

/// Arguments of `saywell config`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// For programs
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments, loaded: &Loaded) -> Result<(), Failed> {
    if arguments.json {
        return print_all(loaded);
    }
    for setting in SETTINGS {
        let origin =
            loaded.origins.get(setting.variable).map_or_else(|| "default".to_owned(), ToString::to_string);
        print(format_args!("{} = {}  # {origin}", setting.variable, (setting.show)(&loaded.settings)))?;
    }
    for (name, options) in &loaded.settings.providers {
        for (key, value) in &options.table {
            let shown = if is_secret(name, key, loaded) { MASK.to_owned() } else { value.to_string() };
            print(format_args!("providers.{name}.{key} = {shown}"))?;
        }
    }
    for (name, means) in loaded.settings.model_map.entries() {
        print(format_args!("model_map.{name} = {means}"))?;
    }
    for (name, voice) in &loaded.settings.voice_map {
        print(format_args!("voice_map.{name} = {voice}"))?;
    }
    Ok(())
}

/// The same as one object: every setting with its value as text, `null` for the default's origin.
fn print_all(loaded: &Loaded) -> Result<(), Failed> {
    let settings = SETTINGS.iter().map(|setting| {
        let origin = loaded.origins.get(setting.variable).map(ToString::to_string);
        json!({
            "variable": setting.variable,
            "key": setting.key,
            "value": (setting.show)(&loaded.settings),
            "origin": origin,
        })
    });
    let providers = loaded.settings.providers.iter().map(|(name, options)| {
        let shown = options.table.iter().map(|(key, value)| {
            let shown = if is_secret(name, key, loaded) { json!(MASK) } else { json!(value) };
            (key.clone(), shown)
        });
        (name.clone(), shown.collect::<BTreeMap<_, _>>())
    });
    let models =
        loaded.settings.model_map.entries().map(|(name, means)| (name.to_string(), means.to_string()));
    print_json(&json!({
        "settings": settings.collect::<Vec<_>>(),
        "providers": providers.collect::<BTreeMap<_, _>>(),
        "model_map": models.collect::<BTreeMap<_, _>>(),
        "voice_map": loaded.settings.voice_map,
    }))
}

/// Whether an option of a provider is a secret: as its kind says, or by its name.
fn is_secret(provider: &str, key: &str, loaded: &Loaded) -> bool {
    let kind = kind_of(provider, &loaded.settings.providers);
    let declared =
        kind.is_some_and(|kind| kind.variables.iter().any(|option| option.key == key && option.secret));
    declared || ["key", "token", "secret", "password"].iter().any(|word| key.contains(word))
}
