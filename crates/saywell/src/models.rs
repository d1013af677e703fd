//! Which provider a model name stands for, for applications that were written for another server: OpenAI's contract asks
//! for a model where ours asks for a provider.

use std::collections::BTreeMap;

/// Model names of OpenAI's that mean "whatever speaks here", and our own.
pub const OPENAI_MODELS: [&str; 4] = ["tts-1", "tts-1-hd", "gpt-4o-mini-tts", "saywell"];

/// Every other name, in a map.
const OTHERS: &str = "*";

/// What an operator has a model name stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Means {
    /// The chain, as if no model had been asked for.
    Chain,
    /// A provider of the chain.
    Provider(String),
    /// Nothing: whoever asks for it is refused.
    Nothing,
}

/// The operator's `[model_map]`: `name = "provider"`, `"default"` for the chain or `"refuse"`; `*` is every other name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModelMap(BTreeMap<String, Means>);

/// Who is asked for a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhomToAsk {
    /// The chain, in its order.
    Chain,
    /// The chain, since nobody here has such a model.
    Unknown,
    /// This provider first.
    Provider(String),
    /// Nobody: the operator refuses it.
    Nobody,
}

impl ModelMap {
    /// Has a name stand for what the operator writes.
    pub fn insert(&mut self, name: &str, means: &str) {
        let means = match means {
            "default" => Means::Chain,
            "refuse" => Means::Nothing,
            provider => Means::Provider(provider.to_owned()),
        };
        self.0.insert(name.to_lowercase(), means);
    }

    /// The names that can be asked for.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let offered = self.0.iter().filter(|(name, means)| *name != OTHERS && **means != Means::Nothing);
        offered.map(|(name, _)| name.as_str())
    }

    /// As the operator wrote them.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, means)| {
            let means = match means {
                Means::Chain => "default",
                Means::Nothing => "refuse",
                Means::Provider(provider) => provider,
            };
            (name.as_str(), means)
        })
    }

    /// Whom a model name asks for, in any case, where these providers speak.
    #[must_use]
    pub fn asked<'a>(&self, model: &str, mut providers: impl Iterator<Item = &'a str>) -> WhomToAsk {
        let model = model.to_lowercase();
        if let Some(means) = self.0.get(&model) {
            return means.into();
        }
        // Routers put the service before the name, and OpenAI a day behind it.
        let name = model.rsplit('/').next().unwrap_or_default();
        if OPENAI_MODELS.contains(&without_day(name)) {
            return WhomToAsk::Chain;
        }
        match providers.find(|provider| provider.eq_ignore_ascii_case(&model)) {
            Some(provider) => WhomToAsk::Provider(provider.to_owned()),
            None => self.0.get(OTHERS).map_or(WhomToAsk::Unknown, WhomToAsk::from),
        }
    }
}

impl From<&Means> for WhomToAsk {
    fn from(means: &Means) -> Self {
        match means {
            Means::Chain => Self::Chain,
            Means::Provider(provider) => Self::Provider(provider.clone()),
            Means::Nothing => Self::Nobody,
        }
    }
}

/// `gpt-4o-mini-tts` of `gpt-4o-mini-tts-2025-12-15`.
fn without_day(name: &str) -> &str {
    let day = name.len().checked_sub(11).and_then(|at| name.split_at_checked(at));
    match day {
        Some((model, day))
            if day
                .bytes()
                .enumerate()
                .all(|(at, b)| if matches!(at, 0 | 5 | 8) { b == b'-' } else { b.is_ascii_digit() }) =>
        {
            model
        }
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_asks_for_the_chain_or_for_one_of_it() {
        let mut map = ModelMap::default();
        map.insert("Kokoro", "local");
        map.insert("whisper-1", "refuse");
        map.insert("fast", "default");
        let asked = |map: &ModelMap, model: &str| map.asked(model, ["local", "azure"].into_iter());
        for model in ["tts-1", "TTS-1-HD", "openai/tts-1", "gpt-4o-mini-tts-2025-12-15", "saywell", "fast"] {
            assert_eq!(asked(&map, model), WhomToAsk::Chain, "{model}");
        }
        assert_eq!(asked(&map, "kokoro"), WhomToAsk::Provider("local".into()));
        assert_eq!(asked(&map, "Azure"), WhomToAsk::Provider("azure".into()));
        assert_eq!(asked(&map, "whisper-1"), WhomToAsk::Nobody);
        for model in ["tts-1-1106", "anything", "é-2025-12-15", "-2025-12-15"] {
            assert_eq!(asked(&map, model), WhomToAsk::Unknown, "{model}");
        }
        map.insert("*", "refuse");
        assert_eq!(asked(&map, "anything"), WhomToAsk::Nobody);
        assert_eq!(map.names().collect::<Vec<_>>(), ["fast", "kokoro"]);
    }
}
