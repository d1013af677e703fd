//! Who is in: how many connections there may be, and which of them goes when there are too many.
//!
//! A connection waits while no request of it is whole: it has just come, sends one, or is idle. Those who wait hold
//! places that others need, so their number is bounded for each address, and all connections are in number. Past
//! either, the one that has been idle for longest goes, else the one that has taken longest over its request. A
//! connection whose answer is being made or heard is never closed for another.

use std::collections::{BTreeSet, HashMap};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::task::AtomicWaker;
use ipnet::IpNet;

/// Who may come in.
#[derive(Debug)]
pub(super) struct Door {
    /// Connections there may be.
    most: usize,
    /// Those of one address that may wait.
    each: usize,
    /// The addresses that speak for many others.
    trusted: Vec<IpNet>,
    room: Mutex<Room>,
}

/// Who is in.
#[derive(Debug, Default)]
struct Room {
    next: u64,
    guests: HashMap<u64, Guest>,
    waiting: BTreeSet<Turn>,
    of_address: HashMap<IpAddr, BTreeSet<Turn>>,
}

#[derive(Debug)]
struct Guest {
    /// Whose waiting connections are counted together; nobody's for trusted proxies.
    address: Option<IpAddr>,
    /// Its place among those who wait, while it does.
    turn: Option<Turn>,
    word: Arc<Word>,
}

/// What a connection waits for. Whoever stands first goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Waiting {
    /// For a further request.
    Idle,
    /// For its first request, or the rest of one.
    Making,
}

/// Since when, and who.
type Turn = (Waiting, u64, u64);

/// What is said to a connection.
#[derive(Debug, Default)]
pub(super) struct Word {
    go: AtomicBool,
    /// Wakes whoever reads from the connection.
    pub(super) reader: AtomicWaker,
}

impl Word {
    /// Whether the connection is to end now.
    pub(super) fn is_go(&self) -> bool {
        self.go.load(Ordering::Acquire)
    }
}

/// A connection's place inside; free again when it is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    door: Arc<Door>,
    id: u64,
    pub(super) word: Arc<Word>,
}

impl Door {
    pub(super) fn new(most: usize, each: usize, trusted: Vec<IpNet>) -> Self {
        Self { most: most.max(1), each: each.max(1), trusted, room: Mutex::default() }
    }

    /// Lets a connection in, which waits for its first request; `None` when all there may be are at work.
    pub(super) fn enter(self: &Arc<Self>, peer: IpAddr) -> Option<Seat> {
        let peer = peer.to_canonical();
        let address = (!self.trusted.iter().any(|network| network.contains(&peer))).then(|| counted(peer));
        let mut room = self.room();
        let own = address.and_then(|address| room.of_address.get(&address));
        if let Some(first) = own.filter(|own| own.len() >= self.each).and_then(|own| own.first().copied()) {
            room.send_off(first, "address");
        }
        if room.guests.len() >= self.most {
            let first = room.waiting.first().copied()?;
            room.send_off(first, "full");
        }
        let id = room.number();
        let word = Arc::<Word>::default();
        room.guests.insert(id, Guest { address, turn: None, word: Arc::clone(&word) });
        room.seat(id, Some(Waiting::Making));
        Some(Seat { door: Arc::clone(self), id, word })
    }

    /// Makes room for one more, where somebody waits.
    pub(super) fn make_room(&self) {
        let mut room = self.room();
        if let Some(first) = room.waiting.first().copied() {
            room.send_off(first, "full");
        }
    }

    fn room(&self) -> MutexGuard<'_, Room> {
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one subscriber has is counted as one: an address of IPv4, a /56 of IPv6.
fn counted(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !(u128::MAX >> 56)).into(),
    }
}

impl Room {
    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Notes that a connection waits from now on, or does no longer.
    fn seat(&mut self, id: u64, waiting: Option<Waiting>) {
        let since = self.number();
        let Some(guest) = self.guests.get_mut(&id) else { return };
        let before = std::mem::replace(&mut guest.turn, waiting.map(|waiting| (waiting, since, id)));
        let (address, turn) = (guest.address, guest.turn);
        if let Some(before) = before {
            self.waiting.remove(&before);
            self.forget(address, before);
        }
        if let Some(turn) = turn {
            self.waiting.insert(turn);
            if let Some(address) = address {
                self.of_address.entry(address).or_default().insert(turn);
            }
        }
    }

