//! The programs that are measured, started for the length of a measurement.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// A server that does not say in this time that it listens has failed to start.
const START_DEADLINE: Duration = Duration::from_mins(2);

/// A server on a port of its own. Ends with the value.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    /// The server's own folder, removed with it.
    _folder: Folder,
}

impl Server {
    /// The gateway, freshly started, with nothing cached and no setting from the environment.
    pub fn gateway(binary: &Path) -> io::Result<Self> {
        Self::gateway_with(binary, &[])
    }

    /// The same with these settings.
    pub fn gateway_with(binary: &Path, settings: &[(&str, &str)]) -> io::Result<Self> {
        let folder = Folder::new("gateway")?;
        let mut command = Command::new(binary);
        command
            .arg("serve")
            .current_dir(&folder.0)
            .env_clear()
            .env("HOME", &folder.0)
            .env("TTS_LISTEN", "127.0.0.1:0")
            .env("TTS_DATA_DIR", folder.0.join("data"))
            // Long replies are part of what is measured.
            .env("TTS_MAX_SECONDS", "1200")
            // Its callers come from one address, as through a proxy that is trusted.
            .env("TTS_MAX_CONNECTIONS_PER_ADDRESS", "16384")
            .envs(settings.iter().copied());
        Self::start(command, folder, |line| line.split_once("http://")?.1.trim().parse().ok())
    }

    /// Piper's own HTTP server, as the tests start it.
    pub fn piper(python: &Path, repository: &Path) -> io::Result<Self> {
        let folder = Folder::new("piper")?;
        let address = free_address()?;
        let mut command = Command::new(python);
        command
            .arg(repository.join("tools/python/speech_server.py"))
            .args(["piper", "--port", &address.port().to_string(), "--data"])
            .arg(&folder.0);
        Self::start(command, folder, |line| line.contains("Running on").then_some(address))
    }

    /// The stand-in for a speech service.
    pub fn stub(binary: &Path, name: &str) -> io::Result<Self> {
        Self::stub_with(binary, name, &[])
    }

    /// The same with these options.
    pub fn stub_with(binary: &Path, name: &str, options: &[&str]) -> io::Result<Self> {
        let mut command = Command::new(binary);
        command.arg(name).args(options);
        Self::start(command, Folder::new(name)?, |line| line.split_once("http://")?.1.trim().parse().ok())
    }

    /// LiteLLM's proxy in front of a service of OpenAI's format, from the environment whose programs are in `programs`.
    pub fn litellm(programs: &Path, base_url: &str) -> io::Result<Self> {
        let folder = Folder::new("litellm")?;
        let address = free_address()?;
        let model = serde_json::json!({
            "model_name": "gpt-4o-mini-tts",
            "litellm_params": { "model": "openai/gpt-4o-mini-tts", "api_base": base_url, "api_key": "sk-bench" },
        });
        // JSON is YAML.
        let config = serde_json::json!({ "model_list": [model], "general_settings": {} });
        fs::write(folder.0.join("config.yaml"), config.to_string())?;
        let mut command = Command::new(programs.join("litellm"));
        command
            .args(["--host", "127.0.0.1", "--port", &address.port().to_string(), "--config", "config.yaml"])
            .current_dir(&folder.0)
            .env("HOME", &folder.0)
            .env("LITELLM_MODE", "PRODUCTION")
            .env("LITELLM_LOG", "ERROR")
            // Nothing is asked of a caller here, as of the gateway.
            .env("LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY", "true")
            // It has a copy of its prices; fetching newer ones would wait for the network.
            .env("LITELLM_LOCAL_MODEL_COST_MAP", "True");
        let server =
            Self::start(command, folder, |line| line.contains("Proxy initialized").then_some(address))?;
        server.accepting()
    }

    /// The server once somebody answers at its address: some say that they are ready a little early.
    fn accepting(self) -> io::Result<Self> {
        let begun = Instant::now();
        loop {
            match TcpStream::connect(self.address) {
                Ok(_) => return Ok(self),
                Err(error) if begun.elapsed() > START_DEADLINE => return Err(error),
                Err(_) => std::thread::park_timeout(Duration::from_millis(20)),
            }
        }
    }

