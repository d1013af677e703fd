//! Identity: who is calling, and how they said so.
//!
//! A caller shows a credential of their own (an API key or a token in `Authorization`), or the browser shows one for
//! them (a token or a session in a cookie). A credential that is shown and is not right is refused, never passed over.
//! What a browser shows counts only for pages that may call: see [`origin`].

mod caller;
pub mod jwks;
pub mod key;
pub mod origin;
pub mod pass;
pub mod proxies;
pub mod seal;
pub mod session;
pub mod signing_key;
pub mod token;

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Query;
use axum::http::{HeaderMap, Method, Uri, header};
use ipnet::IpNet;

pub use crate::store::{KeyLimits, Scopes};
pub use caller::{ADMIN, Caller, MEMBER, Subject, TRIAL, Via, network};

use crate::clock::Clock;
use crate::name::Name;
use crate::net;
use crate::secret::Secret;
use crate::store::ApiKeys;
use jwks::Jwks;
use key::{KeyFault, RememberedKeys};
use origin::Origins;
use pass::Passes;
use proxies::Proxies;
use session::Sessions;
use token::{Rules, TokenFault, Tokens};

/// Headers in which a server that has a key says for whom it calls.
pub const USER_HEADER: &str = "x-user-id";
/// As [`USER_HEADER`].
pub const ROOM_HEADER: &str = "x-room-id";
/// As [`USER_HEADER`].
pub const PLAN_HEADER: &str = "x-plan";

/// Where clients of other contracts show their key: ElevenLabs' and Azure's.
const KEY_HEADERS: [&str; 2] = ["xi-api-key", "ocp-apim-subscription-key"];

/// Browsers cannot set headers on a WebSocket, but they can name protocols: one of these forms carries a credential. The
/// second is that of OpenAI's clients.
const SOCKET_BEARERS: [&str; 2] = ["saywell.bearer.", "openai-insecure-api-key."];

/// A way to say who one is: one of `TTS_AUTH`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Anonymous sessions on the plan [`TRIAL`].
    Trial,
    /// Signed tokens.
    Jwt,
    /// API keys.
    Key,
    /// Whoever reaches the server.
    None,
}

impl Mode {
    /// Every mode.
    pub const ALL: [Self; 4] = [Self::Trial, Self::Jwt, Self::Key, Self::None];

    /// Its name in `TTS_AUTH`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Trial => "trial",
            Self::Jwt => "jwt",
            Self::Key => "key",
            Self::None => "none",
        }
    }
}

/// Whether names of users that differ in case alone are of two users: as whoever gives them has it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UserCase {
    /// `Ann` and `ann` are two.
    #[default]
    Counts,
    /// They are one.
    Ignored,
}

impl UserCase {
    /// A user's name in the one form in which such names are compared here.
    #[must_use]
    pub fn fold(self, user: String) -> String {
        match self {
            Self::Counts => user,
            Self::Ignored => user.to_lowercase(),
        }
    }
}

/// Finds out who calls.
#[derive(Debug, Clone)]
pub struct Identity {
    parts: Arc<Parts>,
}

#[derive(Debug)]
struct Parts {
    /// Nothing is asked of anybody who reaches this machine from within.
    open: bool,
    /// Whoever else reaches the server may speak.
    anybody: bool,
    keys: Option<RememberedKeys>,
    passes: Passes,
    tokens: Option<Tokens>,
    sessions: Option<Sessions>,
    proxies: Proxies,
    origins: Origins,
    /// Callers come by HTTPS.
    secure: bool,
    user_case: UserCase,
    clock: Arc<dyn Clock>,
}

/// What a request says of where it comes from.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// Its method.
    pub method: &'a Method,
    /// Its address.
    pub uri: &'a Uri,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// The other end of the connection.
    pub peer: Option<IpAddr>,
}

/// Who calls, and the cookie that their browser is to keep.
#[derive(Debug)]
pub struct Identified {
    /// Who.
    pub caller: Caller,
    /// A new session's cookie.
    pub cookie: Option<String>,
}

