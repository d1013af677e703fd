//! The HTTP interface, route by route, against a gateway with a scripted provider and everything in memory.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod first;

mod admin;
mod azure;
mod captions;
mod chain;
mod doors;
mod edge;
mod elevenlabs;
mod failover;
mod identity;
mod identity_links;
mod identity_tokens;
mod limits;
mod links;
mod mcp;
mod money;
mod nonsense;
mod openai;
mod queue;
mod realtime;
mod script;
mod server;
mod speech;
mod storage;
mod stream;
mod support;
mod usage;
mod voices;
mod warm;
mod wyoming;
