//! A client of gRPC that is close to the frames: any number of connections and streams, each opened, read and given up
//! as a test says.

#![allow(dead_code)]

use std::path::Path;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use h2::client::{ResponseFuture, SendRequest};
use h2::{RecvStream, SendStream};
use http::{HeaderMap, Request};
use prost::Message;
use tokio::net::UnixStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;

const LONG: Duration = Duration::from_secs(30);

/// A connection.
pub struct Wire {
    requests: SendRequest<Bytes>,
    /// Ends with the connection.
    pub connection: JoinHandle<()>,
}

/// An error's code and text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub code: i32,
    pub message: String,
}

/// A call that was opened.
pub struct Call {
    pub requests: SendStream<Bytes>,
    response: Option<ResponseFuture>,
    body: Option<RecvStream>,
    headers: HeaderMap,
    read: BytesMut,
}

impl Wire {
    pub async fn connect(socket: &Path) -> Self {
        let stream = UnixStream::connect(socket).await.unwrap();
        let (requests, connection) = timeout(LONG, h2::client::handshake(stream)).await.unwrap().unwrap();
        // How it ends is seen by the calls on it.
        let connection = tokio::spawn(async move {
            let _ = connection.await;
        });
        Self { requests, connection }
    }

    /// One request, one answer.
    pub async fn call<A: Message + Default>(&self, path: &str, request: &impl Message) -> Result<A, Refused> {
        let mut call = self.open(path, Some(request), true).await;
        let answer = call.next().await;
        match call.end().await {
            Refused { code: 0, .. } => Ok(answer.expect("an answer")),
            refused => Err(refused),
        }
    }

    /// Opens a call; `last` says that no further request follows.
    pub async fn open(&self, path: &str, request: Option<&impl Message>, last: bool) -> Call {
        let mut requests = timeout(LONG, self.requests.clone().ready()).await.unwrap().unwrap();
        let head = Request::post(format!("http://unused{path}"))
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .body(())
            .unwrap();
        let (response, requests) = requests.send_request(head, last && request.is_none()).unwrap();
        let mut call = Call {
            requests,
            response: Some(response),
            body: None,
            headers: HeaderMap::new(),
            read: BytesMut::new(),
        };
        if let Some(request) = request {
            call.send(framed(request), last).await;
        }
        call
    }
}

/// A message with its length.
pub fn framed(message: &impl Message) -> Bytes {
    let body = message.encode_to_vec();
    let mut frame = vec![0];
    frame.extend(u32::try_from(body.len()).unwrap().to_be_bytes());
    frame.extend(body);
    frame.into()
}

impl Call {
    /// Sends bytes as the peer's window allows.
    pub async fn send(&mut self, mut bytes: Bytes, last: bool) {
        while !bytes.is_empty() {
            self.requests.reserve_capacity(bytes.len());
            let room = std::future::poll_fn(|cx| self.requests.poll_capacity(cx));
            let room = timeout(LONG, room).await.unwrap().unwrap().unwrap();
            let part = bytes.split_to(room.min(bytes.len()));
            self.requests.send_data(part, last && bytes.is_empty()).unwrap();
        }
    }

    /// The next answer; none at the end.
    pub async fn next<A: Message + Default>(&mut self) -> Option<A> {
        timeout(LONG, self.next_in_time()).await.expect("an answer in time")
    }

    async fn next_in_time<A: Message + Default>(&mut self) -> Option<A> {
        if let Some(response) = self.response.take() {
            let response = response.await.ok()?;
            self.headers = response.headers().clone();
            self.body = Some(response.into_body());
        }
        let body = self.body.as_mut()?;
        loop {
            if let Some(length) = self.read.get(1..5) {
                let length = u32::from_be_bytes(length.try_into().unwrap()) as usize;
                if self.read.len() >= 5 + length {
                    self.read.advance(5);
                    return Some(A::decode(self.read.split_to(length)).unwrap());
                }
            }
            let data = body.data().await?.ok()?;
            body.flow_control().release_capacity(data.len()).unwrap();
            self.read.extend(data);
        }
    }

    /// Reads until the end and gives the status; code -1 where the connection broke.
    pub async fn end(mut self) -> Refused {
        while self.next::<()>().await.is_some() {}
        let broken = Refused { code: -1, message: "the connection broke".to_owned() };
        let Some(body) = &mut self.body else { return broken };
        let trailers = body.trailers().await.unwrap_or_default().unwrap_or_default();
        let find = |name| trailers.get(name).or_else(|| self.headers.get(name));
        let Some(code) = find("grpc-status") else { return broken };
        let message = find("grpc-message").map(|text| text.to_str().unwrap()).unwrap_or_default();
        let message = percent_encoding::percent_decode_str(message).decode_utf8().unwrap().into_owned();
        Refused { code: code.to_str().unwrap().parse().unwrap(), message }
    }
}
