//! Log lines and metrics.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

/// Bounds of the histograms of times, seconds.
const SECONDS: [f64; 14] =
    [0.002, 0.005, 0.01, 0.02, 0.03, 0.04, 0.06, 0.08, 0.12, 0.25, 0.5, 1.0, 2.0, 10.0];

/// Starts logging to standard error.
///
/// # Errors
/// A filter that cannot be read.
pub fn log(filter: &str, json: bool) -> Result<(), ParseError> {
    let filter = EnvFilter::builder().parse(filter)?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start, as in tests, changes nothing.
    let _ = if json { lines.json().try_init() } else { lines.with_target(false).try_init() };
    Ok(())
}

/// The metrics of this process, as Prometheus reads them.
pub fn metrics() -> &'static PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| {
        let builder = PrometheusBuilder::new();
        let recorder = builder
            .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS)
            .map_or_else(|_| PrometheusBuilder::new().build_recorder(), PrometheusBuilder::build_recorder);
        let handle = recorder.handle();
        // Another recorder in place means that this process's metrics are kept elsewhere.
        let _ = metrics::set_global_recorder(recorder);
        handle
    })
}

/// What this process has counted under a name since it started, by the values of one label.
#[must_use]
pub fn counted(name: &str, label: &str) -> BTreeMap<String, u64> {
    counted_in(&metrics().render(), name, label)
}

/// The same, out of what Prometheus reads: lines such as `name{label="value",other="x"} 12`.
fn counted_in(rendered: &str, name: &str, label: &str) -> BTreeMap<String, u64> {
    let mut counted = BTreeMap::new();
    for line in rendered.lines() {
        let Some((labels, count)) =
            line.strip_prefix(name).and_then(|rest| rest.strip_prefix('{')?.split_once("} "))
        else {
            continue;
        };
        let value = labels.split(',').find_map(|pair| {
            let (key, value) = pair.split_once('=')?;
            (key == label).then(|| value.trim_matches('"').to_owned())
        });
        if let (Some(value), Ok(count)) = (value, count.parse::<u64>()) {
            *counted.entry(value).or_default() += count;
        }
    }
    counted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_summed_up_by_a_label() {
        let rendered = "# TYPE a counter\na{cache=\"hit\",format=\"mp3\"} 2\na{cache=\"hit\",format=\"wav\"} 3\n\
                        a{cache=\"miss\",format=\"mp3\"} 1\nab{cache=\"hit\"} 100\na_sum 7\n";
        let counted = counted_in(rendered, "a", "cache");
        assert_eq!(counted, BTreeMap::from([("hit".to_owned(), 5), ("miss".to_owned(), 1)]));
    }
}
