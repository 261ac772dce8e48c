//! A connection that speaks TLS: HTTP/2 or HTTP/1.1, as its client chose in the handshake.

use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Body;
use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulConnection;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::Instant;

use super::http1;
use crate::app::{App, Arrival};
use crate::router::{Faces, dispatch};
use crate::tls::Opened;

/// Requests that one connection may have under way at once.
const STREAMS_MAX: u32 = 100;
/// All header lines of a request.
const HEAD_BYTES_MAX: u32 = 16 * 1024;
/// A client that does not answer a sign of life within the timeout is gone.
const ALIVE_EVERY: Duration = Duration::from_secs(30);
const ALIVE_TIMEOUT: Duration = Duration::from_secs(15);
/// A connection on which nothing was asked for between two of these is let go.
const IDLE: Duration = Duration::from_secs(60);

/// Serves one connection until it ends; `ending` closes when the server stops.
pub async fn serve(
    stream: TcpStream,
    arrival: Arrival,
    app: Arc<App>,
    faces: Arc<Faces>,
    mut ending: watch::Receiver<()>,
) {
    let Some(tls) = app.tls.clone() else { return };
    let opened = tokio::select! {
        opened = tls.accept(stream, &app.engine) => opened,
        _ = ending.changed() => return,
    };
    let Some(Opened { stream, is_http2 }) = opened else { return };
    let asked = Arc::new(Asked::default());
    let counted = asked.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        let (app, faces, busy) = (app.clone(), faces.clone(), Busy::begin(&counted));
        async move { Ok::<_, Infallible>(busy.until_sent(dispatch(&app, &faces, arrival, request).await)) }
    });
    let io = TokioIo::new(stream);
    if is_http2 {
        drive(pin!(http2().serve_connection(io, service)), ending, &asked).await;
    } else {
        drive(pin!(http1().serve_connection(io, service)), ending, &asked).await;
    }
}

fn http2() -> http2::Builder<TokioExecutor> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(HEAD_BYTES_MAX)
        .keep_alive_interval(ALIVE_EVERY)
        .keep_alive_timeout(ALIVE_TIMEOUT);
    builder
}

/// Serves until the connection ends. It is told to end when the server stops, or when nothing was asked for so long; what is
/// under way then may still be finished.
async fn drive<C>(mut connection: Pin<&mut C>, mut ending: watch::Receiver<()>, asked: &Asked)
where
    C: GracefulConnection,
{
    let mut tick = tokio::time::interval_at(Instant::now() + IDLE, IDLE);
    let (mut before, mut told) = (0, false);
    loop {
        tokio::select! {
            biased;
            // A client that went away is not our trouble.
            _ = connection.as_mut() => return,
            _ = ending.changed(), if !told => {
                // Who never asked may not even speak HTTP, and would not hear it.
                if asked.requests.load(Ordering::Relaxed) == 0 {
                    return;
                }
                connection.as_mut().graceful_shutdown();
                told = true;
            }
            _ = tick.tick() => {
                let now = asked.requests.load(Ordering::Relaxed);
                if asked.under_way.load(Ordering::Relaxed) > 0 {
                    before = now;
                    continue;
                }
                if told || now == 0 {
                    return;
                }
                if now == before {
                    connection.as_mut().graceful_shutdown();
                    told = true;
                }
                before = now;
            }
        }
    }
}

/// What was asked for on a connection, and what of it is under way.
#[derive(Default)]
struct Asked {
    requests: AtomicU64,
    under_way: AtomicU64,
}

/// A request, from its head to the last of its answer.
struct Busy(Arc<Asked>);

impl Busy {
    fn begin(asked: &Arc<Asked>) -> Busy {
        asked.requests.fetch_add(1, Ordering::Relaxed);
        asked.under_way.fetch_add(1, Ordering::Relaxed);
        Busy(asked.clone())
    }

    /// The answer, which is under way until its body is sent or given up.
    fn until_sent(self, response: Response<Body>) -> Response<Body> {
        if response.body().is_end_stream() {
            return response;
        }
        response.map(|body| {
            Body::new(body.map_frame(move |frame| {
                let _until_dropped = &self;
                frame
            }))
        })
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_under_way_until_its_answer_is_sent() {
        let asked = Arc::new(Asked::default());
        let under_way = || asked.under_way.load(Ordering::Relaxed);
        let answer = Busy::begin(&asked).until_sent(Response::new(Body::from("a long one")));
        assert_eq!(under_way(), 1);
        drop(answer);
        drop(Busy::begin(&asked).until_sent(Response::new(Body::empty())));
        assert_eq!((under_way(), asked.requests.load(Ordering::Relaxed)), (0, 2));
    }
}
