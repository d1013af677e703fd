//! The HTTP interface, route by route, against a gateway with a scripted provider and everything in memory.

mod captions;
mod links;
mod nonsense;
mod openai;
mod server;
mod speech;
mod support;
