//! Real stores that replicas share. They need their servers, which `make test` installs: its section `stores` runs these.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod authority;
mod balancer;
mod database;
mod ill;
mod limits;
mod partition;
mod pooler;
mod postgres;
mod process;
mod redis_server;
mod shared;
mod stopping;
mod stream;
mod takeover;
mod wire;
