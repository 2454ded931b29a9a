//! Panics, which never end the plugin: a record in the log, and for the call that had one an error as its answer.
//! Tasks of tokio that panic end alone by themselves; this is for calls, whose clients would otherwise wait for ever.

use std::any::Any;
use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::future::{BoxFuture, FutureExt};
use hyper::body::{Frame, SizeHint};
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::{Body as HttpBody, Bytes, Service, http};
use tower_layer::Layer;

/// Makes every panic of this process a record of the log, at error level.
pub fn log_them() {
    std::panic::set_hook(Box::new(log));
}

fn log(info: &PanicHookInfo<'_>) {
    let thread = std::thread::current();
    tracing::error!(
        panic = text(info.payload()),
        at = info.location().map(tracing::field::display),
        thread = thread.name(),
        "a panic in the plugin, which goes on"
    );
}

fn text(payload: &(dyn Any + Send)) -> &str {
    let owned = payload.downcast_ref::<String>().map(String::as_str);
    owned.or(payload.downcast_ref::<&str>().copied()).unwrap_or("no text")
}

fn status(payload: &(dyn Any + Send)) -> Status {
    Status::unknown(format!(
        "internal error of the plugin: {}. The plugin goes on; its log says where, and it is a bug to report.",
        text(payload)
    ))
}

/// The layer around all services.
#[derive(Debug, Clone, Copy)]
pub struct CatchPanics;

impl<S> Layer<S> for CatchPanics {
    type Service = Caught<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Caught { inner }
    }
}

/// Services whose panics become statuses.
#[derive(Debug, Clone)]
pub struct Caught<S> {
    inner: S,
}

impl<S> Service<http::Request<Body>> for Caught<S>
where
    S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = http::Response<CaughtBody>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let call = self.inner.call(request);
        AssertUnwindSafe(call)
            .catch_unwind()
            .map(|outcome| {
                let response = match outcome {
                    Ok(Ok(response)) => response,
                    Ok(Err(never)) => match never {},
                    Err(payload) => status(&*payload).into_http(),
                };
                Ok(response.map(|inner| CaughtBody { inner }))
            })
            .boxed()
    }
}

/// The body of an answer; a stream that panics ends with a status.
#[derive(Debug)]
pub struct CaughtBody {
    inner: Body,
}

impl HttpBody for CaughtBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let inner = Pin::new(&mut self.inner);
        catch_unwind(AssertUnwindSafe(|| inner.poll_frame(cx))).unwrap_or_else(|payload| {
            let status = status(&*payload);
            self.inner = Body::empty();
            let mut trailers = http::HeaderMap::new();
            Poll::Ready(Some(status.add_header(&mut trailers).map(|()| Frame::trailers(trailers))))
        })
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
