//! The way from a gateway to Redis, which may be slow, and may be cut for a while: a stand-in for a network that delays and
//! parts, where the kernel has none.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What goes one way at once.
const PIECE: usize = 16 << 10;

/// A wire from a port of its own. Ends with the value.
pub struct Wire {
    port: u16,
    state: watch::Sender<State>,
    carrying: JoinHandle<()>,
}

#[derive(Clone, Copy)]
struct State {
    whole: bool,
    delay: Duration,
}

impl Wire {
    /// To a server on this port, with so long a way in each direction.
    pub async fn to(server: u16, delay: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (state, seen) = watch::channel(State { whole: true, delay });
        let carrying = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let Ok(far) = TcpStream::connect(("127.0.0.1", server)).await else { continue };
                let ((from_near, to_near), (from_far, to_far)) = (near.into_split(), far.into_split());
                tokio::spawn(carry(from_near, to_far, seen.clone()));
                tokio::spawn(carry(from_far, to_near, seen.clone()));
            }
        });
        Self { port, state, carrying }
    }

    /// Nothing goes through any more; whoever is at an end does not hear of it.
    pub fn cut(&self) {
        self.state.send_modify(|state| state.whole = false);
    }

    /// All goes through again, also what was on its way.
    pub fn mend(&self) {
        self.state.send_modify(|state| state.whole = true);
    }

    /// The address of the server by this way.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.carrying.abort();
    }
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut state: watch::Receiver<State>) {
    let mut piece = vec![0; PIECE];
    while let Ok(count @ 1..) = from.read(&mut piece).await {
        let delay = state.borrow().delay;
        tokio::time::sleep(delay).await;
        // Without its wire it ends.
        if state.wait_for(|state| state.whole).await.is_err() || to.write_all(&piece[..count]).await.is_err()
        {
            return;
        }
    }
}
