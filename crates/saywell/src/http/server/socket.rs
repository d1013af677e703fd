//! A connection's bytes, and the alarm for those that do not come or are not taken.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep, sleep_until};

use super::TAKEN_WITHIN;
use super::visit::{Late, Visit};

/// A connection that ends when it has taken too long over something.
#[derive(Debug)]
pub(super) struct Socket<T> {
    inner: T,
    visit: Arc<Visit>,
    alarm: Pin<Box<Sleep>>,
    /// Nothing is read any more.
    ended: bool,
    /// Rings while the other side takes nothing.
    stuck: Option<Pin<Box<Sleep>>>,
}

impl<T> Socket<T> {
    pub(super) fn new(inner: T, visit: Arc<Visit>) -> Self {
        Self { inner, visit, alarm: Box::pin(sleep_until(Instant::now())), ended: false, stuck: None }
    }

    /// After nothing came: whether it is over.
    fn over(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            self.visit.seat.word.reader.register(context.waker());
            if self.ended || self.visit.seat.word.is_go() {
                return Poll::Ready(());
            }
            // What is still to be taken keeps it open: the end of an answer may stand in a queue here.
            let Some((at, late)) = self.visit.deadline().filter(|_| self.stuck.is_none()) else {
                return Poll::Pending;
            };
            if self.alarm.deadline() != at {
                self.alarm.as_mut().reset(at);
            }
            ready!(self.alarm.as_mut().poll(context));
            self.visit.late(late);
            self.ended = late == Late::Owes;
        }
    }

    fn taken<R>(&mut self, result: Poll<io::Result<R>>, context: &mut Context<'_>) -> Poll<io::Result<R>> {
        if result.is_ready() {
            if self.stuck.take().is_some() {
                self.visit.seat.word.reader.wake();
            }
            return result;
        }
        let stuck = self.stuck.get_or_insert_with(|| Box::pin(sleep(TAKEN_WITHIN)));
        ready!(stuck.as_mut().poll(context));
        metrics::counter!("saywell_connections_closed_total", "reason" => "stuck").increment(1);
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Socket<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.inner).poll_read(context, buffer) {
            Poll::Pending => {
                // As if the other side had closed it.
                ready!(self.over(context));
                Poll::Ready(Ok(()))
            }
            ready @ Poll::Ready(_) => {
                if buffer.filled().len() > before {
                    self.visit.heard();
                }
                ready
            }
        }
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Socket<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.inner).poll_write(context, bytes);
        self.taken(result, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.inner).poll_write_vectored(context, pieces);
        self.taken(result, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
