//! A connection that speaks TLS: HTTP/2 or HTTP/1.1, as its client chose in the handshake.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::Service;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulConnection;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::Instant;

use super::{http1, service};
use crate::app::{App, Arrival};
use crate::router::Faces;
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
    let asked = Arc::new(AtomicU64::new(0));
    let service = Counting { service: service(&app, &faces, arrival), asked: asked.clone() };
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
async fn drive<C>(mut connection: Pin<&mut C>, mut ending: watch::Receiver<()>, asked: &AtomicU64)
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
                if asked.load(Ordering::Relaxed) == 0 {
                    return;
                }
                connection.as_mut().graceful_shutdown();
                told = true;
            }
            _ = tick.tick() => {
                let now = asked.load(Ordering::Relaxed);
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

/// Counts what is asked.
struct Counting<S> {
    service: S,
    asked: Arc<AtomicU64>,
}

impl<S: Service<Request<Incoming>>> Service<Request<Incoming>> for Counting<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn call(&self, request: Request<Incoming>) -> S::Future {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.service.call(request)
    }
}
