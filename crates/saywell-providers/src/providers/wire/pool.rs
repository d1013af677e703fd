//! Connections of WebSocket that are kept open between calls, so that a call need not open one.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::sync::oneshot;
use tokio_tungstenite::tungstenite::Message;

use super::Socket;
use crate::provider::ProviderError;
use crate::queue::Errand;

/// The most idle connections that are kept. The oldest one goes, of those that no reply goes on with before the others.
const MOST_IDLE: usize = 64;

/// Connections between calls. Each has what its protocol remembers of it, and what it is good for: its key.
#[derive(Debug)]
pub struct SocketPool<T> {
    idle: Arc<Mutex<VecDeque<Idle<T>>>>,
    /// How long a connection may wait for its next call.
    longest: Duration,
}

#[derive(Debug)]
struct Idle<T> {
    key: String,
    errand: Weak<Errand>,
    taken: oneshot::Sender<oneshot::Sender<Open<T>>>,
}

/// An open connection, in the hands of a call. It is closed when it is dropped; [`SocketPool::keep`] keeps it.
#[derive(Debug)]
pub struct Open<T> {
    socket: Socket,
    /// What its protocol remembers of it.
    pub memory: T,
    /// What has been answered and not been read.
    first: Option<Message>,
}

impl<T> Open<T> {
    /// A connection that was just opened.
    #[must_use]
    pub fn new(socket: Socket, memory: T) -> Self {
        Self { socket, memory, first: None }
    }

    /// The next message of text or bytes.
    ///
    /// # Errors
    /// `Unavailable` where the connection breaks, or is closed.
    pub async fn next(&mut self) -> Result<Message, ProviderError> {
        match self.first.take() {
            Some(first) => Ok(first),
            None => self.socket.next().await?.ok_or_else(|| {
                ProviderError::Unavailable("closed the connection before the sound was complete".into())
            }),
        }
    }
}

impl<T: Send + 'static> SocketPool<T> {
    /// Keeps connections for so long after their last call: less than their service does.
    #[must_use]
    pub fn new(longest: Duration) -> Self {
        Self { idle: Arc::default(), longest }
    }

    /// Whether an idle connection of this key is there, for whichever reply.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        let free = |idle: &Idle<T>| idle.errand.strong_count() == 0 && !idle.taken.is_closed();
        self.idle().iter().any(|idle| idle.key == key && free(idle))
    }

    /// Asks over a connection, and waits until the answer begins. The connection is one of these keys, the first of
    /// them before the others: one that spoke for the same reply, else one that no reply goes on with; else a new one, which
    /// `open` gives. `ask` says what to send over it. An idle one may have been closed without our knowing: then another is
    /// asked.
    ///
    /// # Errors
    /// As `open`; `Unavailable` where the connection breaks, or is closed before anything is answered.
    pub fn ask<'a>(
        &'a self,
        keys: &'a [&'a str],
        errand: &'a Arc<Errand>,
        open: impl Future<Output = Result<Open<T>, ProviderError>> + Send + 'a,
        ask: impl Fn(&mut T) -> Vec<Message> + Send + Sync + 'a,
    ) -> BoxFuture<'a, Result<Open<T>, ProviderError>> {
        Box::pin(async move {
            for key in keys {
                while let Some(mut idle) = self.take(key, errand).await {
                    if exchange(&mut idle, &ask).await.is_ok() {
                        return Ok(idle);
                    }
                }
            }
            let mut fresh = open.await?;
            exchange(&mut fresh, &ask).await?;
            Ok(fresh)
        })
    }

    /// Keeps a connection whose call has been answered to the end; `errand` is of the reply that it spoke for, if it should
    /// go on with that.
    pub fn keep(&self, key: &str, errand: Weak<Errand>, open: Open<T>) {
        let (taken, asked) = oneshot::channel();
        let mut idle = self.idle();
        idle.retain(|idle| !idle.taken.is_closed());
        if idle.len() == MOST_IDLE {
            let over = idle.iter().position(|idle| idle.errand.strong_count() == 0);
            idle.remove(over.unwrap_or_default());
        }
        idle.push_back(Idle { key: key.to_owned(), errand, taken });
        // Not waited for: it has no call to finish.
        tokio::spawn(wait(open, asked, self.longest));
    }

    /// Closes whatever is idle.
    #[cfg(test)]
    pub fn clear(&self) {
        self.idle().clear();
    }

    async fn take(&self, key: &str, errand: &Arc<Errand>) -> Option<Open<T>> {
        let same = Arc::downgrade(errand);
        loop {
            let found = {
                let mut idle = self.idle();
                let fits = |fits: &dyn Fn(&Weak<Errand>) -> bool| {
                    idle.iter().rposition(|idle| idle.key == key && fits(&idle.errand))
                };
                let at = fits(&|errand| errand.ptr_eq(&same))
                    .or_else(|| fits(&|errand| errand.strong_count() == 0))?;
                idle.remove(at)?
            };
            let (give, given) = oneshot::channel();
            if found.taken.send(give).is_ok()
                && let Ok(open) = given.await
            {
                return Some(open);
            }
        }
    }

    fn idle(&self) -> MutexGuard<'_, VecDeque<Idle<T>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn exchange<T>(open: &mut Open<T>, ask: &impl Fn(&mut T) -> Vec<Message>) -> Result<(), ProviderError> {
    for message in ask(&mut open.memory) {
        open.socket.send(message).await?;
    }
    open.first = Some(open.next().await?);
    Ok(())
}

