//! Saywell, the gateway: it turns a chat assistant's replies into speech, for any chat application.
//!
//! The modules follow one request from top to bottom; [`speak`] is the file to read first. Who speaks is in a crate of its
//! own, `saywell-providers`, and what both stand on in `saywell-base`.
//!
//! ```text
//! http ─▶ identity ─▶ order  ─▶ speak ┬▶ script    Markdown → utterances
//!         caller      limits          ├▶ cache     rendition, then clips; one flight per key
//!                                     ├▶ chain     fallback over retry(breaker(meter(timeout(provider))))
//!                                     └▶ render    PCM → level → frames → container → listeners
//!                                          └▶ usage
//! ```

pub mod cli;
pub mod config;
pub mod wyoming;

pub mod app;
pub mod controls;
pub mod http;
pub mod identity;
pub mod limits;
pub mod order;
pub mod speak;

pub mod script;

pub mod cache;
pub mod flight;
pub mod gateways;
pub mod store;

// Who speaks, in a crate of their own: the contract, the providers, what is around them.
pub use saywell_providers::{chain, ends, price, provider, providers, queue, trial, voices};

pub mod render;

pub mod telemetry;
pub mod usage;

// The ground floor, and what stands right on it: values that many need, and the ways to the outside.
pub use saywell_base::{causes, clock, net, secret};

pub mod connections;
pub mod error_code;
pub mod key;
pub mod links;
pub mod models;
pub mod name;
pub mod redis_client;
pub mod request;
pub mod service;
