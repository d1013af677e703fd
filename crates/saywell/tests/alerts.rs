//! The alerting rules, the dashboard and the page about them name only metrics that the gateway has.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::Path;

/// What a histogram adds to its name.
const PARTS: [&str; 3] = ["_bucket", "_sum", "_count"];

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The words in a text that begin like our metrics.
fn metrics_in(text: &str) -> BTreeSet<String> {
    let words = text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'));
    let ours = words.filter(|word| word.starts_with("saywell_") && word.len() > "saywell_".len());
    let whole = ours.map(|word| PARTS.iter().find_map(|part| word.strip_suffix(part)).unwrap_or(word));
    whole.map(str::to_owned).collect()
}

/// The metrics that the sources of all crates count.
fn counted(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            counted(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = std::fs::read_to_string(&path).unwrap();
            for kind in ["counter!(\"", "histogram!(\"", "gauge!(\""] {
                let names = source.split(kind).skip(1).filter_map(|rest| rest.split('"').next());
                found.extend(names.filter(|name| name.starts_with("saywell_")).map(str::to_owned));
            }
        }
    }
}

#[test]
fn every_metric_that_is_named_exists() {
    let mut there_is = BTreeSet::new();
    counted(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."), &mut there_is);
    assert!(there_is.contains("saywell_calls_total"), "{there_is:?}");
    for page in
        ["../../docs/alerts.yml", "../../docs/OPERATIONS.md", "../../deploy/grafana/dashboards/saywell.json"]
    {
        let named = metrics_in(&read(page));
        assert!(named.len() >= 5, "{page} names only {named:?}");
        let missing: Vec<_> = named.difference(&there_is).collect();
        assert!(missing.is_empty(), "{page} names {missing:?}, and there is {there_is:?}");
    }
}

#[test]
fn every_alert_says_what_it_means_and_how_urgent_it_is() {
    let rules = read("../../docs/alerts.yml");
    let alerts: Vec<&str> = rules.split("- alert: ").skip(1).collect();
    assert!(alerts.len() >= 5);
    for alert in alerts {
        for part in ["expr:", "severity:", "summary:", "description:"] {
            assert!(alert.contains(part), "{} has no {part}", alert.lines().next().unwrap());
        }
    }
}
