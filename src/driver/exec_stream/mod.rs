//! `ExecTaskStreaming`: a command in a task's container that somebody types into. One future moves what is typed in one
//! direction and output in the other; each side waits for the other, so that memory stays bounded.

mod requests;
mod show;

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::{FutureExt, Stream};
use tokio::io::AsyncWriteExt;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::errors::Failure;
use super::exec::{Connection, Session};
use super::store::Store;
use super::task::Task;
use crate::plugin::generated::driver::exec_task_streaming_request::Setup;
use crate::plugin::generated::driver::{ExecTaskStreamingRequest, ExecTaskStreamingResponse};
use crate::podman::{ExecConfig, TtySize};
use requests::{Request, Requests};

/// How many messages may wait for the client.
const AHEAD: usize = 4;
/// How long no other size has to come until the last one is told once more.
const REPEAT: Duration = Duration::from_millis(300);

/// What the client is sent.
type Answers = mpsc::Sender<Result<ExecTaskStreamingResponse, Status>>;

/// The latest size of the terminal.
type Sizes = watch::Sender<Option<TtySize>>;

/// Runs the command that the first of these requests names, in a task of the store. Dropping the answers ends it.
pub fn stream<R>(
    store: Store,
    requests: R,
) -> impl Stream<Item = Result<ExecTaskStreamingResponse, Status>> + use<R>
where
    R: Stream<Item = Result<ExecTaskStreamingRequest, Status>> + Send + Unpin + 'static,
{
    let (answers, stream) = mpsc::channel(AHEAD);
    tokio::spawn(async move {
        let running = AssertUnwindSafe(run(&store, requests, &answers)).catch_unwind();
        let outcome = tokio::select! {
            outcome = running => outcome,
            // Nobody reads any more: everything is dropped, and the session ends its command.
            () = answers.closed() => return,
        };
        let failure = match outcome {
            Ok(Ok(())) => return,
            Ok(Err(failure)) => failure.to_string(),
            Err(_) => "the command's stream failed inside of the driver; its log has the reason".to_owned(),
        };
        // An error means that the client has gone.
        let _ = answers.send(Err(Status::unknown(failure))).await;
    });
    ReceiverStream::new(stream)
}

async fn run<R>(store: &Store, requests: R, answers: &Answers) -> Result<(), Failure>
where
    R: Stream<Item = Result<ExecTaskStreamingRequest, Status>> + Send + Unpin,
{
    let mut requests = Requests::new(requests);
    let Some(Request::Setup(setup)) = requests.first().await? else {
        return Err(Failure::new("first message should always be setup"));
    };
    let task = store.get(&setup.task_id)?;
    let tty = setup.tty;
    let (sizes, mut size) = watch::channel(None);
    let (mut session, early) = prepare(&task, setup, &mut requests, &sizes).await?;
    let start_size = *size.borrow_and_update();
    let connection = session.start(start_size).await?;

    let resizing = async {
        while size.changed().await.is_ok() {
            let latest = *size.borrow_and_update();
            if let Some(latest) = latest.filter(|_| tty) {
                session.resize(latest).await;
                // Of sizes that come fast, as when a window is dragged, the last one was seen lost behind Podman's answer.
                // The same size once more changes nothing for the command.
                if timeout(REPEAT, size.clone().changed()).await.is_err() {
                    session.resize(latest).await;
                }
            }
        }
        // Nothing more will be typed either; the command goes on.
        std::future::pending::<()>().await;
    };
    tokio::select! {
        shown = show::output(connection.clone(), tty, session.ended(), answers) => shown?,
        failure = type_in(early, &mut requests, connection, sizes) => return Err(failure),
        () = resizing => {}
    }
    let exit_code = session.exit_code().await?;
    show::exit(answers, exit_code).await
}

/// Prepares the command. What the client sends meanwhile is read up to the first thing that the command has to be there
/// for; a terminal's size is not one, so that the command can begin with it.
async fn prepare<R>(
    task: &Task,
    setup: Setup,
    requests: &mut Requests<R>,
    sizes: &Sizes,
) -> Result<(Session, Option<Request>), Failure>
where
    R: Stream<Item = Result<ExecTaskStreamingRequest, Status>> + Unpin,
{
    let config = ExecConfig {
        command: setup.command,
        tty: setup.tty,
        attach_stdin: true,
        attach_stdout: true,
        attach_stderr: true,
        ..ExecConfig::default()
    };
    let creating = Session::create(task, &config);
    tokio::pin!(creating);
    let mut early = None;
    loop {
        tokio::select! {
            created = &mut creating => return Ok((created?, early)),
            request = requests.next(), if early.is_none() => match request? {
                Request::Size(size) => drop(sizes.send_replace(Some(size))),
                other => early = Some(other),
            },
        }
    }
}

/// Passes on what the client sends, until that fails.
async fn type_in<R>(
    early: Option<Request>,
    requests: &mut Requests<R>,
    input: Connection,
    sizes: Sizes,
) -> Failure
where
    R: Stream<Item = Result<ExecTaskStreamingRequest, Status>> + Unpin,
{
    let mut next = early;
    let mut open = Some(input);
    loop {
        let request = match next.take() {
            Some(request) => request,
            None => match requests.next().await {
                Ok(request) => request,
                Err(failure) => return failure,
            },
        };
        match request {
            Request::Setup(_) => return Failure::new("unexpected message type: setup"),
            Request::Size(size) => drop(sizes.send_replace(Some(size))),
            Request::Input(data) => {
                // A command that reads no more is about to end, or does not care.
                if let Some(input) = &mut open
                    && input.write_all(&data).await.is_err()
                {
                    open = None;
                }
            }
            Request::Close | Request::End => {
                if let Some(mut input) = open.take() {
                    let _ = input.shutdown().await;
                }
                if request == Request::End {
                    std::future::pending::<()>().await;
                }
            }
        }
    }
}
