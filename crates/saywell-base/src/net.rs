//! The clients that call out over the network.

/// No client can be made: the system's certificates cannot be read, say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot call out: {0}")]
pub struct ClientError(String);

/// The client for calls over HTTP. It follows no redirects and sets no deadlines.
///
/// # Errors
/// [`ClientError`] when the system's certificates cannot be read.
pub fn client() -> Result<reqwest::Client, ClientError> {
    build(reqwest::Client::builder())
}

/// The client for providers that speak WebSocket: HTTP/2 has no upgrade.
///
/// # Errors
/// As [`client`].
pub fn socket_client() -> Result<reqwest::Client, ClientError> {
    build(reqwest::Client::builder().http1_only())
}

/// The client for providers that speak gRPC: HTTP/2 from the start, whatever the other side offers.
///
/// # Errors
/// As [`client`].
pub fn grpc_client() -> Result<reqwest::Client, ClientError> {
    build(reqwest::Client::builder().http2_prior_knowledge())
}

fn build(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, ClientError> {
    builder
        .user_agent(concat!("saywell/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|error| ClientError(error.to_string()))
}
