//! The table of targets with what was measured, and the facts it was measured under.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

/// What a run found.
pub struct Report {
    facts: Vec<(&'static str, String)>,
    rows: Vec<Row>,
    details: Vec<String>,
}

struct Row {
    what: String,
    target: String,
    measured: String,
    met: bool,
}

impl Report {
    /// A report that so far holds the facts about this machine.
    pub fn new(python: &Path) -> io::Result<Self> {
        let versions = "import importlib.metadata as m; \
            print(', '.join(f'{n} {m.version(n)}' for n in ('hibari-tts', 'onnxruntime', 'numpy', 'scipy', 'piper-tts')))";
        let facts = vec![
            ("date", said_by("date", &["-u", "+%Y-%m-%d %H:%M UTC"])?),
            ("processor", processor()?),
            ("memory", memory()?),
            ("system", system()?),
            ("congestion control of TCP", congestion_control()?),
            ("load average at the start", load_average()?),
            ("compiler", said_by("rustc", &["--version"])?),
            ("peers", said_by(&python.to_string_lossy(), &["-c", versions])?),
            ("nginx", said_by("nginx", &["-v"])?),
        ];
        Ok(Self { facts, rows: Vec::new(), details: Vec::new() })
    }

    /// Adds a line to the table of targets.
    pub fn row(
        &mut self,
        what: impl Into<String>,
        target: impl Into<String>,
        measured: impl Into<String>,
        met: bool,
    ) {
        let row = Row { what: what.into(), target: target.into(), measured: measured.into(), met };
        eprintln!("  {}: {} (target {}) {}", row.what, row.measured, row.target, verdict(row.met));
        self.rows.push(row);
    }

    /// Adds a chapter of Markdown below the table.
    pub fn detail(&mut self, title: &str, text: &str) {
        self.details.push(format!("## {title}\n\n{}\n", text.trim()));
    }

    /// The whole report in Markdown.
    pub fn document(&self) -> String {
        let mut parts = vec![
            "# Benchmarks\n".to_owned(),
            "What `make bench` measured last; run it to have the numbers of your own machine. Both sides of a ratio\n\
             ran in turns in the same run, on the same machine, with everything on loopback.\n"
                .to_owned(),
            "| what | target | measured | |\n|---|---|---|---|".to_owned(),
        ];
        parts.extend(self.rows.iter().map(|row| {
            format!("| {} | {} | {} | {} |", row.what, row.target, row.measured, verdict(row.met))
        }));
        parts.push("\n| measured on | |\n|---|---|".to_owned());
        parts.extend(self.facts.iter().map(|(name, value)| format!("| {name} | {value} |")));
        parts.push(String::new());
        parts.extend(self.details.iter().cloned());
        parts.join("\n")
    }
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "**missed**" }
}

fn processor() -> io::Result<String> {
    let information = fs::read_to_string("/proc/cpuinfo")?;
    let model = information.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let cores = std::thread::available_parallelism()?;
    Ok(format!("{}, {cores} cores", model.map_or("unknown", |(_, model)| model)))
}

fn memory() -> io::Result<String> {
    let information = fs::read_to_string("/proc/meminfo")?;
    let kib = information
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB")?.parse().ok());
    Ok(format!("{:.0} GiB", kib.unwrap_or(0.0) / 1024.0 / 1024.0))
}

fn system() -> io::Result<String> {
    let release = fs::read_to_string("/etc/os-release")?;
    let name = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME=")).unwrap_or("unknown");
    Ok(format!(
        "{}, Linux {}",
        name.trim_matches('"'),
        fs::read_to_string("/proc/sys/kernel/osrelease")?.trim()
    ))
}

fn congestion_control() -> io::Result<String> {
    Ok(fs::read_to_string("/proc/sys/net/ipv4/tcp_congestion_control")?.trim().to_owned())
}

fn load_average() -> io::Result<String> {
    let averages = fs::read_to_string("/proc/loadavg")?;
    Ok(averages.split(' ').next().unwrap_or_default().to_owned())
}

/// The first line that a program prints, to whichever output.
pub fn said_by(program: &str, arguments: &[&str]) -> io::Result<String> {
    let output = Command::new(program).args(arguments).output().map_err(|error| {
        io::Error::new(error.kind(), format!("{program}: {error}; `make tools-bench` installs it"))
    })?;
    let said = [output.stdout, output.stderr].concat();
    Ok(String::from_utf8_lossy(&said).lines().next().unwrap_or_default().to_owned())
}
