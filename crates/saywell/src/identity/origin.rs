//! Whether the page that makes a browser call may do so.
//!
//! Cookies, and the address of this machine, are shown by a browser whatever page makes it call. So a call that changes
//! something, and a WebSocket, which CORS does not cover, must come from a page of this server or of an origin that the
//! operator named. Programs that are no browser send none of these headers, and nobody can make them call.

use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};

use super::Arrival;

const FETCH_SITE: &str = "sec-fetch-site";

/// The origins whose pages may call.
#[derive(Debug)]
pub struct Origins {
    allowed: Vec<String>,
    /// The name under which callers reach the server, with the port if there is one.
    public_host: Option<String>,
}

impl Origins {
    /// Pages of these origins, and those of the server itself.
    #[must_use]
    pub fn new(allowed: &[String], public_url: &str) -> Self {
        let public_host = authority(public_url).map(str::to_owned);
        Self { allowed: allowed.to_vec(), public_host }
    }

    /// Whether the page that made this call may.
    #[must_use]
    pub fn may_call(&self, arrival: Arrival<'_>) -> bool {
        let safe = matches!(*arrival.method, Method::GET | Method::HEAD | Method::OPTIONS);
        if safe && !arrival.headers.contains_key(header::UPGRADE) {
            return true;
        }
        let site = arrival.headers.get(FETCH_SITE).map(HeaderValue::as_bytes);
        if matches!(site, Some(b"same-origin" | b"none")) {
            return true;
        }
        let Some(origin) = arrival.headers.get(header::ORIGIN) else {
            return site.is_none();
        };
        origin.to_str().is_ok_and(|origin| self.is_allowed(origin, arrival))
    }

    fn is_allowed(&self, origin: &str, arrival: Arrival<'_>) -> bool {
        let same = |host: Option<&str>| {
            authority(origin).zip(host).is_some_and(|(one, other)| one.eq_ignore_ascii_case(other))
        };
        self.allowed.iter().any(|allowed| allowed == origin)
            || same(self.public_host.as_deref())
            || same(host(arrival.headers, arrival.uri))
    }

    /// Whether the call names this machine, by an address or as `localhost`. A name that somebody else has made lead
    /// here would make their pages ours.
    #[must_use]
    pub fn is_this_machine(&self, arrival: Arrival<'_>) -> bool {
        let Some(host) = host(arrival.headers, arrival.uri) else { return true };
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
            _ => host,
        };
        let name = name.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        name == "localhost"
            || name.ends_with(".localhost")
            || name.parse::<std::net::IpAddr>().is_ok()
            || self.public_host.as_deref() == Some(host)
    }
}

/// The host that a request is for: HTTP/1 says so in a header, HTTP/2 in the address.
fn host<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    let header = headers.get(header::HOST).map(|host| host.to_str().unwrap_or_default());
    uri.authority().map(Authority::as_str).or(header)
}

/// Host and port of `scheme://host:port/…`.
fn authority(address: &str) -> Option<&str> {
    address.split_once("://")?.1.split('/').next().filter(|host| !host.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may_call(method: &str, headers: &[(&'static str, &str)]) -> bool {
        let origins = Origins::new(&["https://chat.example.com".into()], "https://voice.example.com/tts");
        let headers =
            headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        let (method, uri) = (method.parse().unwrap(), Uri::from_static("/tts"));
        origins.may_call(Arrival { method: &method, uri: &uri, headers: &headers, peer: None })
    }

    #[test]
    fn pages_from_elsewhere_change_nothing() {
        let host = ("host", "127.0.0.1:8787");
        for (headers, expected) in [
            (&[][..], true),
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("origin", "https://chat.example.com"), ("sec-fetch-site", "cross-site")], true),
            (&[("origin", "https://chat.example.com.evil.example")], false),
            (&[("origin", "http://chat.example.com")], false),
            (&[("origin", "https://voice.example.com")], true),
            (&[("origin", "null")], false),
            (&[host, ("origin", "http://127.0.0.1:8787")], true),
            (&[host, ("origin", "http://127.0.0.1:9999")], false),
        ] {
            assert_eq!(may_call("POST", headers), expected, "{headers:?}");
        }
        assert!(may_call("GET", &[("origin", "https://evil.example")]), "CORS sees to what is read");
        assert!(!may_call("GET", &[("origin", "https://evil.example"), ("upgrade", "websocket")]));
    }

    #[test]
    fn this_machine_has_addresses_and_one_name() {
        let origins = Origins::new(&[], "http://voice.lan:8787");
        for (host, expected) in [
            ("localhost", true),
            ("LocalHost:8787", true),
            ("demo.localhost:8787", true),
            ("127.0.0.1:8787", true),
            ("[::1]:8787", true),
            ("voice.lan:8787", true),
            ("evil.example:8787", false),
            ("localhost.evil.example", false),
            ("127.0.0.1.evil.example", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(header::HOST, host.parse().unwrap())]);
            let (method, uri) = (Method::GET, Uri::from_static("/tts"));
            let arrival = Arrival { method: &method, uri: &uri, headers: &headers, peer: None };
            assert_eq!(origins.is_this_machine(arrival), expected, "{host}");
        }
    }
}
