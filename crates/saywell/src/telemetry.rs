//! Log lines and metrics.

mod line;
pub mod traces;

use std::io::IsTerminal;
use std::sync::OnceLock;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use self::traces::Traces;
use crate::net::ClientError;

/// Bounds of the histograms of times, seconds.
const SECONDS: [f64; 14] =
    [0.002, 0.005, 0.01, 0.02, 0.03, 0.04, 0.06, 0.08, 0.12, 0.25, 0.5, 1.0, 2.0, 10.0];

/// Why logging cannot start: which setting is wrong, and why.
#[derive(Debug, thiserror::Error)]
pub enum LogFault {
    /// The filter cannot be read.
    #[error("TTS_LOG: {0}")]
    Filter(#[from] ParseError),
    /// Nothing can be sent to the collector.
    #[error("TTS_OTLP_ENDPOINT: {0}")]
    Collector(#[from] ClientError),
}

/// Starts logging to standard error, and sending traces where there is a collector for them.
///
/// # Errors
/// [`LogFault`], with the setting.
pub fn log(filter: &str, json: bool, collector: Option<&str>) -> Result<Option<Traces>, LogFault> {
    let filter = EnvFilter::builder().parse(filter)?;
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let writer = move || line::Lines::new(std::io::stderr(), json);
    let ansi = !plain && std::io::stderr().is_terminal();
    // A second start, as in tests, changes nothing.
    let Some(collector) = collector else {
        let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer).with_ansi(ansi);
        let _ = if json { lines.json().try_init() } else { lines.with_target(false).try_init() };
        return Ok(None);
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(writer).with_ansi(ansi);
    let lines = if json { lines.json().boxed() } else { lines.with_target(false).boxed() };
    let (recorder, traces) = traces::begin(collector)?;
    let _ = tracing_subscriber::registry().with(lines.with_filter(filter)).with(recorder).try_init();
    Ok(Some(traces))
}

/// What speech can go on without, but not for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SideService {
    /// What limits are shared through.
    Redis,
    /// Usage, keys, controls and the cache's index.
    Database,
    /// Where sound is kept.
    Storage,
}

impl SideService {
    const ALL: [Self; 3] = [Self::Redis, Self::Database, Self::Storage];

    /// As labels and `/readyz` have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Redis => "redis",
            Self::Database => "database",
            Self::Storage => "storage",
        }
    }
}

/// A service beside the gateway could not be used.
pub fn service_failed(service: SideService) {
    metrics::counter!("saywell_service_errors_total", "service" => service.name()).increment(1);
}

/// Tells what this process takes of its machine, as of now; which build it is, and which gateway.
pub fn measure_process(gateway: &str) {
    static PROCESS: OnceLock<metrics_process::Collector> = OnceLock::new();
    metrics::gauge!("saywell_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    metrics::gauge!("saywell_gateway_info", "gateway" => gateway.to_owned()).set(1.0);
    PROCESS
        .get_or_init(|| {
            let process = metrics_process::Collector::default();
            process.describe();
            process
        })
        .collect();
}

/// Begins the counters that alerts look at: a rise from nothing is seen only where there was a zero before.
pub fn begin_counters<'a>(providers: impl Iterator<Item = &'a str>) {
    for service in SideService::ALL {
        metrics::counter!("saywell_service_errors_total", "service" => service.name()).increment(0);
    }
    metrics::counter!("saywell_usage_unwritten_total").increment(0);
    for reason in ["room", "expired"] {
        metrics::counter!("saywell_cache_evictions_total", "reason" => reason).increment(0);
        metrics::counter!("saywell_cache_evicted_bytes_total", "reason" => reason).increment(0);
    }
    for provider in providers {
        for reason in ["unavailable", "throttled", "overloaded", "timeout", "misconfigured", "rejected"] {
            let labels = [("provider", provider.to_owned()), ("reason", reason.to_owned())];
            metrics::counter!("saywell_call_failures_total", &labels).increment(0);
        }
    }
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
