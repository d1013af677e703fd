//! Saywell, the gateway: it turns a chat assistant's replies into speech, for any chat application.
//!
//! The modules follow one request from top to bottom; [`speak`] is the file to read first.
//!
//! ```text
//! http ─▶ identity ─▶ order  ─▶ speak ┬▶ script    Markdown → utterances
//!         caller      limits          ├▶ cache     rendition, then clips; one flight per key
//!                                     ├▶ chain     fallback over breaker(timeout(provider))
//!                                     └▶ render    PCM → level → frames → container → listeners
//!                                          └▶ usage
//! ```

pub mod cli;
pub mod config;

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
pub mod store;

pub mod chain;
pub mod provider;
pub mod providers;
pub mod queue;
pub mod voices;

pub mod render;

pub mod telemetry;
pub mod usage;

// The ground floor: values that many need, and the ways to the outside.
pub mod clock;
pub mod connections;
pub mod key;
pub mod links;
pub mod models;
pub mod name;
pub mod net;
pub mod price;
pub mod request;
pub mod secret;
pub mod service;
