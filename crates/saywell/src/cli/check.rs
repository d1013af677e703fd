//! `saywell check`: for each provider of the chain whether it can be used, and what it would cost.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use serde_json::json;

use super::{Failed, PATIENCE, open_without_trace, print, print_json};
use crate::app::chain_names;
use crate::chain::too_slow;
use crate::config::Settings;
use crate::price::{Cost, Price, Priced, Prices, SHIPPED_ON, Unit};
use crate::provider::{Provider, Request, gather};
use crate::trial;
use crate::voices::Speaker;

/// What every provider is asked to say.
const SENTENCE: &str = "This is a test.";
/// What its price is told for.
const CHARACTERS: f64 = 1000.0;

/// Arguments of `saywell check`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// For programs
    #[arg(long)]
    json: bool,
}

/// A provider that can be used.
pub(super) struct Usable {
    voice: String,
    voices: usize,
    seconds: f64,
    milliseconds: f64,
    price: String,
    /// What of it ends, in words.
    ends: Vec<String>,
    /// How many seconds of sound it makes in a second, where that is too few.
    too_slow: Option<f64>,
}

impl fmt::Display for Usable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { voice, voices, seconds, milliseconds, price, .. } = self;
        write!(
            f,
            "speaks as `{voice}` (1 of {voices}), {seconds:.1} s of sound in {milliseconds:.0} ms; {price}"
        )
    }
}

pub(super) async fn run(arguments: &Arguments, settings: Settings) -> Result<(), Failed> {
    let mut unusable = 0;
    let mut rows = Vec::new();
    for name in chain_names(&settings) {
        let outcome = check(name, &settings).await;
        unusable += u32::from(outcome.is_err());
        match outcome {
            Ok(Usable { voice, voices, seconds, milliseconds, price, ends, too_slow }) if arguments.json => {
                rows.push(json!({
                    "provider": name, "usable": true, "voice": voice, "voices": voices, "seconds": seconds,
                    "milliseconds": milliseconds, "price": price, "ends": ends, "too_slow": too_slow,
                }));
            }
            Err(reason) if arguments.json => {
                rows.push(json!({ "provider": name, "usable": false, "reason": reason }));
            }
            Ok(usable) => {
                print(format_args!("✓ {name}: {usable}"))?;
                for end in &usable.ends {
                    print(format_args!("⚠ {name}: {end}"))?;
                }
                if let Some(real_time) = usable.too_slow {
                    print(format_args!("⚠ {name}: {}", trial::in_words(real_time)))?;
                }
            }
            Err(reason) => print(format_args!("✗ {name}: {reason}"))?,
        }
    }
    if arguments.json {
        print_json(&json!({ "providers": rows }))?;
    }
    match unusable {
        0 => Ok(()),
        1 => Err(Failed::Run("one provider cannot be used".into())),
        count => Err(Failed::Run(format!("{count} providers cannot be used"))),
    }
}

/// Asks one provider alone, so that the others neither help nor harm it; what is wrong with it in the words of its
/// error.
pub(super) async fn check(name: &str, settings: &Settings) -> Result<Usable, String> {
    let prices = Prices::new(settings.prices.clone());
    let alone = Settings { provider: name.to_owned(), fallback: Vec::new(), ..settings.clone() };
    let app = open_without_trace(alone).await.map_err(Failed::words)?;
    let links = app.speak.chain.providers();
    let link = links.first().ok_or("is in no chain")?;
    let count =
        link.voices().await.map_err(|error| format!("its voices cannot be listed: it {error}"))?.len();
    app.try_voices(Some(name)).await;
    let too_slow = too_slow(&**link);
    let cast = app.speak.voices.cast(None, None, links).await;
    let speaker = cast.ok().and_then(|mut cast| cast.remove(name)).ok_or("has no voice")?;
    let begun = Instant::now();
    let bookkeeper = Arc::new(app.orders.ledger.clone());
    let request = Request { bookkeeper, ..Request::new(SENTENCE, &speaker.model, &speaker.voice) };
    let speech = gather(link.speak(request)).await.map_err(|error| error.to_string())?;
    let milliseconds = begun.elapsed().as_secs_f64() * 1000.0;
    let seconds = speech.samples.len() as f64 / f64::from(speech.rate);
    let price = price(link, &speaker, &prices);
    let now = app.clock.now();
    let ends = app.endings.iter().map(|ending| ending.in_words(now)).collect();
    app.close(PATIENCE).await;
    Ok(Usable { voice: speaker.voice, voices: count, seconds, milliseconds, price, ends, too_slow })
}

/// What reading a thousand characters costs, in words.
fn price(link: &Arc<dyn Provider>, speaker: &Speaker, prices: &Prices) -> String {
    let about = link.about();
    if !about.paid {
        return "free".to_owned();
    }
    let what =
        Priced { kind: about.kind, provider: &about.name, model: &speaker.model, voice: &speaker.voice };
    let thousand = |price: &Price| match price.unit {
        // A character of English is a byte.
        Unit::Characters | Unit::Bytes => Some(price.cost_of(CHARACTERS)),
        Unit::Seconds => Some(price.cost_of(CHARACTERS / saywell_text::CHARACTERS_PER_SECOND)),
        Unit::Tokens | Unit::Credits => None,
    };
    match prices.find(what).map(|price| (price, thousand(price))) {
        Some((_, Some(Cost::Known { amount, currency }))) => {
            format!("1,000 characters cost about {amount:.3} {currency} (prices of {SHIPPED_ON} or your own)")
        }
        Some((price, _)) => {
            let unit = if price.unit == Unit::Credits { "credits" } else { "tokens" };
            format!("{} {} a million {unit}, which only it can count", price.per_million, price.currency)
        }
        None => {
            "its price is not known: its calls are flagged until [[prices]] in saywell.toml has it".into()
        }
    }
}