/// Why nobody is let in.
#[derive(Debug, thiserror::Error)]
pub enum Denied {
    /// The caller did not say who they are.
    #[error("this server has to know who calls: send an API key or a token as `Authorization: Bearer …`")]
    Nobody,
    /// What they showed is in no form that is accepted here.
    #[error("this kind of credential is not accepted here")]
    Unaccepted,
    /// The token is not right.
    #[error("the token is not accepted: {0}")]
    Token(#[from] TokenFault),
    /// The key is not right.
    #[error("{0}")]
    Key(#[from] KeyFault),
    /// A header says something that makes no sense.
    #[error("the header {0} {1}")]
    Header(&'static str, &'static str),
    /// Only a key with the scope `admin` gives somebody the plan of admins.
    #[error("this API key may not give anybody the plan `admin`")]
    PlanOfAdmins,
    /// A page of another origin makes the browser call.
    #[error("pages of this origin may not call; TTS_CORS_ORIGINS lists those that may")]
    Elsewhere,
    /// Without `TTS_AUTH` only this machine is served.
    #[error(
        "without TTS_AUTH this server is for the machine that it runs on, under an address or the name localhost"
    )]
    FromAfar,
}

/// How callers say who they are.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The ways that are open to them; none: whoever reaches a loopback address runs the server.
    pub auth: Vec<Mode>,
    /// What tokens have to say.
    pub tokens: Rules,
    /// What signs tokens with HS256.
    pub token_secret: Option<Secret>,
    /// Where the keys are published that sign tokens.
    pub published_keys: Option<String>,
    /// Proxies whose word on a caller's address is taken.
    pub trusted_proxies: Vec<IpNet>,
    /// Origins of pages that may call, besides the server's own.
    pub origins: Vec<String>,
    /// Where the server is reached from outside; empty where it is not said.
    pub public_url: String,
    /// For how long an API key that was right is taken while the database does not answer.
    pub key_cache: Duration,
    /// Whether the case of users' names counts.
    pub user_case: UserCase,
}

impl Identity {
    /// As the settings have it. `signing_key` signs sessions and passes.
    ///
    /// # Errors
    /// When nobody can be asked for published keys.
    pub fn new(
        settings: &Settings,
        signing_key: &Secret,
        keys: Arc<dyn ApiKeys>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, String> {
        let has = |mode| settings.auth.contains(&mode);
        let tokens = if has(Mode::Jwt) {
            let published = match &settings.published_keys {
                Some(url) => {
                    let client = net::client().map_err(|error| error.to_string())?;
                    Some(Jwks::new(url.clone(), client, Arc::clone(&clock)))
                }
                None => None,
            };
            Some(Tokens::new(settings.tokens.clone(), settings.token_secret.as_ref(), published))
        } else {
            None
        };
        let parts = Parts {
            open: settings.auth.is_empty(),
            anybody: has(Mode::None),
            keys: has(Mode::Key).then(|| RememberedKeys::new(keys, settings.key_cache)),
            passes: Passes::new(signing_key),
            tokens,
            sessions: has(Mode::Trial).then(|| Sessions::new(signing_key)),
            proxies: Proxies::new(settings.trusted_proxies.clone()),
            origins: Origins::new(&settings.origins, &settings.public_url),
            secure: settings.public_url.starts_with("https://"),
            user_case: settings.user_case,
            clock,
        };
        Ok(Self { parts: Arc::new(parts) })
    }

    /// Who calls; whoever says nothing gets a new session where those are given.
    ///
    /// # Errors
    /// [`Denied`]
    pub async fn identify(&self, arrival: Arrival<'_>) -> Result<Identified, Denied> {
        if let Some(caller) = self.known(arrival).await? {
            return Ok(Identified { caller, cookie: None });
        }
        let Parts { sessions, proxies, clock, .. } = &*self.parts;
        let sessions = sessions.as_ref().ok_or(Denied::Nobody)?;
        let secure = self.parts.secure || proxies.secure(arrival.peer, arrival.headers);
        let (id, cookie) = sessions.begin(clock.now(), secure);
        Ok(Identified { caller: self.in_session(id, arrival), cookie: Some(cookie) })
    }

    /// Who calls, if they say so.
    ///
    /// # Errors
    /// [`Denied`]
    pub async fn known(&self, arrival: Arrival<'_>) -> Result<Option<Caller>, Denied> {
        let Parts { keys, tokens, sessions, origins, clock, .. } = &*self.parts;
        if self.parts.open {
            return self.operator(arrival).map(Some);
        }
        // Where no credential means anything, programs that have to send one send what they like.
        if keys.is_some() || tokens.is_some() {
            let shown = credential(arrival.headers)?.map(Cow::Borrowed).or_else(|| in_address(arrival));
            // Nor is one refused that is no key of ours where everybody may speak.
            let ours = |credential: &Cow<'_, str>| {
                tokens.is_some() || !self.parts.anybody || credential.starts_with(key::PREFIX)
            };
            if let Some(credential) = shown.filter(ours) {
                return self.by_credential(&credential, arrival).await.map(Some);
            }
        }
        // From here on it is the browser that says who calls, whatever page made it call.
        if !origins.may_call(arrival) {
            return Err(Denied::Elsewhere);
        }
        if let Some(tokens) = tokens
            && let Some(token) = tokens.cookie(arrival.headers)
        {
            return self.by_token(tokens, token, arrival).await.map(Some);
        }
        let session = sessions.as_ref().and_then(|sessions| sessions.find(arrival.headers, clock.now()));
        let session = session.map(|id| self.in_session(id, arrival));
        Ok(session.or_else(|| self.parts.anybody.then(|| self.anybody(arrival))))
    }

