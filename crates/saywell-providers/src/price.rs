//! What providers charge: a table that ships with the program, under the operator's own.

use serde::{Deserialize, Serialize};

/// The table that ships.
const SHIPPED: &str = include_str!("prices.toml");
/// When it was read.
pub const SHIPPED_ON: &str = "2026-11-29";

/// What a price is counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Characters of the text that is sent.
    Characters,
    /// Bytes of the text that is sent.
    Bytes,
    /// Seconds of the sound that comes back.
    Seconds,
    /// Tokens, which only the provider can count.
    Tokens,
    /// The provider's own credits, which only it can count.
    Credits,
}

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Providers of this kind, or the one of this name.
    pub kind: String,
    /// The model; `*` stands for anything.
    #[serde(default = "anything")]
    pub model: String,
    /// The voice; `*` stands for anything.
    #[serde(default = "anything")]
    pub voice: String,
    /// What is counted.
    pub unit: Unit,
    /// What a million of it costs, at least 0.
    pub per_million: f64,
    /// ISO 4217 code.
    #[serde(default = "dollars")]
    pub currency: String,
    /// Where it was read, for people.
    #[serde(default)]
    pub source: String,
}

fn anything() -> String {
    "*".to_owned()
}

fn dollars() -> String {
    "USD".to_owned()
}

/// Every price that is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Prices(Vec<Price>);

/// What is to be priced.
#[derive(Debug, Clone, Copy)]
pub struct Priced<'a> {
    /// The provider's kind.
    pub kind: &'a str,
    /// Its name.
    pub provider: &'a str,
    /// Its model.
    pub model: &'a str,
    /// Its voice.
    pub voice: &'a str,
}

/// What a call costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cost {
    /// Nothing: it is not paid for by the call.
    Free,
    /// This much.
    Known {
        /// How much.
        amount: f64,
        /// ISO 4217 code of the currency.
        currency: String,
    },
    /// Something, and the table does not say how much. Never counted as nothing.
    Unpriced,
}

impl Default for Prices {
    /// The shipped table.
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

/// A settings file's own table of prices, or the shipped one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    prices: Vec<Price>,
}

impl Prices {
    /// The operator's prices before the shipped ones.
    #[must_use]
    pub fn new(own: Vec<Price>) -> Self {
        // A test reads the shipped table, so that it cannot be broken here.
        let shipped = toml::from_str::<Table>(SHIPPED).map(|table| table.prices).unwrap_or_default();
        Self(own.into_iter().chain(shipped).collect())
    }

    /// The first price that fits.
    #[must_use]
    pub fn find(&self, what: Priced<'_>) -> Option<&Price> {
        self.0.iter().find(|price| {
            (price.kind == what.kind || price.kind == what.provider)
                && fits(&price.model, what.model)
                && fits(&price.voice, what.voice)
        })
    }
}

/// How much of what a provider charges by.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Quantity {
    /// Characters that are sent, as it counts them.
    pub characters: u64,
    /// Bytes that are sent.
    pub bytes: u64,
    /// Seconds of sound.
    pub seconds: f64,
}

impl Prices {
    /// Whether any voice of this model has a price.
    #[must_use]
    pub fn knows(&self, what: Priced<'_>) -> bool {
        let same = self.0.iter().filter(|price| price.kind == what.kind || price.kind == what.provider);
        same.map(|price| &price.model).any(|model| fits(model, what.model))
    }

    /// What a call of this much costs, and whether that is a guess: what has no price of its own is taken to cost as much as
    /// the dearest that the same provider has.
    #[must_use]
    pub fn cost(&self, what: Priced<'_>, quantity: &Quantity) -> (Cost, bool) {
        if let Some(price) = self.find(what) {
            return (price.units(quantity).map_or(Cost::Unpriced, |units| price.cost_of(units)), false);
        }
        let same = self.0.iter().filter(|price| price.kind == what.kind || price.kind == what.provider);
        let costs = same.filter_map(|price| Some((price.units(quantity)? * price.per_million, price)));
        let dearest = costs.max_by(|(one, _), (other, _)| one.total_cmp(other));
        let cost = |(cost, price): (f64, &Price)| Cost::Known {
            amount: cost / 1e6,
            currency: price.currency.clone(),
        };
        (dearest.map_or(Cost::Unpriced, cost), true)
    }
}

