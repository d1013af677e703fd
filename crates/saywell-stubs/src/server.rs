//! A stub that listens.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeBounds;
use std::time::Duration;

use axum::extract::State;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::serve::ListenerExt;
use axum::{Json, Router};
use serde_json::json;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;

use crate::call::{self, Counts, Desk, Recorded};
use crate::fault::{Fault, Refusal};
use crate::proxy;
use crate::stubs::StubKind;

/// What has not happened after this time will not.
const PATIENCE: Duration = Duration::from_secs(10);

/// A stub that listens on the loopback. Ends with the value.
#[derive(Debug)]
pub struct Stub {
    address: SocketAddr,
    desk: Desk,
    server: JoinHandle<()>,
}

impl Stub {
    /// Starts a stub on a free port.
    ///
    /// # Errors
    /// When there is none.
    pub async fn start(kind: &StubKind) -> io::Result<Self> {
        Self::start_on(kind, 0).await
    }

    /// Starts a stub on this port; 0 is any free one.
    ///
    /// # Errors
    /// When the port cannot be listened on.
    pub async fn start_on(kind: &StubKind, port: u16) -> io::Result<Self> {
        Self::serve((kind.routes)(), kind.refuse, port).await
    }

    /// Starts a stub in front of a real server: what comes is passed on to `upstream`, such as
    /// `http://127.0.0.1:5000`, and what it answers passed back. Every `POST` is a call for speech and may suffer a
    /// fault.
    ///
    /// # Errors
    /// When the port cannot be listened on.
    pub async fn proxy(upstream: &str, port: u16) -> io::Result<Self> {
        Self::serve(proxy::routes(upstream), proxy::refuse, port).await
    }

    async fn serve(routes: Router<Desk>, refuse: fn(Refusal) -> Response, port: u16) -> io::Result<Self> {
        let desk = Desk::new(refuse);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let listener = listener.tap_io(|stream| at_once(stream));
        let app = routes
            .layer(from_fn_with_state(desk.clone(), call::note))
            .route("/_requests", get(requests))
            .route("/_counts", get(counts))
            .with_state(desk.clone());
        let server = tokio::spawn(async move { drop(axum::serve(listener, app).await) });
        Ok(Self { address, desk, server })
    }

    /// Where it listens, such as `http://127.0.0.1:40000`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets these calls for speech suffer a fault: `..` all, `2..` from the third on, `1..2` the second alone.
    pub fn fails(&self, fault: Fault, calls: impl RangeBounds<usize>) {
        self.desk.fails(fault, calls);
    }

    /// Sets no fault.
    pub fn recovers(&self) {
        self.desk.recovers();
    }

    /// Every request so far, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        self.desk.requests()
    }

    /// Characters that its service would charge for, of all requests so far.
    #[must_use]
    pub fn charged(&self) -> u64 {
        self.requests().iter().map(crate::charged::characters).sum::<u64>() + self.desk.charged()
    }

    /// What became of the calls for speech so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        *self.desk.counts().borrow()
    }

    /// Waits until the counts are as wished: that a call has begun, or that its connection was closed. Answers
    /// whether they became so within ten seconds.
    pub async fn until(&self, wished: impl FnMut(&Counts) -> bool) -> bool {
        let mut counts = self.desk.counts();
        matches!(tokio::time::timeout(PATIENCE, counts.wait_for(wished)).await, Ok(Ok(_)))
    }

    /// Waits until somebody hangs up on a call before its answer has ended. Answers whether that came within ten
    /// seconds.
    pub async fn abandoned(&self) -> bool {
        self.until(|counts| counts.abandoned > 0).await
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Sends a piece when it is there, as the services do.
fn at_once(stream: &TcpStream) {
    // A system that cannot is a slower stand-in, not a wrong one.
    drop(stream.set_nodelay(true));
    // BBR, the default of some systems, takes the round trip of a kept connection anew every few seconds, and lets only four
    // pieces be on their way meanwhile: one call in forty or so would take 20 to 80 ms, whoever asks.
    #[cfg(target_os = "linux")]
    drop(socket2::SockRef::from(stream).set_tcp_congestion(b"reno"));
}

/// The requests so far, for tests in other languages.
async fn requests(State(desk): State<Desk>) -> Response {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let requests = desk.requests().into_iter().map(|request| {
        let headers: serde_json::Map<_, _> = request
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), text(value.as_bytes()).into()))
            .collect();
        json!({
            "method": request.method,
            "path": request.path,
            "query": request.query,
            "headers": headers,
            "body": text(&request.body),
        })
    });
    Json(requests.collect::<Vec<_>>()).into_response()
}

/// What became of the calls for speech so far, for tests in other languages.
async fn counts(State(desk): State<Desk>) -> Response {
    let Counts { begun, finished, abandoned, suffered } = *desk.counts().borrow();
    let counts =
        json!({ "begun": begun, "finished": finished, "abandoned": abandoned, "suffered": suffered });
    Json(counts).into_response()
}

/// An address at which nobody listens, for as long as the value lives.
#[derive(Debug)]
pub struct Nobody {
    address: SocketAddr,
    _reserved: TcpSocket,
}

impl Nobody {
    /// Reserves one.
    ///
    /// # Errors
    /// When there is no free port.
    pub fn new() -> io::Result<Self> {
        // Bound but not listening: connections are refused, and nobody else gets the port.
        let socket = TcpSocket::new_v4()?;
        socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
        Ok(Self { address: socket.local_addr()?, _reserved: socket })
    }

    /// Where connections are refused.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}