    fn anybody(&self, arrival: Arrival<'_>) -> Caller {
        let address = self.address(arrival);
        Caller { user: None, room: None, plan: MEMBER.to_owned(), via: Via::Anybody, address }
    }

    /// Whether the caller is known by something that the browser sends along by itself, also for a link in a page.
    #[must_use]
    pub fn by_cookie(&self, headers: &HeaderMap, caller: &Caller) -> bool {
        match caller.via {
            Via::Session { .. } => true,
            Via::Token => matches!(credential(headers), Ok(None)),
            Via::Operator | Via::Anybody | Via::Key { .. } => false,
        }
    }

    fn operator(&self, arrival: Arrival<'_>) -> Result<Caller, Denied> {
        let Parts { origins, .. } = &*self.parts;
        let afar = arrival.peer.is_some_and(|peer| !peer.to_canonical().is_loopback());
        if afar || proxies::comes_from_afar(arrival.headers) || !origins.is_this_machine(arrival) {
            return Err(Denied::FromAfar);
        }
        if !origins.may_call(arrival) {
            return Err(Denied::Elsewhere);
        }
        Ok(Caller { address: arrival.peer, ..Caller::operator(None) })
    }

    async fn by_credential(&self, credential: &str, arrival: Arrival<'_>) -> Result<Caller, Denied> {
        let Parts { keys, tokens, .. } = &*self.parts;
        match (keys, tokens) {
            (Some(keys), None) => self.by_key(keys, credential, arrival).await,
            (Some(keys), _) if credential.starts_with(key::PREFIX) => {
                self.by_key(keys, credential, arrival).await
            }
            (_, Some(tokens)) => self.by_token(tokens, credential, arrival).await,
            (None, None) => Err(Denied::Unaccepted),
        }
    }

