//! `saywell serve`.

use std::time::Duration;

use tracing::info;

use super::{Failed, print};
use crate::app::App;
use crate::config::Settings;
use crate::http::{router, server};

/// How long flights may take to end once the server is asked to stop.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) async fn run(settings: Settings) -> Result<(), Failed> {
    let address = settings.listen;
    let listener = server::listen(address)
        .await
        .map_err(|error| Failed::Run(format!("{address} cannot be listened on: {error}")))?;
    let address = listener.local_addr()?;
    let app = App::open(settings).await?;
    print(format_args!("Saywell speaks at http://{address}"))?;
    let connections = app.connections.clone();
    let stop = async {
        stopped().await;
        info!("stopping");
        connections.stop();
    };
    server::serve(listener, router(app.clone()), stop, PATIENCE).await;
    app.close(PATIENCE).await;
    Ok(())
}

/// Resolves when the process is asked to stop.
async fn stopped() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    let _ = interrupted.await;
}
