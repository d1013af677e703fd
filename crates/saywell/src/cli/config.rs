//! `saywell config`.

use super::{Failed, print};
use crate::config::{Loaded, SETTINGS};

pub(super) fn run(loaded: &Loaded) -> Result<(), Failed> {
    for setting in SETTINGS {
        let origin =
            loaded.origins.get(setting.variable).map_or_else(|| "default".to_owned(), ToString::to_string);
        print(format_args!("{} = {}  # {origin}", setting.variable, (setting.show)(&loaded.settings)))?;
    }
    for (name, voice) in &loaded.settings.voice_map {
        print(format_args!("voice_map.{name} = {voice}"))?;
    }
    Ok(())
}