    async fn by_key(&self, keys: &RememberedKeys, key: &str, arrival: Arrival<'_>) -> Result<Caller, Denied> {
        let address = self.address(arrival);
        let network = address.map_or_else(|| "unknown".to_owned(), network);
        let now = self.parts.clock.now();
        if key.starts_with(pass::PREFIX) {
            let pass = self.parts.passes.read(key, now).ok_or(KeyFault::Pass)?;
            let row = keys.standing(&pass.key, now).await?;
            let scopes = Scopes { admin: false, ..row.scopes };
            let via = Via::Key { id: row.id, scopes, limits: row.limits };
            return Ok(Caller { user: pass.user, room: pass.room, plan: pass.plan, via, address });
        }
        let row = keys.check(key, &network, now).await?;
        let user = named(arrival.headers, USER_HEADER)?.map(|user| self.parts.user_case.fold(user));
        let plan = match named(arrival.headers, PLAN_HEADER)? {
            Some(plan) if !plain_plan(&plan) => {
                return Err(Denied::Header(PLAN_HEADER, "names no plan"));
            }
            Some(plan) if plan == ADMIN && !row.scopes.admin => return Err(Denied::PlanOfAdmins),
            Some(plan) => plan,
            None if row.scopes.admin && user.is_none() => ADMIN.to_owned(),
            None => MEMBER.to_owned(),
        };
        Ok(Caller {
            user,
            room: named(arrival.headers, ROOM_HEADER)?,
            plan,
            via: Via::Key { id: row.id, scopes: row.scopes, limits: row.limits },
            address,
        })
    }

    /// What stands for this caller's key for [`pass::LIFETIME`]; `None` where they showed none, or a pass, which renews
    /// nothing.
    #[must_use]
    pub fn pass(&self, caller: &Caller, headers: &HeaderMap) -> Option<String> {
        let shown = credential(headers).ok()??;
        (!shown.starts_with(pass::PREFIX)).then(|| self.parts.passes.give(caller, self.parts.clock.now()))?
    }

    async fn by_token(&self, tokens: &Tokens, token: &str, arrival: Arrival<'_>) -> Result<Caller, Denied> {
        let claims = tokens.read(token, self.parts.clock.now()).await?;
        let address = self.address(arrival);
        let user = Some(self.parts.user_case.fold(claims.user));
        Ok(Caller { user, room: claims.room, plan: claims.plan, via: Via::Token, address })
    }

    fn in_session(&self, id: String, arrival: Arrival<'_>) -> Caller {
        let address = self.address(arrival);
        Caller { user: None, room: None, plan: TRIAL.to_owned(), via: Via::Session { id }, address }
    }

    fn address(&self, arrival: Arrival<'_>) -> Option<IpAddr> {
        self.parts.proxies.client(arrival.peer, arrival.headers)
    }
}

/// What the caller shows for themselves: in `Authorization`, as ElevenLabs' clients do, or among the protocols of a WebSocket.
fn credential(headers: &HeaderMap) -> Result<Option<&str>, Denied> {
    let mut lines = headers.get_all(header::AUTHORIZATION).into_iter();
    let line = lines.next();
    if lines.next().is_some() {
        return Err(Denied::Header("Authorization", "may stand there once only"));
    }
    if let Some(line) = line {
        let line = line.to_str().map_err(|_| Denied::Unaccepted)?.trim();
        // Another scheme is between the browser and a proxy on the way.
        let (scheme, credential) = line.split_once(' ').unwrap_or((line, ""));
        if scheme.eq_ignore_ascii_case("bearer") && !credential.trim().is_empty() {
            return Ok(Some(credential.trim()));
        }
    }
    for header in KEY_HEADERS {
        let mut keys = headers.get_all(header).into_iter();
        if let Some(key) = keys.next() {
            if keys.next().is_some() {
                return Err(Denied::Header(header, "may stand there once only"));
            }
            let key = key.to_str().map_err(|_| Denied::Unaccepted)?.trim();
            if !key.is_empty() {
                return Ok(Some(key));
            }
        }
    }
    if !headers.contains_key(header::UPGRADE) {
        return Ok(None);
    }
    let protocols = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).into_iter();
    let mut protocols = protocols.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
    Ok(protocols
        .find_map(|protocol| SOCKET_BEARERS.iter().find_map(|prefix| protocol.trim().strip_prefix(prefix))))
}

