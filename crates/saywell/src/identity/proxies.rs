//! Where a request comes from, when proxies stand in between.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::HeaderMap;
use ipnet::IpNet;

const FORWARDED_FOR: &str = "x-forwarded-for";
const FORWARDED_PROTO: &str = "x-forwarded-proto";

/// The proxies whose word is taken.
#[derive(Debug)]
pub struct Proxies {
    trusted: Vec<IpNet>,
    warned: AtomicBool,
}

impl Proxies {
    /// The word of these is taken, and of nobody else.
    #[must_use]
    pub fn new(trusted: Vec<IpNet>) -> Self {
        Self { trusted, warned: AtomicBool::new(false) }
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(&address))
    }

    /// The caller's address: the connection's, or while that is a trusted proxy, the one that the proxy names.
    ///
    /// `X-Forwarded-For` grows to the right, so it is read from there: whatever a caller wrote into it stands to the
    /// left of what the first trusted proxy saw, and is never reached. What is no address ends the reading.
    #[must_use]
    pub fn client(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
        let mut address = peer?.to_canonical();
        for hop in hops(headers) {
            if !self.trusts(address) {
                self.warn(address);
                break;
            }
            let Some(named) = hop.and_then(read) else { break };
            address = named;
        }
        Some(address)
    }

    /// Whether the caller came by HTTPS, as a trusted proxy says.
    #[must_use]
    pub fn secure(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> bool {
        peer.is_some_and(|peer| self.trusts(peer.to_canonical()))
            && headers.get(FORWARDED_PROTO).is_some_and(|proto| proto.as_bytes() == b"https")
    }

    /// Once, since an operator who forgot a proxy counts all of its callers as one.
    fn warn(&self, peer: IpAddr) {
        if !peer.is_loopback() && self.trusted.is_empty() && !self.warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                %peer,
                "a request says through whom it came (X-Forwarded-For), and TTS_TRUSTED_PROXIES trusts nobody: if {peer} \
                 is your proxy, all of its callers are counted as one address"
            );
        }
    }
}

/// Whether a request says that it was passed on for somebody on another machine.
#[must_use]
pub fn comes_from_afar(headers: &HeaderMap) -> bool {
    hops(headers).any(|hop| hop.and_then(read).is_none_or(|address| !address.is_loopback()))
}

/// What `X-Forwarded-For` lists, from the right; `None` for what is no text.
fn hops(headers: &HeaderMap) -> impl Iterator<Item = Option<&str>> {
    headers.get_all(FORWARDED_FOR).into_iter().rev().flat_map(|line| {
        let line = line.to_str().ok();
        let hops = line.map(|line| line.rsplit(',').map(Some));
        let unreadable = line.is_none().then_some(None);
        hops.into_iter().flatten().chain(unreadable)
    })
}

/// An address, with or without a port.
fn read(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let bare = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']')).unwrap_or(hop);
    let address = bare.parse().or_else(|_| hop.parse::<SocketAddr>().map(|socket| socket.ip()));
    address.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(trusted: &[&str], peer: &str, lines: &[&str]) -> String {
        let proxies = Proxies::new(trusted.iter().map(|network| network.parse().unwrap()).collect());
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, line.parse().unwrap());
        }
        proxies.client(Some(peer.parse().unwrap()), &headers).unwrap().to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed_and_only_what_they_saw() {
        let inside = &["10.0.0.0/8", "fd00::/8"][..];
        for (trusted, peer, lines, expected) in [
            (&[][..], "198.51.100.7", &["203.0.113.9"][..], "198.51.100.7"),
            (inside, "198.51.100.7", &["203.0.113.9"], "198.51.100.7"),
            (inside, "10.1.2.3", &[], "10.1.2.3"),
            (inside, "10.1.2.3", &["203.0.113.9"], "203.0.113.9"),
            (inside, "::ffff:10.1.2.3", &["203.0.113.9"], "203.0.113.9"),
            (inside, "10.1.2.3", &["1.1.1.1, 203.0.113.9"], "203.0.113.9"),
            (inside, "10.1.2.3", &["1.1.1.1, 203.0.113.9, 10.9.9.9"], "203.0.113.9"),
            (inside, "10.1.2.3", &["1.1.1.1", "203.0.113.9"], "203.0.113.9"),
            (inside, "10.1.2.3", &["1.1.1.1, not an address"], "10.1.2.3"),
            (inside, "10.1.2.3", &["1.1.1.1, not an address, 10.9.9.9"], "10.9.9.9"),
            (inside, "10.1.2.3", &["203.0.113.9:4711"], "203.0.113.9"),
            (inside, "fd00::1", &["[2001:db8::5]:4711"], "2001:db8::5"),
            (inside, "10.1.2.3", &["2001:db8::5"], "2001:db8::5"),
            (inside, "10.1.2.3", &[""], "10.1.2.3"),
        ] {
            assert_eq!(client(trusted, peer, lines), expected, "{peer} {lines:?}");
        }
    }

    #[test]
    fn who_is_passed_on_from_another_machine_is_no_operator() {
        let headers =
            |line: &str| HeaderMap::from_iter([(FORWARDED_FOR.parse().unwrap(), line.parse().unwrap())]);
        assert!(!comes_from_afar(&HeaderMap::new()));
        assert!(!comes_from_afar(&headers("127.0.0.1, ::1")));
        assert!(comes_from_afar(&headers("203.0.113.9, 127.0.0.1")));
        assert!(comes_from_afar(&headers("unknown")));
    }
}
