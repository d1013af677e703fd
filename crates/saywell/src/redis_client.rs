//! Redis or Valkey: where it is, and connections that find it again.
//!
//! An address names one server, or sentinels that say which of several servers is the one to write to at this moment. A
//! connection to the latter asks them anew whenever its server is gone, or has become one that others write to.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use futures::FutureExt;
use futures::future::select_ok;
use redis::aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig};
use redis::{
    Client, Cmd, ConnectionAddr, ConnectionInfo, ErrorKind, Pipeline, RedisError, RedisFuture, RedisResult,
    ServerErrorKind, TlsCertificates, Value,
};

/// Where sentinels listen that are named without a port.
const SENTINEL_PORT: u16 = 26379;
/// How long one sentinel may take to say where the server is: a part of what any question may take.
const SENTINEL_DEADLINE: Duration = Duration::from_millis(200);
/// What an address is like, for whoever wrote another.
const LIKE: &str = "must be an address such as redis://127.0.0.1:6379";
const SENTINELS_LIKE: &str =
    "must be an address such as redis+sentinel://user:password@one:26379,two:26379/name-of-the-service/0";

/// Where Redis or Valkey is, and how it is reached.
#[derive(Clone)]
pub struct Address {
    /// The server; with sentinels, only how it is spoken to.
    server: ConnectionInfo,
    sentinels: Vec<ConnectionInfo>,
    /// What sentinels call the servers of which one is it.
    service: String,
    /// Authorities that sign certificates, as PEM, in place of the system's.
    authorities: Option<Arc<[u8]>>,
}

/// An address cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct AddressError(String);

impl From<&'static str> for AddressError {
    fn from(problem: &'static str) -> Self {
        Self(problem.to_owned())
    }
}