/// Waits with a connection until it is taken, closed, or no longer wanted.
async fn wait<T>(mut open: Open<T>, taken: oneshot::Receiver<oneshot::Sender<Open<T>>>, longest: Duration) {
    let give = tokio::select! {
        taken = taken => taken.ok(),
        () = open.socket.rest() => None,
        () = tokio::time::sleep(longest) => None,
    };
    if let Some(give) = give {
        // Whoever asked may have left: then it is closed.
        let _ = give.send(open);
    }
}

#[cfg(test)]
mod tests {
    use saywell_base::clock::SystemClock;
    use saywell_base::net;
    use saywell_stubs::{Fault, Stub, stubs};

    use super::*;
    use crate::providers::wire::Http;

    const HOUR: Duration = Duration::from_hours(1);

    /// Deepgram's: a text, a flush, and what comes until that is confirmed.
    async fn stub() -> Stub {
        Stub::start(&stubs::deepgram::KIND).await.unwrap()
    }

    async fn connect(stub: &Stub) -> Result<Open<u32>, ProviderError> {
        let client = net::socket_client().unwrap();
        let request = client.get(format!("{}/v1/speak?model=aura-2-thalia-en", stub.url()));
        let http = Http { client, clock: Arc::new(SystemClock) };
        let request = request.header("authorization", "Token key");
        Ok(Open::new(Socket::open(&http, request, |_| None).await?, 0))
    }

    fn says() -> Vec<Message> {
        vec![Message::text(r#"{"type":"Speak","text":"Hello."}"#), Message::text(r#"{"type":"Flush"}"#)]
    }

    async fn asks(pool: &SocketPool<u32>, stub: &Stub, key: &str, errand: &Arc<Errand>) -> Open<u32> {
        let ask = |calls: &mut u32| {
            *calls += 1;
            says()
        };
        pool.ask(&[key], errand, connect(stub), ask).await.unwrap()
    }

    /// Has an utterance spoken to its end; how many its connection had.
    async fn speaks(pool: &SocketPool<u32>, stub: &Stub, key: &str, errand: &Arc<Errand>) -> u32 {
        let mut open = asks(pool, stub, key, errand).await;
        while !matches!(open.next().await.unwrap(), Message::Text(text) if text.contains("Flushed")) {}
        let calls = open.memory;
        pool.keep(key, Arc::downgrade(errand), open);
        calls
    }

    /// Lets tasks that have something to do do it.
    async fn settle(done: impl Fn() -> bool) {
        while !done() {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_connection_speaks_again_for_whom_it_is_good() {
        let (stub, pool) = (stub().await, SocketPool::new(HOUR));
        let [one, other] = [Arc::new(Errand::default()), Arc::new(Errand::default())];
        assert_eq!(speaks(&pool, &stub, "a", &one).await, 1);
        assert_eq!(speaks(&pool, &stub, "a", &one).await, 2);
        assert_eq!(speaks(&pool, &stub, "b", &one).await, 1, "of another key");
        assert_eq!(speaks(&pool, &stub, "a", &other).await, 1, "the first reply may go on");
        assert_eq!(speaks(&pool, &stub, "a", &one).await, 3, "its own");
        assert_eq!(stub.requests().len(), 3);
        assert!(!pool.has("a"), "each is kept for its reply");
        drop(other);
        assert!(pool.has("a"));
        assert_eq!(speaks(&pool, &stub, "a", &one).await, 4, "its own before the others");
        assert_eq!(speaks(&pool, &stub, "a", &Arc::default()).await, 2, "that of a reply that is over");
        assert_eq!(stub.requests().len(), 3);
    }

    #[tokio::test]
    async fn one_that_was_closed_meanwhile_is_replaced() {
        let (stub, pool) = (stub().await, SocketPool::new(HOUR));
        let errand = Arc::new(Errand::default());
        let closed = async |open: &mut Open<u32>| open.socket.send(r#"{"type":"Close"}"#).await.unwrap();
        // We know of it.
        let mut open = asks(&pool, &stub, "a", &errand).await;
        closed(&mut open).await;
        pool.keep("a", Weak::new(), open);
        settle(|| !pool.has("a")).await;
        assert_eq!(speaks(&pool, &stub, "a", &errand).await, 1);
        // We do not know of it when we ask.
        let ask = |calls: &mut u32| match *calls {
            1 => vec![Message::text(r#"{"type":"Close"}"#)],
            _ => says(),
        };
        let open = pool.ask(&["a"], &errand, connect(&stub), ask).await.unwrap();
        assert_eq!(open.memory, 0, "a new one");
        assert_eq!(stub.requests().len(), 3);
    }

    #[tokio::test]
    async fn one_that_nobody_wants_is_closed() {
        let (stub, pool) = (stub().await, SocketPool::new(Duration::from_mins(4)));
        let errand = Arc::new(Errand::default());
        speaks(&pool, &stub, "a", &errand).await;
        // It begins to wait.
        tokio::task::yield_now().await;
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(239)).await;
        drop(errand);
        assert!(pool.has("a"));
        tokio::time::advance(Duration::from_secs(2)).await;
        settle(|| !pool.has("a")).await;
        assert_eq!(pool.take("a", &Arc::default()).await.map(|open| open.memory), None);
    }

    #[tokio::test]
    async fn one_that_is_given_up_in_the_middle_is_closed() {
        let (stub, pool) = (stub().await, SocketPool::new(HOUR));
        let errand = Arc::new(Errand::default());
        speaks(&pool, &stub, "a", &errand).await;
        stub.fails(Fault::Stall, 1..2);
        drop(asks(&pool, &stub, "a", &errand).await);
        assert!(stub.abandoned().await);
        assert_eq!(speaks(&pool, &stub, "a", &errand).await, 1);
        assert_eq!(stub.requests().len(), 2);
    }
}