    /// nginx serving `file` at `/sound`, with as many workers as there are cores.
    pub fn nginx(file: &[u8], content_type: &str) -> io::Result<Self> {
        let folder = Folder::new("nginx")?;
        let address = free_address()?;
        fs::create_dir(folder.0.join("www"))?;
        fs::write(folder.0.join("www/sound"), file)?;
        let root = folder.0.display();
        fs::write(
            folder.0.join("nginx.conf"),
            format!(
                "daemon off; worker_processes auto; pid {root}/pid; error_log stderr notice;\n\
                 events {{ worker_connections 4096; }}\n\
                 http {{\n\
                   access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; open_file_cache max=16;\n\
                   keepalive_requests 1000000000; default_type {content_type};\n\
                   client_body_temp_path {root}/body; proxy_temp_path {root}/proxy; fastcgi_temp_path {root}/fastcgi;\n\
                   uwsgi_temp_path {root}/uwsgi; scgi_temp_path {root}/scgi;\n\
                   server {{ listen {address}; root {root}/www; }}\n\
                 }}\n"
            ),
        )?;
        // nginx drops its workers to another user where it may, who has to be able to read the file.
        let mut command = Command::new("nginx");
        command.arg("-c").arg(folder.0.join("nginx.conf")).arg("-p").arg(&folder.0);
        Self::start(command, folder, |line| line.contains("start worker process").then_some(address))
    }

    /// Starts `command` and returns once it has written the line from which `ready` reads its address.
    pub fn start(
        mut command: Command,
        folder: Folder,
        ready: impl Fn(&str) -> Option<SocketAddr>,
    ) -> io::Result<Self> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let (sender, lines) = mpsc::channel();
        let outputs: [Option<Box<dyn Read + Send>>; 2] = [
            child.stdout.take().map(|out| Box::new(out) as _),
            child.stderr.take().map(|out| Box::new(out) as _),
        ];
        for output in outputs.into_iter().flatten() {
            let sender = sender.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(output).lines().map_while(Result::ok) {
                    // Read on when nobody listens any more, so that the server never waits for a reader.
                    let _ = sender.send(line);
                }
            });
        }
        drop(sender);
        // Until it says otherwise, an address that answers nobody.
        let mut server = Self { child, address: SocketAddr::from(([127, 0, 0, 1], 0)), _folder: folder };
        let mut said = Vec::new();
        while let Ok(line) = lines.recv_timeout(START_DEADLINE) {
            if let Some(address) = ready(&line) {
                server.address = address;
                return Ok(server);
            }
            said.push(line);
        }
        Err(io::Error::other(format!("{command:?} did not start. It said:\n{}", said.join("\n"))))
    }

    /// Ends it as `kill -9` does.
    pub fn kill(&mut self) -> io::Result<()> {
        self.child.kill()?;
        self.child.wait().map(drop)
    }

    /// Resident memory now, in bytes.
    pub fn resident_bytes(&self) -> io::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok())
            .map(|kib| kib * 1024)
            .ok_or_else(|| io::Error::other("no VmRSS in /proc"))
    }

    /// Processor time spent so far, in clock ticks of a hundredth of a second.
    pub fn processor_ticks(&self) -> io::Result<u64> {
        processor_ticks(&self.child)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its number may be another's by now.
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        // nginx passes SIGTERM on to its workers; SIGKILL would orphan them.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

/// A program that answers each line given to it with a line.
pub struct LineProgram {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl LineProgram {
    pub fn start(command: &mut Command) -> io::Result<Self> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(input), Some(output)) => Ok(Self { child, input, output: BufReader::new(output) }),
            _ => Err(io::Error::other("no pipes to the program")),
        }
    }

    pub fn ask(&mut self, line: &str) -> io::Result<String> {
        writeln!(self.input, "{line}")?;
        self.input.flush()?;
        let mut answer = String::new();
        if self.output.read_line(&mut answer)? == 0 {
            return Err(io::Error::other(format!("the program ended instead of answering {line:?}")));
        }
        Ok(answer)
    }

    /// Processor time spent so far, in clock ticks of a hundredth of a second.
    pub fn processor_ticks(&self) -> io::Result<u64> {
        processor_ticks(&self.child)
    }
}

impl Drop for LineProgram {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A temporary folder, removed with the value.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> io::Result<Self> {
        let address = free_address()?;
        let folder = std::env::temp_dir().join(format!("saywell-bench-{name}-{}", address.port()));
        fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn processor_ticks(child: &Child) -> io::Result<u64> {
    let stat = fs::read_to_string(format!("/proc/{}/stat", child.id()))?;
    // utime and stime are fields 14 and 15; field 2, the name, may hold spaces and ends with ")".
    let fields = stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().skip(11).take(2));
    Ok(fields.into_iter().flatten().filter_map(|field| field.parse::<u64>().ok()).sum())
}

pub fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}