impl Address {
    /// Reads `redis://[[user]:password@]host[:port][/database]`, `rediss://…` where the way there is encrypted, or
    /// `redis+sentinel://[[user]:password@]host[:port],…/service[/database]`, where the hosts are sentinels' and user and password
    /// the servers'; the sentinels' own are `?sentinel_user=` and `?sentinel_password=`, and `rediss+sentinel://` encrypts the
    /// ways to both.
    ///
    /// # Errors
    /// What it must be like: what is wrong with it may hold the password, and is not told.
    pub fn parse(address: &str) -> Result<Self, &'static str> {
        let address = address.trim();
        let Some((scheme, rest)) = address.split_once("://") else { return Err(LIKE) };
        let is_sentinel = matches!(scheme, "redis+sentinel" | "rediss+sentinel");
        if scheme.contains("cluster") {
            return Err(
                "names a cluster, which is not supported: all that gateways share has to be in one place. Name one server, or \
                 sentinels (redis+sentinel://…)",
            );
        }
        if address.contains("#insecure") {
            return Err("must not say #insecure: name who signed the server's certificate in REDIS_CA_FILE");
        }
        if is_sentinel {
            return Self::of_sentinels(scheme.starts_with("rediss"), rest).ok_or(SENTINELS_LIKE);
        }
        let server = address.parse().map_err(|_| LIKE)?;
        Ok(Self { server, sentinels: Vec::new(), service: String::new(), authorities: None })
    }

    fn of_sentinels(is_encrypted: bool, rest: &str) -> Option<Self> {
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (at, path) = rest.split_once('/')?;
        let (credentials, hosts) = at.rsplit_once('@').unwrap_or(("", at));
        let (service, database) = path.split_once('/').unwrap_or((path, ""));
        if service.is_empty() {
            return None;
        }
        let scheme = if is_encrypted { "rediss" } else { "redis" };
        let with = |credentials: &str, host: &str, database: &str| {
            let at = if credentials.is_empty() { "" } else { "@" };
            format!("{scheme}://{credentials}{at}{host}/{database}").parse::<ConnectionInfo>().ok()
        };
        let (mut user, mut password) = (None, None);
        for (name, value) in reqwest::Url::parse(&format!("redis://host?{query}")).ok()?.query_pairs() {
            match &*name {
                "sentinel_user" => user = Some(value.into_owned()),
                "sentinel_password" => password = Some(value.into_owned()),
                _ => return None,
            }
        }
        let sentinel = |host: &str| {
            let has_port = host.rsplit_once(':').is_some_and(|(_, port)| !port.ends_with(']'));
            let host = if has_port { host.to_owned() } else { format!("{host}:{SENTINEL_PORT}") };
            let sentinel = with("", &host, "")?;
            let mut greeting = sentinel.redis_settings().clone();
            greeting = user.as_ref().map_or(greeting.clone(), |user| greeting.set_username(user));
            greeting = password.as_ref().map_or(greeting.clone(), |password| greeting.set_password(password));
            Some(sentinel.set_redis_settings(greeting))
        };
        let hosts = hosts.split(',').map(str::trim);
        let sentinels = hosts.map(sentinel).collect::<Option<Vec<_>>>()?;
        let server = with(credentials, "unknown", database)?;
        Some(Self { server, sentinels, service: service.to_owned(), authorities: None })
    }

    /// With the authorities of a file in PEM, which alone are believed when they say who the server is.
    ///
    /// # Errors
    /// [`AddressError`]
    pub fn with_authorities(self, file: &Path) -> Result<Self, AddressError> {
        let cannot =
            |why: String| AddressError(format!("REDIS_CA_FILE, {}, cannot be used: {why}", file.display()));
        if !matches!(self.server.addr(), ConnectionAddr::TcpTls { .. }) {
            return Err(AddressError(
                "REDIS_CA_FILE is set, and REDIS_URL does not start with rediss".into(),
            ));
        }
        let pem = std::fs::read(file).map_err(|error| cannot(error.to_string()))?;
        if !pem.windows(b"BEGIN CERTIFICATE".len()).any(|some| some == b"BEGIN CERTIFICATE") {
            return Err(cannot("there is no certificate in it".into()));
        }
        let address = Self { authorities: Some(pem.into()), ..self };
        address.open(address.server.clone()).map_err(|error| cannot(error.to_string()))?;
        Ok(address)
    }

    /// A client of the server as it is named, or as most recently told by a sentinel.
    ///
    /// # Errors
    /// [`RedisError`], when no sentinel says where it is.
    pub async fn client(&self) -> RedisResult<Client> {
        if self.sentinels.is_empty() {
            return self.open(self.server.clone());
        }
        let asking = self.sentinels.iter().map(|sentinel| {
            let asked = tokio::time::timeout(SENTINEL_DEADLINE, self.ask(sentinel));
            asked
                .map(|answer| answer.unwrap_or_else(|_| Err(no_sentinel("no answer in time".into()))))
                .boxed()
        });
        let ((host, port), _) = select_ok(asking).await.map_err(|error| no_sentinel(error.to_string()))?;
        let address = match self.server.addr() {
            ConnectionAddr::TcpTls { insecure, .. } => {
                ConnectionAddr::TcpTls { host, port, insecure: *insecure, tls_params: None }
            }
            _ => ConnectionAddr::Tcp(host, port),
        };
        self.open(self.server.clone().set_addr(address))
    }

    /// Where a sentinel has the server.
    async fn ask(&self, sentinel: &ConnectionInfo) -> RedisResult<(String, u16)> {
        let mut connection = self.open(sentinel.clone())?.get_multiplexed_async_connection().await?;
        let mut question = redis::cmd("SENTINEL");
        question.arg("get-master-addr-by-name").arg(&self.service);
        let answer: Option<(String, u16)> = question.query_async(&mut connection).await?;
        answer.ok_or_else(|| no_sentinel(format!("it knows of no service called `{}`", self.service)))
    }

    fn open(&self, info: ConnectionInfo) -> RedisResult<Client> {
        match (&self.authorities, info.addr()) {
            (Some(authorities), ConnectionAddr::TcpTls { .. }) => {
                let trusted = TlsCertificates { client_tls: None, root_cert: Some(authorities.to_vec()) };
                Client::build_with_tls(info, trusted)
            }
            _ => Client::open(info),
        }
    }

    /// Refuses a server that is one of a cluster. One that cannot be asked may come later.
    ///
    /// # Errors
    /// [`AddressError`]
    pub async fn refuse_cluster(&self, deadline: Duration) -> Result<(), AddressError> {
        let about = async {
            let mut connection = self.client().await?.get_multiplexed_async_connection().await?;
            redis::cmd("INFO").arg("cluster").query_async::<String>(&mut connection).await
        };
        match tokio::time::timeout(deadline, about).await {
            Ok(Ok(about)) if about.contains("cluster_enabled:1") => Err(AddressError(OF_A_CLUSTER.into())),
            _ => Ok(()),
        }
    }
}

const OF_A_CLUSTER: &str = "this server is one of a cluster, which is not supported: all that gateways share has to be in one \
                            place. Name one server, or sentinels (redis+sentinel://…)";

fn no_sentinel(why: String) -> RedisError {
    RedisError::from((ErrorKind::Io, "no sentinel says where the server is", why))
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentinels: Vec<_> = self.sentinels.iter().map(|sentinel| sentinel.addr().to_string()).collect();
        f.debug_struct("Address").field("sentinels", &sentinels).finish_non_exhaustive()
    }
}

/// A connection to the server, made when it is first needed and again whenever it broke. Cheap to clone.
#[derive(Clone)]
pub struct Connection {
    shared: Arc<Shared>,
}

struct Shared {
    address: Address,
    deadline: Duration,
    current: ArcSwapOption<ConnectionManager>,
}

impl Connection {
    /// A connection on which connecting, and each answer, may take this long.
    #[must_use]
    pub fn new(address: Address, deadline: Duration) -> Self {
        Self { shared: Arc::new(Shared { address, deadline, current: ArcSwapOption::empty() }) }
    }

