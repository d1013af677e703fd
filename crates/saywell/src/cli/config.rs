//! `saywell config`.

use super::{Failed, print};
use crate::config::{Loaded, SETTINGS};
use crate::providers::kind_of;

pub(super) fn run(loaded: &Loaded) -> Result<(), Failed> {
    for setting in SETTINGS {
        let origin =
            loaded.origins.get(setting.variable).map_or_else(|| "default".to_owned(), ToString::to_string);
        print(format_args!("{} = {}  # {origin}", setting.variable, (setting.show)(&loaded.settings)))?;
    }
    for (name, options) in &loaded.settings.providers {
        for (key, value) in &options.table {
            let shown = if is_secret(name, key, loaded) {
                "••••••".to_owned()
            } else {
                value.to_string()
            };
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

/// Whether an option of a provider is a secret: as its kind says, or by its name.
fn is_secret(provider: &str, key: &str, loaded: &Loaded) -> bool {
    let kind = kind_of(provider, &loaded.settings.providers);
    let declared =
        kind.is_some_and(|kind| kind.variables.iter().any(|option| option.key == key && option.secret));
    declared || ["key", "token", "secret", "password"].iter().any(|word| key.contains(word))
}
