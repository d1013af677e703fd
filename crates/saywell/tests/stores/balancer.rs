//! A real nginx before several gateways, which it asks in turn, for the length of a test.

use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::redis_server::free_port;

/// A balancer that knows nothing of sessions. Ends with the value.
pub struct Balancer {
    folder: TempDir,
    port: u16,
    process: Child,
}

impl Balancer {
    /// Before the gateways at these addresses, such as `http://127.0.0.1:40000`.
    pub fn before<'a>(gateways: impl IntoIterator<Item = &'a str>) -> Self {
        let (folder, port) = (TempDir::new().unwrap(), free_port());
        let root = folder.path().display();
        let gateways: String = gateways
            .into_iter()
            .map(|address| format!("server {};", address.trim_start_matches("http://")))
            .collect();
        // One process, so that nothing is left of it when it is killed; what docs/OPERATIONS.md says of the rest.
        let settings = format!(
            "daemon off; master_process off; pid {root}/pid; error_log {root}/log; events {{}}\n\
             http {{\n\
               access_log off; client_body_temp_path {root}/body; proxy_temp_path {root}/proxy;\n\
               fastcgi_temp_path {root}/fastcgi; uwsgi_temp_path {root}/uwsgi; scgi_temp_path {root}/scgi;\n\
               map $http_upgrade $upgrade {{ default upgrade; '' ''; }}\n\
               upstream gateways {{ {gateways} }}\n\
               server {{\n\
                 listen 127.0.0.1:{port};\n\
                 location / {{\n\
                   proxy_pass http://gateways; proxy_http_version 1.1; proxy_set_header Host $http_host;\n\
                   proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $upgrade;\n\
                 }}\n\
               }}\n\
             }}\n"
        );
        let file = folder.path().join("nginx.conf");
        std::fs::write(&file, settings).unwrap();
        let mut command = Command::new(program());
        command.arg("-c").arg(&file).arg("-p").arg(folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
        let process = command.spawn().expect("`make test` installs nginx");
        let balancer = Self { folder, port, process };
        let begun = Instant::now();
        while TcpStream::connect(balancer.address()).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(30), "{}", balancer.said());
            std::thread::yield_now();
        }
        balancer
    }

    /// Where it listens, such as `127.0.0.1:40000`.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    fn said(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Debian has it where only an administrator's shell looks.
fn program() -> &'static str {
    const DEBIAN: &str = "/usr/sbin/nginx";
    if std::path::Path::new(DEBIAN).is_file() { DEBIAN } else { "nginx" }
}