    /// Whether the server answers on it.
    pub fn answers(&self) -> impl Future<Output = bool> + Send + use<> {
        let mut connection = self.clone();
        async move { redis::cmd("PING").query_async::<()>(&mut connection).await.is_ok() }
    }

    async fn current(&self) -> RedisResult<Arc<ConnectionManager>> {
        let Shared { address, deadline, current } = &*self.shared;
        if let Some(connection) = current.load_full() {
            return Ok(connection);
        }
        // An answer that does not come has to be noticed here, before whoever waits for it has given up.
        let patience = if address.sentinels.is_empty() { *deadline } else { *deadline * 4 / 5 };
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(patience))
            .set_response_timeout(Some(patience))
            .set_number_of_retries(1);
        let new = Arc::new(ConnectionManager::new_lazy_with_config(address.client().await?, config)?);
        // Of several who found none, one's stays.
        let before = current.compare_and_swap(&None::<Arc<ConnectionManager>>, Some(Arc::clone(&new)));
        Ok(before.as_ref().map_or(new, Arc::clone))
    }

    async fn ask<T, A: Future<Output = RedisResult<T>>>(
        &self,
        asked: impl FnOnce(ConnectionManager) -> A,
    ) -> RedisResult<T> {
        let connection = self.current().await?;
        let error = match asked(ConnectionManager::clone(&connection)).await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        if !self.shared.address.sentinels.is_empty() && is_elsewhere(&error) {
            // Sentinels are asked again by whoever comes next.
            self.shared.current.compare_and_swap(&Some(connection), None);
        }
        if error.is_cluster_error() {
            return Err(RedisError::from((ErrorKind::InvalidClientConfig, "a cluster", OF_A_CLUSTER.into())));
        }
        Err(error)
    }
}

/// Whether another server may be the one to ask by now.
fn is_elsewhere(error: &RedisError) -> bool {
    use ServerErrorKind::{BusyLoading, MasterDown, ReadOnly};
    error.is_io_error()
        || error.is_connection_dropped()
        || error.is_unrecoverable_error()
        || matches!(error.kind(), ErrorKind::Server(ReadOnly | MasterDown | BusyLoading))
}

impl ConnectionLike for Connection {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        self.ask(move |mut connection| async move { connection.req_packed_command(cmd).await }).boxed()
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        self.ask(move |mut connection| async move {
            connection.req_packed_commands(pipeline, offset, count).await
        })
        .boxed()
    }

    fn get_db(&self) -> i64 {
        self.shared.address.server.redis_settings().db()
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("address", &self.shared.address).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(info: &ConnectionInfo) -> String {
        info.addr().to_string()
    }

    #[test]
    fn an_address_names_a_server_or_sentinels() {
        let one = Address::parse("rediss://ann:s%40fe@cache:6380/2").unwrap();
        assert_eq!((address(&one.server).as_str(), one.sentinels.len()), ("cache:6380", 0));
        assert!(matches!(one.server.addr(), ConnectionAddr::TcpTls { insecure: false, .. }));
        let greeting = one.server.redis_settings();
        assert_eq!((greeting.username(), greeting.password(), greeting.db()), (Some("ann"), Some("s@fe"), 2));

        let many = "redis+sentinel://ann:s%40fe@one,[::1]:7000,three:26380/main/3?sentinel_password=a%26b";
        let many = Address::parse(many).unwrap();
        assert_eq!(
            many.sentinels.iter().map(address).collect::<Vec<_>>(),
            ["one:26379", "::1:7000", "three:26380"]
        );
        assert_eq!(many.service, "main");
        let greeting = many.sentinels[0].redis_settings();
        assert_eq!((greeting.username(), greeting.password(), greeting.db()), (None, Some("a&b"), 0));
        let greeting = many.server.redis_settings();
        assert_eq!((greeting.username(), greeting.password(), greeting.db()), (Some("ann"), Some("s@fe"), 3));
        let encrypted = Address::parse("rediss+sentinel://one/main").unwrap();
        for info in encrypted.sentinels.iter().chain([&encrypted.server]) {
            assert!(matches!(info.addr(), ConnectionAddr::TcpTls { .. }));
        }
        assert!(!format!("{one:?} {many:?}").contains("fe"));
    }

    #[test]
    fn what_is_no_address_is_told_without_it() {
        for wrong in [
            "",
            "cache:6379",
            "http://cache",
            "redis://",
            "redis-cluster://:hidden@one,two",
            "rediss://:hidden@cache#insecure",
            "redis+sentinel://:hidden@one,two",
            "redis+sentinel://:hidden@one,two/",
            "redis+sentinel://:hidden@/main",
            "redis+sentinel://one/main/first",
            "redis+sentinel://one/main?user=ann",
        ] {
            let told = Address::parse(wrong).unwrap_err();
            assert!(!told.contains("hidden"), "{wrong}: {told}");
        }
    }
}