impl Price {
    /// How many of its units this is, where that can be told before the provider says so.
    fn units(&self, quantity: &Quantity) -> Option<f64> {
        match self.unit {
            Unit::Characters => Some(quantity.characters as f64),
            Unit::Bytes => Some(quantity.bytes as f64),
            Unit::Seconds => Some(quantity.seconds),
            Unit::Tokens | Unit::Credits => None,
        }
    }

    /// The price of this much of its unit.
    #[must_use]
    pub fn cost_of(&self, units: f64) -> Cost {
        Cost::Known { amount: units * self.per_million / 1e6, currency: self.currency.clone() }
    }
}

/// Whether `text` is like `pattern`, in which `*` stands for anything.
pub(crate) fn fits(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(start) else { return false };
    let Some((inner, end)) = rest.rsplit_once('*') else { return text.ends_with(rest) };
    for part in inner.split('*') {
        let Some(at) = text.find(part) else { return false };
        text = &text[at + part.len()..];
    }
    text.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named<'a>(kind: &'a str, model: &'a str, voice: &'a str) -> Priced<'a> {
        Priced { kind, provider: kind, model, voice }
    }

    #[test]
    fn the_shipped_table_can_be_read_and_says_nothing_twice() {
        let table: Table = toml::from_str(SHIPPED).unwrap();
        assert!(table.prices.len() > 10);
        for price in &table.prices {
            assert!(price.per_million > 0.0 && !price.source.is_empty(), "{price:?}");
            let key = |other: &&Price| {
                (&other.kind, &other.model, &other.voice) == (&price.kind, &price.model, &price.voice)
            };
            assert_eq!(table.prices.iter().filter(key).count(), 1, "{price:?}");
        }
    }

    #[test]
    fn the_first_that_fits_is_taken() {
        let prices = Prices::default();
        let per_million = |kind, model, voice| prices.find(named(kind, model, voice)).map(|p| p.per_million);
        assert_eq!(per_million("openai", "tts-1", "nova"), Some(15.0));
        assert_eq!(per_million("openai", "tts-1-hd", "nova"), Some(30.0));
        assert_eq!(per_million("openai", "tts-9", "nova"), None, "unknown models have no price");
        assert_eq!(per_million("google", "", "en-US-Chirp3-HD-Aoede"), Some(30.0));
        assert_eq!(per_million("google", "", "en-US-Neural2-A"), None);

        let own = toml::from_str::<Table>(
            "[[prices]]\nkind = \"kokoro\"\nunit = \"seconds\"\nper_million = 7\ncurrency = \"EUR\"\n\
             [[prices]]\nkind = \"openai\"\nmodel = \"tts-*\"\nunit = \"bytes\"\nper_million = 1",
        );
        let prices = Prices::new(own.unwrap().prices);
        assert_eq!(prices.find(named("openai", "tts-1", "nova")).unwrap().unit, Unit::Bytes);
        let kokoro = Priced { provider: "kokoro", ..named("openai_compatible", "x", "y") };
        let cost = prices.find(kokoro).unwrap().cost_of(500_000.0);
        assert_eq!(cost, Cost::Known { amount: 3.5, currency: "EUR".into() });
    }

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, text, fitting) in [
            ("*", "", true),
            ("a*", "abc", true),
            ("a*c", "abc", true),
            ("a*c", "abd", false),
            ("*b*d*", "abcde", true),
            ("*b*d*", "adcb", false),
            ("abc", "abcd", false),
            ("a*a", "a", false),
        ] {
            assert_eq!(fits(pattern, text), fitting, "{pattern} {text}");
        }
    }
}
