//! What several gateways share, and what is before them: real servers, started for the length of a measurement.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::super::process::{Folder, Server, free_address};

/// Where Debian has PostgreSQL's own programs, by version.
const POSTGRES: &str = "/usr/lib/postgresql";

/// Gateways that share everything, behind a balancer that asks them in turn.
pub struct Gateways {
    pub members: Vec<Server>,
    pub balancer: Server,
    pub redis: Server,
    binary: PathBuf,
    settings: Vec<(String, String)>,
    _postgres: Server,
    _sound: Folder,
}

impl Gateways {
    /// Three of them, with these settings beside.
    pub fn start(binary: &Path, more: &[(&str, &str)]) -> io::Result<Self> {
        let (redis, postgres, sound) = (redis()?, postgres()?, Folder::new("sound")?);
        let shared = [
            ("REDIS_URL", format!("redis://{}", redis.address)),
            ("DATABASE_URL", format!("postgres://saywell@{}/postgres", postgres.address)),
            ("TTS_STORAGE_URL", format!("file:{}", sound.0.display())),
            ("TTS_SIGNING_KEY", "only benchmarks are signed with these words".to_owned()),
        ];
        let more = more.iter().map(|(name, value)| (*name, (*value).to_owned()));
        let settings: Vec<_> =
            shared.into_iter().chain(more).map(|(name, value)| (name.to_owned(), value)).collect();
        let members = (0..3).map(|_| one(binary, &settings)).collect::<io::Result<Vec<_>>>()?;
        let balancer = balancer(&members)?;
        let binary = binary.to_owned();
        Ok(Self { members, balancer, redis, binary, settings, _postgres: postgres, _sound: sound })
    }

    /// One more of the same, which the balancer does not know.
    pub fn another(&self) -> io::Result<Server> {
        one(&self.binary, &self.settings)
    }

    /// The address of a member, counted round and round.
    pub fn address(&self, number: usize) -> io::Result<SocketAddr> {
        let member = self.members.get(number % self.members.len().max(1));
        member.map(|member| member.address).ok_or_else(|| io::Error::other("there is no gateway"))
    }

    /// Bytes that Redis has received and sent so far.
    pub fn redis_traffic(&self) -> io::Result<(f64, f64)> {
        let mut redis = TcpStream::connect(self.redis.address)?;
        redis.write_all(b"INFO stats\r\nQUIT\r\n")?;
        let mut said = String::new();
        redis.read_to_string(&mut said)?;
        let count = |name: &str| said.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
        let counts = count("total_net_input_bytes:").zip(count("total_net_output_bytes:"));
        counts.ok_or_else(|| io::Error::other(format!("Redis does not count: {said}")))
    }
}

fn one(binary: &Path, settings: &[(String, String)]) -> io::Result<Server> {
    let settings: Vec<_> = settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    Server::gateway_with(binary, &settings)
}

/// nginx before gateways, which it asks in turn, with as many workers as there are cores.
pub fn balancer(gateways: &[Server]) -> io::Result<Server> {
    let folder = Folder::new("balancer")?;
    let address = free_address()?;
    let root = folder.0.display();
    let gateways: String =
        gateways.iter().map(|gateway| format!("server {} max_fails=0; ", gateway.address)).collect();
    fs::write(
        folder.0.join("nginx.conf"),
        format!(
            "daemon off; worker_processes auto; pid {root}/pid; error_log stderr notice;\n\
             events {{ worker_connections 8192; }}\n\
             http {{\n\
               access_log off; tcp_nodelay on; keepalive_requests 1000000000;\n\
               client_body_temp_path {root}/body; proxy_temp_path {root}/proxy; fastcgi_temp_path {root}/fastcgi;\n\
               uwsgi_temp_path {root}/uwsgi; scgi_temp_path {root}/scgi;\n\
               upstream gateways {{ {gateways} keepalive 64; keepalive_requests 1000000000; }}\n\
               server {{ listen {address} backlog=4096; location / {{\n\
                 proxy_pass http://gateways; proxy_http_version 1.1; proxy_set_header Connection ''; proxy_set_header Host $http_host;\n\
               }} }}\n\
             }}\n"
        ),
    )?;
    let mut command = Command::new("nginx");
    command.arg("-c").arg(folder.0.join("nginx.conf")).arg("-p").arg(&folder.0);
    Server::start(command, folder, |line| line.contains("start worker process").then_some(address))
}

/// Redis, which keeps nothing on disk.
pub fn redis() -> io::Result<Server> {
    let folder = Folder::new("redis")?;
    let address = free_address()?;
    let mut command = Command::new("redis-server");
    command.args(["--bind", "127.0.0.1", "--port", &address.port().to_string(), "--save", ""]);
    command.arg("--dir").arg(&folder.0);
    Server::start(command, folder, |line| line.contains("Ready to accept connections").then_some(address))
}

/// PostgreSQL, as it is installed.
fn postgres() -> io::Result<Server> {
    let folder = Folder::new("postgres")?;
    let address = free_address()?;
    let programs = programs()?;
    let data = folder.0.join("data");
    let mut create = Command::new(programs.join("initdb"));
    create.arg("-D").arg(&data).args(["--auth=trust", "--username=saywell", "--encoding=UTF8", "--no-sync"]);
    let mut command = Command::new(programs.join("postgres"));
    command.arg("-D").arg(&data).args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]);
    command.args(["-c", &format!("port={}", address.port()), "-c", "max_connections=200"]);
    // It refuses to be root.
    if number(&["-u"])? == 0 {
        let (user, group) = (number(&["-u", "postgres"])?, number(&["-g", "postgres"])?);
        chown(&folder.0, Some(user), Some(group))?;
        for program in [&mut create, &mut command] {
            program.uid(user).gid(group).current_dir("/");
        }
    }
    if !create.stdout(Stdio::null()).stderr(Stdio::null()).status()?.success() {
        return Err(io::Error::other("PostgreSQL's initdb failed"));
    }
    Server::start(command, folder, |line| {
        line.contains("database system is ready to accept connections").then_some(address)
    })
}

fn programs() -> io::Result<PathBuf> {
    let mut versions: Vec<_> =
        fs::read_dir(POSTGRES)?.filter_map(|version| Some(version.ok()?.path().join("bin"))).collect();
    versions.sort();
    versions
        .pop()
        .ok_or_else(|| io::Error::other(format!("no PostgreSQL in {POSTGRES}; `make tools` installs it")))
}

/// What `id` says.
fn number(of: &[&str]) -> io::Result<u32> {
    let said = Command::new("id").args(of).output()?.stdout;
    String::from_utf8_lossy(&said)
        .trim()
        .parse()
        .map_err(|_| io::Error::other(format!("id {of:?} tells nothing")))
}
