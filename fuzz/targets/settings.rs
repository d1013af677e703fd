//! Any settings file and any value in the environment are read, or every fault is named.
#![no_main]

use std::path::PathBuf;

use libfuzzer_sys::fuzz_target;
use saywell::config::{SETTINGS, Source};

fuzz_target!(|text: &str| {
    let file = Source { file: Some((PathBuf::from("saywell.toml"), text.to_owned())), ..Source::default() };
    if let Err(faults) = file.load() {
        assert!(!faults.is_empty());
    }
    // The first line's number picks a variable, the rest is its value.
    let (number, value) = text.split_once('\n').unwrap_or(("0", text));
    let number: usize = number.trim().parse().unwrap_or(0);
    if let Some(setting) = SETTINGS.get(number % SETTINGS.len()) {
        let environment = [(setting.variable.to_owned(), value.to_owned())].into();
        if let Err(faults) = (Source { environment, ..Source::default() }).load() {
            assert!(!faults.is_empty());
        }
    }
});
