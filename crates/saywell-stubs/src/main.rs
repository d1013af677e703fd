//! A stub from the command line, for tests in other languages.
#![expect(clippy::print_stdout, reason = "the address is what a test waits for")]

use std::io;

use clap::Parser;
use clap::builder::PossibleValuesParser;
use saywell_stubs::{Fault, Stub, stubs};

/// Stands in for a speech service until it is interrupted, and says where. `GET /_requests` tells what it was asked.
#[derive(Debug, Parser)]
struct Arguments {
    /// The service; `proxy` passes on to a real server
    #[arg(value_parser = names())]
    name: String,
    /// Where to listen on the loopback; 0 is any free port
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// What goes wrong
    #[arg(long, value_enum)]
    fault: Option<Fault>,
    /// How many calls for speech go well before it does
    #[arg(long, default_value_t = 0)]
    after: usize,
    /// The real server, for `proxy`
    #[arg(long, required_if_eq("name", "proxy"))]
    upstream: Option<String>,
}

fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(stubs::KINDS.iter().map(|kind| kind.name).chain(["proxy"]))
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let arguments = Arguments::parse();
    let kind = stubs::KINDS.iter().find(|kind| kind.name == arguments.name);
    let stub = match (kind, &arguments.upstream) {
        (Some(kind), _) => Stub::start_on(kind, arguments.port).await?,
        (None, upstream) => Stub::proxy(upstream.as_deref().unwrap_or_default(), arguments.port).await?,
    };
    if let Some(fault) = arguments.fault {
        stub.fails(fault, arguments.after..);
    }
    println!("{} listens on {}", arguments.name, stub.url());
    tokio::signal::ctrl_c().await
}
