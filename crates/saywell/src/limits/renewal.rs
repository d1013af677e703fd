//! Places in shared books are short, and renewed by their process: those of a gateway that is gone are free again soon.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tracing::debug;

use super::book::{Book, Claim, ClaimKind, DEADLINE, Ticket};
use super::process::ProcessBook;
use crate::clock::Clock;
use crate::service::Service;

/// How long a place lasts that is not renewed.
pub(super) const PLACE_LASTS: Duration = Duration::from_secs(30);
/// How often places are renewed: twice may fail.
const RENEWED_EVERY: Duration = Duration::from_secs(10);

/// The places that this process holds in shared books.
#[derive(Debug, Default)]
pub(super) struct Places(Mutex<HashMap<Ticket, Held>>);

/// Under which ticket the shared books know of it, and the accounts.
#[derive(Debug)]
struct Held {
    shared: Ticket,
    accounts: Vec<String>,
}

impl Places {
    /// A step took these claims: its places are renewed from now on.
    pub(super) fn hold(&self, ticket: Ticket, shared: Ticket, claims: &[Claim]) {
        let places = claims.iter().filter(|claim| claim.amount > 0);
        let places = places.filter(|claim| matches!(claim.kind, ClaimKind::Places { .. }));
        let accounts: Vec<_> = places.map(|claim| claim.account.clone()).collect();
        if !accounts.is_empty() {
            self.lock().insert(ticket, Held { shared, accounts });
        }
    }

    /// It is settled.
    pub(super) fn let_go(&self, ticket: Ticket) {
        self.lock().remove(&ticket);
    }

    /// Every place, as this process and as the shared books know it.
    fn all(&self) -> [Vec<(Ticket, String)>; 2] {
        let held = self.lock();
        let named = |shared: bool| {
            let places = held.iter().flat_map(|(ticket, held)| {
                let ticket = if shared { held.shared } else { *ticket };
                held.accounts.iter().map(move |account| (ticket, account.clone()))
            });
            places.collect()
        };
        [named(false), named(true)]
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Ticket, Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Renews them for as long as there are such books.
pub(super) async fn renew(
    places: Weak<Places>,
    own: Arc<ProcessBook>,
    (shared, service): (Arc<dyn Book>, Service),
    clock: Arc<dyn Clock>,
) {
    loop {
        tokio::time::sleep(RENEWED_EVERY).await;
        let Some([here, there]) = places.upgrade().map(|places| places.all()) else { return };
        if here.is_empty() {
            continue;
        }
        let now = clock.now();
        // That of this process cannot fail.
        let _ = own.renew(&here, now + PLACE_LASTS, now).await;
        if let Err(away) = service.ask(DEADLINE, shared.renew(&there, now + PLACE_LASTS, now), |_| true).await
        {
            debug!(%away, "places are not renewed");
        }
    }
}
