//! `docs/saywell.schema.json`: what an editor checks and completes `saywell.toml` by, made from the table of settings and
//! from the types that its other tables are read as.

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::settings::{SETTINGS, Setting, Takes};
use super::values::SHORTEST_SECRET;
use crate::limits::{Plan, Quantities};
use crate::price::Price;
use crate::providers::{KINDS, ProviderKind};
use crate::voices::Persona;

/// The whole schema, of draft 7, which editors of TOML know best. It asks for values in their own types (`60`, not
/// `"60"`); the gateway is less strict.
#[must_use]
pub fn schema() -> Value {
    let settings = SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true);
    let mut generator = settings.into_generator();
    let mut root = table();
    let mut kinds: Map<String, Value> =
        KINDS.iter().map(|kind| (kind.name.to_owned(), options(kind, &mut generator))).collect();
    for setting in SETTINGS {
        match setting.key.strip_prefix("providers.").and_then(|key| key.split_once('.')) {
            Some((kind, option)) => kinds[kind]["properties"][option] = leaf(setting),
            None => put(&mut root, setting.key, leaf(setting)),
        }
    }
    put(
        &mut root,
        "limits.in_all",
        described::<Quantities>("Everybody on every plan together.", &mut generator),
    );
    put(&mut root, "plans", plans(&mut generator));
    put(&mut root, "providers", providers(&kinds));
    put(
        &mut root,
        "personas",
        json!({
            "description": "One identity of a voice at each provider: `[personas.NAME.PROVIDER]`.",
            "type": "object",
            "additionalProperties": written(Persona::json_schema(&mut generator).to_value()),
        }),
    );
    put(&mut root, "voice_map", words("Names for voices, beside OpenAI's and Kokoro's: `name = \"voice\"`."));
    let models = "Whom the names of models mean on OpenAI's calls: a provider, `default` or `refuse`; `*` is every other name.";
    put(&mut root, "model_map", words(models));
    put(&mut root, "pronunciations", list("How words are said.", &pronunciation()));
    let prices = written(Price::json_schema(&mut generator).to_value());
    put(&mut root, "prices", list("What providers charge, before the prices that ship.", &prices));
    root["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    root["title"] = json!("saywell.toml");
    root["description"] =
        json!("Settings of Saywell (docs/CONFIG.md). An environment variable comes before its key here.");
    root["definitions"] = kinds.into();
    root
}

/// An empty table that takes no key which nobody has put there.
fn table() -> Value {
    json!({ "type": "object", "additionalProperties": false, "properties": {} })
}

/// Puts what `key` takes below `root`, in tables that are made for it.
fn put(root: &mut Value, key: &str, schema: Value) {
    let mut place = root;
    for name in key.split('.') {
        if place.is_null() {
            *place = table();
        }
        place = &mut place["properties"][name];
    }
    *place = schema;
}

/// One setting.
fn leaf(setting: &Setting) -> Value {
    let mut schema = match setting.takes {
        Takes::Flag => json!({ "type": "boolean" }),
        Takes::Whole(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Takes::Number(least, most) => json!({ "type": "number", "minimum": least, "maximum": most }),
        Takes::Bytes => json!({
            "type": ["integer", "string"], "minimum": 0, "pattern": r"^\s*[0-9]+\s*([KkMmGg][Ii][Bb])?\s*$",
        }),
        Takes::OneOf(words) => json!({ "enum": words }),
        Takes::Several([]) => json!({ "type": ["array", "string"], "items": { "type": "string" } }),
        Takes::Several(words) => json!({ "type": ["array", "string"], "items": { "enum": words } }),
        Takes::Secret => json!({ "type": "string", "minLength": SHORTEST_SECRET }),
        Takes::Text => json!({ "type": "string" }),
    };
    schema["description"] = format!("{} (`{}`)", setting.about, setting.variable).into();
    let value = match setting.takes {
        Takes::Flag | Takes::Whole(..) | Takes::Number(..) => serde_json::from_str(setting.default).ok(),
        _ => Some(json!(setting.default)),
    };
    if let Some(value) = value.filter(|_| !setting.default.is_empty()) {
        schema["default"] = value;
    }
    schema
}

/// `[providers.NAME]`: what is called as its kind is of that kind, and what has a name of its own names one.
fn providers(kinds: &Map<String, Value>) -> Value {
    let of = |kind: &String| json!({ "$ref": format!("#/definitions/{kind}") });
    let own: Map<String, Value> = kinds.keys().map(|kind| (kind.clone(), of(kind))).collect();
    let chosen: Vec<Value> = kinds
        .keys()
        .map(|kind| {
            json!({ "if": { "required": ["kind"], "properties": { "kind": { "const": kind } } }, "then": of(kind) })
        })
        .collect();
    json!({
        "description": "The options of providers: `[providers.NAME]`, with a `kind` where that is not its name (docs/PROVIDERS.md).",
        "type": "object",
        "propertyNames": { "pattern": "^[a-z0-9_]+$" },
        "properties": own,
        "additionalProperties": {
            "type": "object",
            "required": ["kind"],
            "properties": { "kind": { "enum": kinds.keys().collect::<Vec<_>>() } },
            "allOf": chosen,
        },
    })
}

/// The options of a kind of provider.
fn options(kind: &ProviderKind, generator: &mut SchemaGenerator) -> Value {
    let mut schema = written((kind.schema)(generator).to_value());
    schema["description"] = kind.about.into();
    let abouts: BTreeMap<&str, &str> =
        kind.variables.iter().map(|option| (option.key, option.about)).collect();
    if let Some(options) = schema["properties"].as_object_mut() {
        for (name, option) in options {
            if let Some(about) = abouts.get(name.as_str()) {
                option["description"] = json!(about);
            }
        }
    }
    schema["properties"]["kind"] = json!({ "description": "What it is.", "const": kind.name });
    schema
}

/// `[plans.NAME]`.
fn plans(generator: &mut SchemaGenerator) -> Value {
    // `"none"` takes a limit of a plan that ships away.
    let plan =
        unlimited(described::<Plan>("How much whoever is on it may speak (docs/LIMITS.md).", generator));
    json!({
        "description": "Plans: `[plans.NAME]` changes one that ships, key by key, or adds one.",
        "type": "object",
        "propertyNames": { "pattern": "^[a-z0-9_-]+$" },
        "additionalProperties": plan,
    })
}

fn described<T: JsonSchema>(about: &str, generator: &mut SchemaGenerator) -> Value {
    let mut schema = written(T::json_schema(generator).to_value());
    schema["description"] = about.into();
    schema
}

fn list(about: &str, of: &Value) -> Value {
    json!({ "description": about, "type": "array", "items": of })
}

fn words(about: &str) -> Value {
    json!({ "description": about, "type": "object", "additionalProperties": { "type": "string" } })
}

/// `[[pronunciations]]`, which `saywell-text` reads without knowing of schemas; a test compares the keys.
fn pronunciation() -> Value {
    let text = |about: &str| json!({ "description": about, "type": "string" });
    let one_of = |keys: &[&str]| json!({ "anyOf": keys.iter().map(|key| json!({ "required": [key] })).collect::<Vec<_>>() });
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "word": text("The word, or words."),
            "pattern": text("Instead of a word, a pattern."),
            "say": text("Words to say for it: a respelling, or what it stands for."),
            "ipa": text("Or its phonemes in the International Phonetic Alphabet."),
            "x_sampa": text("Or its phonemes in X-SAMPA."),
            "case": { "description": "Whether capital letters matter.", "enum": ["sensitive", "insensitive"] },
            "language": text("Only in text of this language, a BCP 47 tag."),
        },
        "allOf": [one_of(&["word", "pattern"]), one_of(&["say", "ipa", "x_sampa"])],
    })
}

