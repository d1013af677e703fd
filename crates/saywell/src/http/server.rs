//! Serving: connections with limits, and an end that lets flights land.

mod body;
mod door;
mod socket;
#[cfg(test)]
mod tests;
mod visit;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, Version};
use hyper::body::{Body as _, Incoming};
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use ipnet::IpNet;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::debug;

pub use self::body::TooSlow;
use self::body::{Arriving, Leaving};
use self::door::{Door, Seat};
use self::socket::Socket;
use self::visit::Visit;
use crate::connections::ConnectionBounds;

/// Longest head of a request, bytes. For HTTP/2 it bounds the list of fields too, and with it how many CONTINUATION
/// frames there may be.
const MAX_HEAD_BYTES: usize = 16 * 1024;
/// How long a client may take nothing of an answer. A player that pauses does, and asks for the rest when it goes on.
const TAKEN_WITHIN: Duration = Duration::from_mins(10);
/// How often a silent connection of HTTP/2 is asked whether it is there.
const PING_EVERY: Duration = Duration::from_secs(30);
/// Requests at once over one connection of HTTP/2.
const MAX_STREAMS: u32 = 128;
/// Requests that are taken back before we have seen them, after which a connection of HTTP/2 is closed.
const MAX_TAKEN_BACK: usize = 20;
/// Requests of HTTP/2 that we end because of the client's faults, after which its connection is closed.
const MAX_FAULTS: usize = 128;
/// What of an answer waits here for a client that takes it slowly, bytes for each request of HTTP/2.
const MAX_SENT_AHEAD: usize = 64 * 1024;
/// What a client may send ahead, bytes: of one request, and of all of a connection of HTTP/2.
const STREAM_WINDOW: u32 = 256 * 1024;
const CONNECTION_WINDOW: u32 = 1024 * 1024;
/// How long nobody is let in when the system has no more connections to give.
const REST: Duration = Duration::from_millis(50);

/// Connections that may wait to be accepted, as far as the system allows (`net.core.somaxconn`, 4,096 by default). One more is
/// not refused: Linux leaves its first packet unanswered, and the caller tries again after a whole second.
const BACKLOG: u32 = 4096;

/// Listens on an address.
///
/// # Errors
/// When it cannot be listened on, such as a port in use.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // On Windows it would let others take the port.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// What serves connections.
#[derive(Debug)]
pub struct Server {
    bounds: Arc<ConnectionBounds>,
    door: Arc<Door>,
    router: Router,
    http: Builder<TokioExecutor>,
    stop: CancellationToken,
    open: TaskTracker,
}

impl Server {
    /// Serves this, to connections within these bounds. `trusted` proxies speak for many: how many connections come
    /// from one of them is not bounded.
    #[must_use]
    pub fn new(router: Router, bounds: ConnectionBounds, trusted: Vec<IpNet>) -> Self {
        let door = Door::new(bounds.connections, bounds.connections_per_address, trusted);
        Self {
            bounds: Arc::new(bounds),
            door: Arc::new(door),
            router,
            http: http(),
            stop: CancellationToken::new(),
            open: TaskTracker::new(),
        }
    }

    /// Serves until `stop` resolves, then lets requests end for as long as `patience`.
    pub async fn serve(self, listener: TcpListener, stop: impl Future<Output = ()>, patience: Duration) {
        let mut stop = std::pin::pin!(stop);
        loop {
            let (stream, peer) = tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok(accepted) => accepted,
                    Err(error) => {
                        // Out of file descriptors, or a client that left already: the next may fare better.
                        debug!(%error, "a connection was not accepted");
                        self.door.make_room();
                        tokio::time::sleep(REST).await;
                        continue;
                    }
                },
                () = &mut stop => break,
            };
            // Sound is sent in small pieces, and each of them at once.
            let _ = stream.set_nodelay(true);
            self.welcome(stream, peer);
        }
        drop(listener);
        self.stop.cancel();
        self.open.close();
        let _ = tokio::time::timeout(patience, self.open.wait()).await;
    }

    /// Serves one connection beside the others, if there is room for it.
    pub fn welcome(&self, stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static, peer: SocketAddr) {
        if let Some(seat) = self.door.enter(peer.ip()) {
            self.open.spawn(self.attend(stream, peer, seat));
        } else {
            metrics::counter!("saywell_connections_closed_total", "reason" => "busy").increment(1);
        }
    }

    /// One connection, from its first byte to its last.
    fn attend(
        &self,
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        peer: SocketAddr,
        seat: Seat,
    ) -> impl Future<Output = ()> + Send + 'static {
        let (http, router, bounds) = (self.http.clone(), self.router.clone(), Arc::clone(&self.bounds));
        let leave = self.stop.child_token();
        let visit = Visit::new(seat, Arc::clone(&bounds), leave.clone());
        let socket = TokioIo::new(Socket::new(stream, Arc::clone(&visit)));
        let router = TowerToHyperService::new(router);
        let service = service_fn(move |mut request: Request<Incoming>| {
            let under_way = visit.begin(request.version() == Version::HTTP_2, request.body().is_end_stream());
            request.extensions_mut().insert(ConnectInfo(peer));
            let body = |body| Arriving::new(body, Arc::clone(&under_way), Arc::clone(&bounds));
            let answer = router.call(request.map(body));
            async move {
                let answer = answer.await?;
                under_way.arrived();
                if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
                    under_way.upgrade();
                }
                Ok::<_, Infallible>(answer.map(|inner| Leaving { inner, _request: under_way }))
            }
        });
        async move {
            let mut connection =
                std::pin::pin!(http.serve_connection_with_upgrades(socket, service).into_owned());
            let served = tokio::select! {
                served = connection.as_mut() => served,
                () = leave.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = served {
                debug!(%error, "a connection ended early");
            }
        }
    }
}

/// How HTTP is spoken. Deadlines of heads, bodies and idle connections are this module's own: hyper has one for both
/// heads and idle connections of HTTP/1, and none for a first byte, half a preface or bodies.
fn http() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(None).max_buf_size(MAX_HEAD_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING_EVERY)
        .max_header_list_size(MAX_HEAD_BYTES as u32)
        .max_concurrent_streams(MAX_STREAMS)
        .max_pending_accept_reset_streams(MAX_TAKEN_BACK)
        .max_local_error_reset_streams(MAX_FAULTS)
        .max_send_buf_size(MAX_SENT_AHEAD)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW);
    builder
}
