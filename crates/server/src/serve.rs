//! Connections: accepts them, gives each request to the face its host names, and lets them finish at the end.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use referee_engine::error::{Error, Result};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::app::App;
use crate::router::{Faces, dispatch};
use crate::tasks;

/// Open connections: each costs some ten kilobytes, and past this the machine serves nobody well.
const CONNECTIONS_MAX: usize = 16_384;
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

/// Serves until `stop` resolves, then lets requests in flight finish.
pub async fn serve(listener: TcpListener, app: Arc<App>, stop: impl Future<Output = ()>) {
    let faces = Arc::new(Faces::new(&app));
    let _tasks = tasks::start(&app);
    let graceful = GracefulShutdown::new();
    let seats = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut stop = std::pin::pin!(stop);
    loop {
        let seat = tokio::select! {
            seat = seats.clone().acquire_owned() => seat,
            () = &mut stop => break,
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, from)) => {
                let connection = connection(stream, from, app.clone(), faces.clone());
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
    drop(listener);
    if tokio::time::timeout(DRAIN, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests still in flight were cut off");
    }
}

fn connection(
    stream: TcpStream,
    from: SocketAddr,
    app: Arc<App>,
    faces: Arc<Faces>,
) -> http1::Connection<
    TokioIo<TcpStream>,
    impl hyper::service::HttpService<Incoming, ResBody = Body, Error = Infallible, Future: Send>,
> {
    // Answers are small and must not wait for company.
    _ = stream.set_nodelay(true);
    let service = service_fn(move |request: Request<Incoming>| {
        let (app, faces) = (app.clone(), faces.clone());
        async move { Ok::<Response<Body>, Infallible>(dispatch(&app, &faces, from, request).await) }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        // Heads are small: one buffer costs less than a list of pieces.
        .writev(false)
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service)
}