/// What the caller shows in the address of a WebSocket that Azure's SDK opens from a page, where no header can be set.
fn in_address(arrival: Arrival<'_>) -> Option<Cow<'static, str>> {
    let opens = arrival.headers.contains_key(header::UPGRADE)
        && arrival.uri.path().ends_with("/cognitiveservices/websocket/v1");
    let Query(query): Query<Vec<(String, String)>> =
        opens.then(|| Query::try_from_uri(arrival.uri).ok())??;
    query.into_iter().find_map(|(name, shown)| match name.to_ascii_lowercase().as_str() {
        "ocp-apim-subscription-key" => Some(Cow::Owned(shown)),
        "authorization" => {
            let (scheme, shown) = shown.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| Cow::Owned(shown.trim().to_owned()))
        }
        _ => None,
    })
}

/// What a trusted server says in a header, if anything.
fn named(headers: &HeaderMap, name: &'static str) -> Result<Option<String>, Denied> {
    let mut lines = headers.get_all(name).into_iter();
    let Some(line) = lines.next() else { return Ok(None) };
    if lines.next().is_some() {
        return Err(Denied::Header(name, "may stand there once only"));
    }
    match std::str::from_utf8(line.as_bytes()).map(str::trim) {
        Ok("") => Ok(None),
        Ok(id) => match plain_id(id) {
            Some(id) => Ok(Some(id)),
            None => Err(Denied::Header(name, NO_ID)),
        },
        Err(_) => Err(Denied::Header(name, NO_ID)),
    }
}

/// Why something is no id of a user or a room.
pub const NO_ID: &str =
    "must have at most 128 characters, and none that controls a terminal or cannot be seen";

/// The id of a user or a room in the one form in which ids are compared, if it can be one. See [`Name`].
#[must_use]
pub fn plain_id(id: &str) -> Option<String> {
    let name = Name::new(id).ok()?;
    (name.chars().count() <= 128).then(|| name.into())
}

/// Whether this can be the name of a plan.
#[must_use]
pub fn plain_plan(plan: &str) -> bool {
    (1..=64).contains(&plan.len())
        && plan.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(headers: &[(&'static str, &str)]) -> Option<String> {
        let headers =
            headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        credential(&headers).unwrap().map(str::to_owned)
    }

    #[test]
    fn a_credential_is_a_bearer_in_a_header_or_a_protocol_of_a_socket() {
        assert_eq!(shown(&[("authorization", "bearer  a.b.c ")]).as_deref(), Some("a.b.c"));
        assert_eq!(shown(&[("authorization", "Basic YTpi")]), None, "a proxy's affair");
        assert_eq!(shown(&[("authorization", "Bearer ")]), None);
        let protocols = ("sec-websocket-protocol", "saywell, saywell.bearer.a.b.c");
        assert_eq!(shown(&[protocols, ("upgrade", "websocket")]).as_deref(), Some("a.b.c"));
        assert_eq!(shown(&[protocols]), None, "only where nothing else can be sent");
        let protocols = ("sec-websocket-protocol", "realtime, openai-insecure-api-key.sw_1");
        assert_eq!(shown(&[protocols, ("upgrade", "websocket")]).as_deref(), Some("sw_1"), "OpenAI's");
        let key = ("xi-api-key", " sw_1 ");
        assert_eq!(shown(&[key]).as_deref(), Some("sw_1"), "ElevenLabs'");
        assert_eq!(shown(&[key, ("authorization", "Basic YTpi")]).as_deref(), Some("sw_1"));
        assert_eq!(shown(&[key, ("authorization", "Bearer a.b.c")]).as_deref(), Some("a.b.c"));
    }

    #[test]
    fn ids_and_plans_are_short_and_can_be_printed() {
        assert_eq!(plain_id(" Zoe\u{308} 7/ü ").as_deref(), Some("Zoë 7/ü"), "one form");
        assert!(plain_id(&"x".repeat(128)).is_some());
        let long = "x".repeat(129);
        for wrong in [" ", "", "a\u{7f}b", "ann\u{200b}", &long] {
            assert_eq!(plain_id(wrong), None, "{wrong:?}");
        }
        assert!(plain_plan("gold_2-b") && !plain_plan("") && !plain_plan("a b") && !plain_plan("é"));
    }
}
