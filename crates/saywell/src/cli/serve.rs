//! `saywell serve`.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing::{info, warn};

use super::{Failed, print};
use crate::app::App;
use crate::config::{Given, Settings};
use crate::connections::ConnectionBounds;
use crate::http::router;
use crate::http::server::{self, Server};
use crate::identity::Mode;
use crate::wyoming;

/// Arguments of `saywell serve`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The address to listen on, with or without a port
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// The port to listen on
    #[arg(long)]
    port: Option<String>,
}

impl Arguments {
    /// The settings among them. The port comes last, since an address may name one as well.
    pub(super) fn given(&self) -> Vec<Given> {
        let given = |option, variable, value: &Option<String>| {
            value.clone().map(|value| Given { option, variable, value })
        };
        let listen = given("--listen", "TTS_LISTEN", &self.listen);
        listen.into_iter().chain(given("--port", "PORT", &self.port)).collect()
    }
}

/// When voices that were too slow are tried again: the machine may have been busy with something else.
const TRY_AGAIN: Duration = Duration::from_mins(10);
/// Open files for everything but callers: databases, providers, sound on disk.
#[cfg(unix)]
const OWN_FILES: u64 = 512;

pub(super) async fn run(settings: Settings) -> Result<(), Failed> {
    let listener = listen(settings.listen)?;
    let wyoming = match settings.wyoming_listen {
        Some(address) => Some(listen(address)?),
        None => None,
    };
    let address = listener.local_addr()?;
    let (bounds, trusted) = (settings.connections.clone(), settings.trusted_proxies.clone());
    if settings.auth.contains(&Mode::None) && !address.ip().is_loopback() {
        warn!(
            %address,
            "TTS_AUTH=none: whoever reaches this port may speak, on your account with every provider. Set TTS_AUTH to jwt, key or \
             trial unless something in front of it decides who gets through"
        );
    }
    if let Some(warning) = settings.not_shared() {
        warn!("REDIS_URL is set, as where several gateways are one, and {warning}");
    }
    let (delay, patience) = (settings.stop_delay, settings.stop_timeout);
    // Before anybody can know that it is there.
    let mut asking = Asking::begin()?;
    let app = App::open(settings).await?;
    if let Some(listener) = wyoming {
        print(format_args!("Saywell speaks Wyoming at tcp://{}", listener.local_addr()?))?;
        // Waited for by `Connections::closed`.
        tokio::spawn(app.connections.track(wyoming::serve(app.clone(), listener)));
    }
    print(format_args!("Saywell speaks at http://{address}"))?;
    app.keep_trying_voices(TRY_AGAIN);
    let (stopping, begun) = (app.clone(), Arc::<OnceLock<Instant>>::default());
    let stops_at = Arc::clone(&begun);
    let stop = async move {
        let asked = asking.heard().await;
        stopping.readiness.end();
        // A balancer needs a moment until it sends nobody here any more; whoever stops it by hand has none.
        if asked == Asked::ByTheSystem && stopping.readiness.is_watched() && !delay.is_zero() {
            info!(seconds = delay.as_secs_f64(), "about to stop: not ready any more");
            tokio::select! {
                () = tokio::time::sleep(delay) => {}
                _ = asking.heard() => {}
            }
        }
        info!("stopping");
        let _ = stops_at.set(Instant::now());
        stopping.stop();
    };
    let bounds = ConnectionBounds { connections: connections_to_have(bounds.connections), ..bounds };
    Server::new(router(app.clone()), bounds, trusted).serve(listener, stop, patience).await;
    let begun = begun.get().map_or(Duration::ZERO, Instant::elapsed);
    app.close(patience.saturating_sub(begun)).await;
    Ok(())
}

fn listen(address: SocketAddr) -> Result<TcpListener, Failed> {
    server::listen(address).map_err(|error| Failed::Run(format!("{address} cannot be listened on: {error}")))
}

/// How many connections there can be: as many as are wished, or as the system lets this process have open files for,
/// less those that it needs otherwise.
fn connections_to_have(wished: usize) -> usize {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        // What is allowed is taken: the lower number is for programs that cannot handle many.
        let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).is_ok();
        if let Some(files) = if raised { maximum } else { current } {
            let most = usize::try_from(files.saturating_sub(OWN_FILES).max(files / 2)).unwrap_or(usize::MAX);
            if most < wished {
                warn!(
                    most,
                    "the system lets this process open {files} files (`ulimit -n`), and TTS_MAX_CONNECTIONS is {wished}"
                );
                return most;
            }
        }
    }
    wished
}

/// Who asks the process to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// Somebody at a terminal.
    ByHand,
    /// What runs it: SIGTERM.
    ByTheSystem,
}

/// Hears when the process is asked to stop, from when it is made on.
#[cfg(unix)]
struct Asking {
    by_hand: Signal,
    by_the_system: Signal,
}

#[cfg(unix)]
impl Asking {
    fn begin() -> std::io::Result<Self> {
        Ok(Self {
            by_hand: signal(SignalKind::interrupt())?,
            by_the_system: signal(SignalKind::terminate())?,
        })
    }

    async fn heard(&mut self) -> Asked {
        tokio::select! {
            _ = self.by_hand.recv() => Asked::ByHand,
            _ = self.by_the_system.recv() => Asked::ByTheSystem,
        }
    }
}

/// Hears when the process is asked to stop.
#[cfg(not(unix))]
struct Asking;

#[cfg(not(unix))]
impl Asking {
    fn begin() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn heard(&mut self) -> Asked {
        let _ = tokio::signal::ctrl_c().await;
        Asked::ByHand
    }
}
