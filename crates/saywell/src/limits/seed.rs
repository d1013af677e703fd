//! What was used before this process began, so that a restart gives nobody their quota again.

use std::collections::BTreeMap;

use super::account::{Span, What, account, begins, window};
use super::book::KnownSum;
use super::{Amount, LimitScope, Limits, Refusal};
use crate::store::{Spent, StoreError, UsageLog};

impl Limits {
    /// Writes down what `usage` knows of this day and month, as far as the books do not know it yet.
    ///
    /// # Errors
    /// When the store cannot be asked. That the books are away is their own matter, and has its own policy.
    pub async fn seed_from(&self, usage: &dyn UsageLog) -> Result<(), StoreError> {
        let now = self.parts.clock.now();
        let day = by_account(&usage.spent(begins(Span::Day, now)).await?);
        for ((scope, name), month) in by_account(&usage.spent(begins(Span::Month, now)).await?) {
            let day = day.get(&(scope, name.clone())).copied().unwrap_or_default();
            if let Err(Refusal::Overloaded) = self.seed(scope, &name, day, month).await {
                return Ok(());
            }
        }
        Ok(())
    }
}

impl Limits {
    /// Whenever the books that all gateways share fall ill, learns from `usage` what callers have used, also of other
    /// gateways: somebody whom this process has not met yet has no new quota here. Until it is dropped.
    pub async fn learn_when_alone(&self, usage: &dyn UsageLog) {
        let Some(shared) = self.shared_books() else { return };
        loop {
            shared.falls_ill().await;
            if let Err(error) = self.learn_from(usage).await {
                tracing::warn!(%error, "what was used elsewhere cannot be read: callers whom this process has not met count from nothing");
            }
            shared.recovers().await;
        }
    }

    async fn learn_from(&self, usage: &dyn UsageLog) -> Result<(), StoreError> {
        let now = self.parts.clock.now();
        for span in [Span::Day, Span::Month] {
            let (window, resets) = window(span, now);
            for ((scope, name), spent) in by_account(&usage.spent(begins(span, now)).await?) {
                for what in [What::Characters, What::Seconds, What::Money] {
                    let account = account(what, &window, scope, &name);
                    self.parts.books.learn(KnownSum { account, used: spent.units(what), resets }, now);
                }
            }
        }
        Ok(())
    }
}

/// What was spent, by the accounts that it counts on.
fn by_account(spent: &[Spent]) -> BTreeMap<(LimitScope, String), Amount> {
    let mut accounts: BTreeMap<(LimitScope, String), Amount> = BTreeMap::new();
    for Spent { subject, room, key, network, plan, characters, seconds, cost, .. } in spent {
        let mut add = |scope, name: String| {
            let amount = accounts.entry((scope, name)).or_default();
            amount.characters += characters;
            amount.seconds += seconds;
            amount.money += cost;
        };
        add(LimitScope::Caller, subject.clone());
        add(LimitScope::Plan, plan.clone());
        add(LimitScope::All, String::new());
        if let Some(key) = key {
            add(LimitScope::Key, key.clone());
        }
        if let Some(room) = room {
            add(LimitScope::Room, format!("{plan}:{room}"));
        }
        if let Some(network) = network {
            add(LimitScope::Address, format!("{plan}:{network}"));
        }
    }
    accounts
}