/// A limit that `"none"` takes away, or each of a table of such.
fn unlimited(mut limit: Value) -> Value {
    if let Some(limits) = limit.get_mut("properties").and_then(Value::as_object_mut) {
        limits.values_mut().for_each(|limit| *limit = unlimited(limit.take()));
        return limit;
    }
    let about = limit.as_object_mut().and_then(|limit| limit.remove("description"));
    json!({ "description": about, "anyOf": [limit, { "const": "none" }] })
}

/// A schema as a file of TOML has use for it: without `null`, which TOML has not, without names of Rust's numbers, and
/// with defaults that can be read in a line.
fn written(mut schema: Value) -> Value {
    let Value::Object(fields) = &mut schema else { return schema };
    fields.retain(|name, value| match name.as_str() {
        "format" => false,
        "default" => matches!(value, Value::Bool(_) | Value::Number(_) | Value::String(_)),
        _ => true,
    });
    for (name, value) in fields.iter_mut() {
        match value {
            // Names of options, and no words of a schema.
            Value::Object(options) if name == "properties" => {
                options.values_mut().for_each(|option| *option = written(option.take()));
            }
            Value::Array(choices) => {
                choices.retain(|choice| !(choice.is_null() || choice == "null" || choice["type"] == "null"));
                for choice in choices.iter_mut() {
                    *choice = written(choice.take());
                }
                if name == "type" && choices.len() == 1 {
                    *value = choices.remove(0);
                }
            }
            _ => *value = written(value.take()),
        }
    }
    // What could be one thing or nothing is that thing.
    let only = match fields.get_mut("anyOf") {
        Some(Value::Array(choices)) if choices.len() == 1 => choices.remove(0),
        _ => return schema,
    };
    fields.remove("anyOf");
    if let Value::Object(only) = only {
        for (name, value) in only {
            fields.entry(name).or_insert(value);
        }
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;
    use saywell_text::pronunciation::{Case, Entry};

    /// The committed document is the one that the table and the types make; `UPDATE_DOCS=1 cargo test` renews it.
    #[test]
    fn the_document_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/saywell.schema.json");
        let made = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, &made).unwrap();
        }
        assert!(
            std::fs::read_to_string(path).unwrap_or_default() == made,
            "docs/saywell.schema.json is out of date: run `cargo xtask docs`"
        );
    }

    /// A key that is added to pronunciations cannot be forgotten here.
    #[test]
    fn every_key_of_a_pronunciation_is_in_it() {
        let some = || Some(String::new());
        let entry = Entry {
            word: some(),
            pattern: some(),
            say: some(),
            ipa: some(),
            x_sampa: some(),
            case: Some(Case::Sensitive),
            language: some(),
        };
        let written = serde_json::to_value(entry).unwrap();
        let known = pronunciation();
        let keys = |of: &Value| of.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&known["properties"]), keys(&written));
    }

    /// What an option means stands beside it, wherever it is written.
    #[test]
    fn every_option_of_every_provider_is_described() {
        let schema = schema();
        for (kind, options) in schema["definitions"].as_object().unwrap() {
            assert_eq!(options["additionalProperties"], false, "{kind}");
            for (name, option) in options["properties"].as_object().unwrap() {
                assert!(option["description"].is_string(), "{kind}.{name}");
            }
        }
        assert!(!schema.to_string().contains("null"), "TOML has none");
    }
}
