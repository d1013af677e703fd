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
            print(', '.join(f'{n} {m.version(n)}' for n in ('hibari-tts', 'onnxruntime', 'numpy', 'scipy', 'piper-tts') \
            if any(m.distributions(name=n))) or 'not installed')";
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

    /// The whole report in Markdown. Of the `last` one, the tables of other kinds of processors are kept.
    pub fn document(&self, last: &str) -> String {
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
        let here = self.facts.iter().find(|(name, _)| *name == "processor").map_or("", |(_, here)| here);
        let others = of_other_processors(last, here);
        if !others.is_empty() {
            parts.push(format!("{OTHERS}\n"));
            parts.extend(others);
        }
        parts.join("\n")
    }
}

/// The chapter with a table of each other kind of processor, as it was measured there last.
const OTHERS: &str = "## On other processors";

/// The tables of an older report that were measured on another processor than `here`, each under its heading.
fn of_other_processors(report: &str, here: &str) -> Vec<String> {
    let (current, others) = report.split_once(&format!("\n{OTHERS}\n")).unwrap_or((report, ""));
    let fact = |name: &str| {
        current.lines().find_map(|line| line.strip_prefix(&format!("| {name} | "))?.strip_suffix(" |"))
    };
    let mut tables = Vec::new();
    if let (Some(processor), Some(date)) = (fact("processor"), fact("date")) {
        let table = current.lines().skip_while(|line| !line.starts_with("| what |"));
        let rows: Vec<&str> = table.take_while(|line| line.starts_with('|')).collect();
        tables.push((processor, format!("### {processor}, on {date}\n\n{}\n", rows.join("\n"))));
    }
    for table in others.split("\n### ").skip(1) {
        let processor = table.split_once(", on ").map_or("", |(processor, _)| processor);
        if tables.iter().all(|(known, _)| *known != processor) {
            tables.push((processor, format!("### {}\n", table.trim_end())));
        }
    }
    tables.into_iter().filter(|(processor, _)| *processor != here).map(|(_, table)| table).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_processor_keeps_its_last_table() {
        let on = |processor: &str, measured: &str, last: &str| {
            let row = Row { what: "it".into(), target: "1".into(), measured: measured.into(), met: true };
            let facts = vec![("date", "today".into()), ("processor", processor.to_owned())];
            Report { facts, rows: vec![row], details: vec!["## How\n".into()] }.document(last)
        };
        let first = on("A", "1.0", "");
        assert!(!first.contains(OTHERS));
        let third = on("B", "3.0", &on("B", "2.0", &first));
        assert!(third.contains("### A, on today\n\n| what | target | measured | |\n"), "{third}");
        assert!(
            third.contains("| 1.0 |") && third.contains("| 3.0 |") && !third.contains("| 2.0 |"),
            "{third}"
        );
        let fourth = on("A", "4.0", &third);
        assert_eq!(fourth.matches("### ").count(), 1, "{fourth}");
        assert!(fourth.contains("### B, on today") && fourth.contains("| 3.0 |"), "{fourth}");
        assert_eq!(on("C", "5.0", &fourth).matches("### ").count(), 2);
    }
}
