//! Connections: accepts them, gives each request to the face its host names, and lets them finish at the end.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use referee_engine::error::{Error, Result};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

use crate::app::{App, Arrival};
use crate::router::{Faces, dispatch};
use crate::tasks;

mod secured;

/// Open connections: each costs some ten kilobytes, and past this the machine serves nobody well.
const CONNECTIONS_MAX: u32 = 16_384;
/// How long a client may take to send a request's head: what is slower holds a connection for nothing.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);
/// How long requests in flight get to finish when the server stops.
const DRAIN: Duration = Duration::from_secs(10);

/// The threads of the edge, named so that their share of the processor can be told.
pub fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .thread_name("edge")
        .enable_all()
        .build()
        .map_err(|error| Error::setup("start the edge's threads", error))
}

/// Where visitors are taken in.
pub struct Listeners {
    pub plain: TcpListener,
    pub tls: Option<TcpListener>,
}

impl From<TcpListener> for Listeners {
    fn from(plain: TcpListener) -> Listeners {
        Listeners { plain, tls: None }
    }
}

impl Listeners {
    /// The next connection, and whether it is to speak TLS.
    async fn accept(&self) -> std::io::Result<(TcpStream, Arrival)> {
        let tls = async {
            match &self.tls {
                Some(tls) => tls.accept().await,
                None => std::future::pending().await,
            }
        };
        let (accepted, by_tls) = tokio::select! {
            accepted = self.plain.accept() => (accepted, false),
            accepted = tls => (accepted, true),
        };
        accepted.map(|(stream, from)| (stream, Arrival { from, by_tls }))
    }
}

/// Serves until `stop` resolves, then lets requests in flight finish.
pub async fn serve(listeners: Listeners, app: Arc<App>, stop: impl Future<Output = ()>) {
    let faces = Arc::new(Faces::new(&app));
    let _tasks = tasks::start(&app);
    let graceful = GracefulShutdown::new();
    let (ends, ending) = watch::channel(());
    let seats = Arc::new(Semaphore::new(CONNECTIONS_MAX as usize));
    let mut stop = std::pin::pin!(stop);
    loop {
        let seat = tokio::select! {
            seat = seats.clone().acquire_owned() => seat,
            () = &mut stop => break,
        };
        let accepted = tokio::select! {
            accepted = listeners.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, arrival)) if arrival.by_tls => {
                let served = secured::serve(stream, arrival, app.clone(), faces.clone(), ending.clone());
                tokio::spawn(async move {
                    served.await;
                    drop(seat);
                });
            }
            Ok((stream, arrival)) => {
                // Answers are small and must not wait for company.
                _ = stream.set_nodelay(true);
                let connection = http1().serve_connection(TokioIo::new(stream), service(&app, &faces, arrival));
                let watched = graceful.watch(connection);
                tokio::spawn(async move {
                    // A client that went away is not our trouble.
                    _ = watched.await;
                    drop(seat);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    drop(listeners);
    drop(ends);
    let drained = async {
        graceful.shutdown().await;
        _ = seats.acquire_many(CONNECTIONS_MAX).await;
    };
    if tokio::time::timeout(DRAIN, drained).await.is_err() {
        tracing::warn!("requests still in flight were cut off");
    }
}

fn http1() -> http1::Builder {
    let mut builder = http1::Builder::new();
    // Heads are small: one buffer costs less than a list of pieces.
    builder.timer(TokioTimer::new()).writev(false).header_read_timeout(HEAD_TIMEOUT);
    builder
}

/// Answers the requests of one connection.
fn service(
    app: &Arc<App>,
    faces: &Arc<Faces>,
    arrival: Arrival,
) -> impl Service<Request<Incoming>, Response = Response<Body>, Error = Infallible, Future: Send + 'static> + use<> {
    let (app, faces) = (app.clone(), faces.clone());
    service_fn(move |request: Request<Incoming>| {
        let (app, faces) = (app.clone(), faces.clone());
        async move { Ok::<Response<Body>, Infallible>(dispatch(&app, &faces, arrival, request).await) }
    })
}
