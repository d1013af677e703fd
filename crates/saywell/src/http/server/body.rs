//! The bodies of a request and its answer, which tell how far the request is.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::BoxError;
use axum::body::{Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::time::{Duration, Instant, Sleep, sleep_until};

use super::visit::Request;
use crate::connections::ConnectionBounds;

/// A request's body came too slowly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the body of the request came too slowly")]
pub struct TooSlow;

/// A request's body, which has to keep a pace.
#[derive(Debug)]
pub(super) struct Arriving<B> {
    inner: B,
    request: Arc<Request>,
    bounds: Arc<ConnectionBounds>,
    began: Instant,
    bytes: u64,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl<B> Arriving<B> {
    pub(super) fn new(inner: B, request: Arc<Request>, bounds: Arc<ConnectionBounds>) -> Self {
        Self { inner, request, bounds, began: Instant::now(), bytes: 0, alarm: None }
    }

    /// Until when what has come is enough.
    fn deadline(&self) -> Instant {
        let ConnectionBounds { head, body_rate, request, .. } = *self.bounds;
        let paid = Duration::from_secs_f64(self.bytes as f64 / body_rate.max(1) as f64);
        self.began + request.min(head.saturating_add(paid))
    }
}

impl<B> HttpBody for Arriving<B>
where
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.inner).poll_frame(context) {
            if let Some(Ok(frame)) = &frame {
                self.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
            }
            if frame.is_none() || self.inner.is_end_stream() {
                self.request.arrived();
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let at = self.deadline();
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(at)));
        if alarm.deadline() != at {
            alarm.as_mut().reset(at);
        }
        ready!(alarm.as_mut().poll(context));
        metrics::counter!("saywell_connections_closed_total", "reason" => "body").increment(1);
        Poll::Ready(Some(Err(Box::new(TooSlow))))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// An answer's body, with which its request ends.
#[derive(Debug)]
pub(super) struct Leaving<B> {
    pub(super) inner: B,
    pub(super) _request: Arc<Request>,
}

impl<B: HttpBody + Unpin> HttpBody for Leaving<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.inner).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
