//! `saywell usage`.

use serde_json::json;

use super::{Failed, print};
use crate::app;
use crate::clock::{Clock, SystemClock};
use crate::config::Settings;
use crate::store::{By, Days, UsageLine, format_day, parse_day};
use crate::usage::table;

/// Arguments of `saywell usage`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// What to sum up by
    #[arg(long, value_enum, default_value = "day")]
    by: By,
    /// The first day, UTC, such as 2026-11-01; by default the last 30 days are summed up
    #[arg(long, value_name = "DAY", value_parser = day)]
    since: Option<i64>,
    /// The last day; today if not given
    #[arg(long, value_name = "DAY", value_parser = day)]
    until: Option<i64>,
    /// How many lines at most
    #[arg(long, default_value_t = 1000)]
    limit: u32,
    /// How it is written
    #[arg(long, value_enum, default_value = "table")]
    format: Form,
    /// Short for `--format json`
    #[arg(long, conflicts_with = "format")]
    json: bool,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Form {
    /// For people
    Table,
    /// For programs
    Json,
    /// For spreadsheets
    Csv,
}

fn day(written: &str) -> Result<i64, String> {
    parse_day(written).ok_or_else(|| "must be a day like 2026-11-25".to_owned())
}

pub(super) async fn run(arguments: &Arguments, settings: &Settings) -> Result<(), Failed> {
    let usual = Days::until(SystemClock.now(), 30);
    let last = arguments.until.unwrap_or(usual.last);
    let first = arguments.since.unwrap_or(last - (usual.last - usual.first));
    if first > last {
        return Err(Failed::Usage("--since is after --until".into()));
    }
    let store = app::open_store(settings).await?;
    let lines = store.usage.report(arguments.by, Days { first, last }, arguments.limit).await?;
    match if arguments.json { Form::Json } else { arguments.format } {
        Form::Csv => print(table::csv(arguments.by, &lines)?.trim_end()),
        Form::Json => print(json!({
            "by": arguments.by,
            "since": format_day(first),
            "until": format_day(last),
            "lines": lines,
        })),
        Form::Table => show(arguments.by, &lines),
    }
}

fn show(by: By, lines: &[UsageLine]) -> Result<(), Failed> {
    let name = |line: &UsageLine| if line.name.is_empty() { "-".to_owned() } else { line.name.clone() };
    let widest = lines.iter().map(|line| name(line).chars().count()).max().unwrap_or_default().max(10);
    let title = by.name().to_uppercase();
    print(format_args!(
        "{title:<widest$} {:>9} {:>7} {:>8} {:>7} {:>11} {:>9} {:>11} {:>12}",
        "REQUESTS", "CACHED", "REFUSED", "FAILED", "CHARACTERS", "MINUTES", "SENT", "COST"
    ))?;
    for line in lines {
        let UsageLine { requests, cached, refused, failed, characters, sent_characters: sent, .. } = line;
        let minutes = line.seconds / 60.0;
        let unpriced =
            if line.unpriced > 0 { format!(" + {} without a price", line.unpriced) } else { String::new() };
        let cost = if line.currency.is_empty() {
            "-".to_owned()
        } else {
            format!("{:.4} {}", line.cost, line.currency)
        };
        print(format_args!(
            "{:<widest$} {requests:>9} {cached:>7} {refused:>8} {failed:>7} {characters:>11} {minutes:>9.1} {sent:>11} {cost:>12}{unpriced}",
            name(line)
        ))?;
    }
    Ok(())
}
