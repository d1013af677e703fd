//! `saywell check`: for each provider of the chain whether it can be used, and what it would cost.

use std::sync::Arc;
use std::time::Instant;

use super::{Failed, PATIENCE, open_without_trace, print};
use crate::config::Settings;
use crate::price::{Cost, Price, Priced, Prices, SHIPPED_ON, Unit};
use crate::provider::{Provider, Request, gather};
use crate::voices::Speaker;

/// What every provider is asked to say.
const SENTENCE: &str = "This is a test.";
/// What its price is told for.
const CHARACTERS: f64 = 1000.0;

pub(super) async fn run(settings: Settings) -> Result<(), Failed> {
    let prices = Prices::new(settings.prices.clone());
    let mut unusable = 0;
    for name in settings.chain() {
        let outcome = check(name, &settings, &prices).await;
        unusable += u32::from(outcome.is_err());
        match outcome {
            Ok(lines) => {
                for (sign, line) in lines {
                    print(format_args!("{sign} {name}: {line}"))?;
                }
            }
            Err(reason) => print(format_args!("✗ {name}: {reason}"))?,
        }
    }
    match unusable {
        0 => Ok(()),
        1 => Err(Failed::Run("one provider cannot be used".into())),
        count => Err(Failed::Run(format!("{count} providers cannot be used"))),
    }
}

/// Asks one provider alone, so that the others neither help nor harm it; what is wrong with it in the words of its
/// error. What of it ends is told as well, each after its sign.
async fn check(
    name: &str,
    settings: &Settings,
    prices: &Prices,
) -> Result<Vec<(&'static str, String)>, String> {
    let alone = Settings { provider: name.to_owned(), fallback: Vec::new(), ..settings.clone() };
    let app = open_without_trace(alone).await.map_err(|failed| match failed {
        Failed::Run(reason) | Failed::Usage(reason) => reason,
    })?;
    let links = app.speak.chain.links();
    let link = links.first().ok_or("is in no chain")?;
    let count =
        link.voices().await.map_err(|error| format!("its voices cannot be listed: it {error}"))?.len();
    let cast = app.speak.voices.cast(None, None, links).await;
    let speaker = cast.ok().and_then(|mut cast| cast.remove(name)).ok_or("has no voice")?;
    let begun = Instant::now();
    let account = Arc::new(app.orders.ledger.clone());
    let request = Request { account, ..Request::new(SENTENCE, &speaker.model, &speaker.voice) };
    let speech = gather(link.speak(request)).await.map_err(|error| error.to_string())?;
    let took = begun.elapsed().as_secs_f64() * 1000.0;
    let seconds = speech.samples.len() as f64 / f64::from(speech.rate);
    let price = price(link, &speaker, prices);
    let voice = &speaker.voice;
    let speaks =
        format!("speaks as `{voice}` (1 of {count}), {seconds:.1} s of sound in {took:.0} ms; {price}");
    let now = app.clock.now();
    let ending = app.endings.iter().map(|ending| ("⚠", ending.in_words(now)));
    let lines = std::iter::once(("✓", speaks)).chain(ending).collect();
    app.close(PATIENCE).await;
    Ok(lines)
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