    fn send_off(&mut self, turn: Turn, why: &'static str) {
        let (_, _, id) = turn;
        metrics::counter!("saywell_connections_closed_total", "reason" => why).increment(1);
        if let Some(guest) = self.remove(id) {
            guest.word.go.store(true, Ordering::Release);
            guest.word.reader.wake();
        }
    }

    fn remove(&mut self, id: u64) -> Option<Guest> {
        let guest = self.guests.remove(&id)?;
        if let Some(turn) = guest.turn {
            self.waiting.remove(&turn);
            self.forget(guest.address, turn);
        }
        Some(guest)
    }

    fn forget(&mut self, address: Option<IpAddr>, turn: Turn) {
        let Some(address) = address else { return };
        if let Some(own) = self.of_address.get_mut(&address) {
            own.remove(&turn);
            if own.is_empty() {
                self.of_address.remove(&address);
            }
        }
    }
}

impl Seat {
    /// Notes what the connection waits for from now on; `None`: it is at work.
    pub(super) fn waits(&self, waiting: Option<Waiting>) {
        self.door.room().seat(self.id, waiting);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        drop(self.door.room().remove(self.id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(address: &str) -> IpAddr {
        address.parse().unwrap()
    }

    fn gone(seats: &[&Seat]) -> Vec<bool> {
        seats.iter().map(|seat| seat.word.is_go()).collect()
    }

    #[test]
    fn past_what_one_address_may_have_its_oldest_idle_one_goes() {
        let door = Arc::new(Door::new(100, 3, vec![]));
        let [ann, bob, eve] = [(); 3].map(|()| door.enter(address("203.0.113.9")).unwrap());
        let other = door.enter(address("203.0.113.10")).unwrap();
        bob.waits(None);
        let zoe = door.enter(address("203.0.113.9")).unwrap();
        assert_eq!(gone(&[&ann, &bob, &eve, &zoe]), [false; 4], "one of them is at work");
        bob.waits(Some(Waiting::Idle));
        let fay = door.enter(address("203.0.113.9")).unwrap();
        assert_eq!(gone(&[&ann, &bob, &eve, &zoe, &fay]), [false, true, false, false, false], "it was idle");
        let gil = door.enter(address("::ffff:203.0.113.9")).unwrap();
        assert_eq!(gone(&[&ann, &eve, &zoe, &fay, &gil]), [true, false, false, false, false], "the oldest");
        assert!(!other.word.is_go());
        drop((eve, zoe, fay, gil));
        let next = [(); 3].map(|()| door.enter(address("203.0.113.9")).unwrap());
        assert_eq!(gone(&next.each_ref()), [false; 3], "who leaves makes room");
    }

    #[test]
    fn one_subscriber_of_ipv6_is_one_and_a_trusted_proxy_is_nobody() {
        let door = Arc::new(Door::new(100, 1, vec!["10.0.0.0/8".parse().unwrap()]));
        let first = door.enter(address("2001:db8:1:2ff::1")).unwrap();
        let second = door.enter(address("2001:db8:1:2aa::2")).unwrap();
        let third = door.enter(address("2001:db8:1:300::1")).unwrap();
        assert_eq!(gone(&[&first, &second, &third]), [true, false, false]);
        let proxied = [(); 5].map(|()| door.enter(address("10.1.2.3")).unwrap());
        assert_eq!(gone(&proxied.each_ref()), [false; 5]);
    }

    #[test]
    fn when_all_are_at_work_nobody_comes_in() {
        let door = Arc::new(Door::new(2, 9, vec![]));
        let [ann, bob] = [(); 2].map(|()| door.enter(address("203.0.113.9")).unwrap());
        ann.waits(None);
        let eve = door.enter(address("198.51.100.7")).unwrap();
        assert_eq!(gone(&[&ann, &bob, &eve]), [false, true, false]);
        eve.waits(None);
        assert!(door.enter(address("198.51.100.8")).is_none());
        drop(ann);
        assert!(door.enter(address("198.51.100.8")).is_some());
    }
}
