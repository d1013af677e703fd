//! The connections over which replies come as they are written: how many there are, and whose.
//!
//! They are this process's, so they are counted here and not in the books.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::book::Claim;
use crate::identity::Subject;

/// No caller has more than one of so many parts of all connections, whatever their plan says.
const PARTS: usize = 4;

/// The connections that are open.
#[derive(Debug, Clone)]
pub(crate) struct Connected {
    most: usize,
    open: Arc<Mutex<Open>>,
}

#[derive(Debug, Default)]
struct Open {
    all: usize,
    by_account: HashMap<String, u64>,
}

/// Why there is no further connection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoConnection {
    /// There are as many as there may be, or this caller has their part of them.
    Server,
    /// The first claim that does not fit, and how many there are on its account.
    Account { claim: usize, state: u64 },
}

/// A connection; it does not count any more when it is dropped.
#[derive(Debug)]
pub(crate) struct ConnectionPlace {
    accounts: Vec<String>,
    open: Arc<Mutex<Open>>,
}

impl Connected {
    pub(crate) fn new(most: usize) -> Self {
        Self { most: most.max(1), open: Arc::default() }
    }

    /// One more connection of this caller, on all of these accounts or on none.
    pub(crate) fn take(&self, subject: &Subject, claims: &[Claim]) -> Result<ConnectionPlace, NoConnection> {
        let mut open = lock(&self.open);
        let on = |account: &str| open.by_account.get(account).copied().unwrap_or(0);
        for (claim, Claim { account, amount, allowed, .. }) in claims.iter().enumerate() {
            let state = on(account);
            if state + amount > *allowed {
                return Err(NoConnection::Account { claim, state });
            }
        }
        // No account of the books has a name such as this.
        let own = format!("part:{subject}");
        let part = self.most.div_ceil(PARTS) as u64;
        if open.all >= self.most || on(&own) >= part {
            return Err(NoConnection::Server);
        }
        open.all += 1;
        let accounts: Vec<String> =
            claims.iter().map(|claim| claim.account.clone()).chain(std::iter::once(own)).collect();
        for account in &accounts {
            *open.by_account.entry(account.clone()).or_default() += 1;
        }
        Ok(ConnectionPlace { accounts, open: Arc::clone(&self.open) })
    }
}

impl Drop for ConnectionPlace {
    fn drop(&mut self) {
        let mut open = lock(&self.open);
        open.all -= 1;
        for account in &self.accounts {
            if let Some(count) = open.by_account.get_mut(account) {
                *count -= 1;
                if *count == 0 {
                    open.by_account.remove(account);
                }
            }
        }
    }
}

fn lock(open: &Mutex<Open>) -> MutexGuard<'_, Open> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(name: &str) -> Subject {
        Subject::User(name.to_owned())
    }

    #[test]
    fn nobody_has_more_than_a_quarter() {
        let connected = Connected::new(8);
        let take = |name: &str| connected.take(&user(name), &[]);
        let ann = [take("ann").unwrap(), take("ann").unwrap()];
        assert_eq!(take("ann").unwrap_err(), NoConnection::Server);
        let others: Vec<_> = (0..6).map(|number| take(&number.to_string()).unwrap()).collect();
        assert_eq!(take("bob").unwrap_err(), NoConnection::Server);
        drop(ann);
        assert!(take("bob").is_ok() && others.len() == 6);
        drop(others);
        assert!(lock(&connected.open).by_account.is_empty(), "nothing is remembered of who has left");
    }
}
