//! One load, to its end: bytes from the client or an address into Podman, again where that may help, and the name by
//! which the image is found the next time. Time limits for the whole are those of the callers.

use std::fs::File;
use std::io;
use std::pin::pin;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::body::{self, Intake, Writer};
use super::download::{Again, Download, Fault};
use super::layout::{self, Data};
use super::source::{Source, Wanted, blocking};
use super::From;
use crate::driver::errors::Failure;
use crate::driver::image::progress::Progress;
use crate::driver::image::{go_text, refusal};
use crate::podman::{Client, Deadlines};

/// How much of a file is read at once, in bytes.
const PIECE: usize = 128 << 10;
/// A server that wants to be left alone for longer is not waited for.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// Tries of a download after the first one.
const TRIES: usize = 4;

/// What a load needs.
#[derive(Debug)]
pub(super) struct Load {
    pub(super) podman: Client,
    pub(super) wanted: Wanted,
    /// How long a server may send nothing.
    pub(super) silence: Option<Duration>,
    pub(super) progress: Progress,
}

impl Load {
    /// Gives the ID of the image.
    pub(super) async fn run(self, from: From) -> Result<String, Failure> {
        let names = match from {
            From::Client(Source::Tar(file, length)) => self.file(file, length).await?,
            From::Client(Source::Folder(folder)) => {
                let wanted = self.wanted.clone();
                let (parts, total) = blocking(move || {
                    layout::parts(&folder, wanted.format, wanted.member.as_deref())
                        .map_err(|reason| wanted.refused(&reason))
                })
                .await?;
                let (writer, body) = body::body(Some(total), self.progress.clone());
                self.sent(self.folder(parts, writer), body).await.map_err(|fault| fault.failure)?
            }
            From::Address(url) => self.address(&url).await?,
        };
        let id = self.loaded(names).await?;
        mark(&self.podman, &self.wanted, &id).await;
        Ok(id)
    }

    async fn file(&self, file: File, length: u64) -> Result<Vec<String>, Failure> {
        let (writer, body) = body::body(Some(length), self.progress.clone());
        let reading = async {
            let mut intake = Intake::new(&self.wanted, writer);
            let mut file = tokio::fs::File::from_std(file);
            tokio::io::AsyncSeekExt::rewind(&mut file).await.map_err(|error| self.unread(&error))?;
            while let Some(piece) = piece(&mut file, PIECE).await.map_err(|error| self.unread(&error))? {
                intake.take(piece).await?;
            }
            intake.finish().await?;
            Ok(())
        };
        self.sent(reading, body).await.map_err(|fault| fault.failure)
    }

    async fn folder(&self, parts: Vec<layout::Part>, mut writer: Writer) -> Result<(), Fault> {
        for part in parts {
            writer.write(part.header).await;
            let length = match part.data {
                Data::Small(text) => {
                    let length = text.len() as u64;
                    writer.write(text).await;
                    length
                }
                Data::File(file, length) => {
                    let mut file = tokio::fs::File::from_std(file).take(length);
                    while let Some(piece) =
                        piece(&mut file, PIECE).await.map_err(|error| self.unread(&error))?
                    {
                        writer.write(piece).await;
                    }
                    if file.limit() != 0 {
                        return Err(self.wanted.refused(&"a file became shorter while it was read").into());
                    }
                    length
                }
            };
            writer.write(layout::padding(length)).await;
        }
        writer.write(layout::end()).await;
        writer.end().await;
        Ok(())
    }

    /// Tries again from the start where a try came to nothing: Podman keeps nothing of a body that was broken off.
    async fn address(&self, url: &str) -> Result<Vec<String>, Failure> {
        let pauses = ExponentialBuilder::default()
            .with_min_delay(Duration::from_secs(1))
            .with_max_delay(Duration::from_secs(30))
            .with_max_times(TRIES)
            .with_jitter();
        let tried = (|| self.downloaded(url))
            .retry(pauses)
            .sleep(tokio::time::sleep)
            .when(|fault| fault.again != Again::No)
            .adjust(|fault, pause| match fault.again {
                Again::After(Some(wanted)) if wanted > LONGEST_WAIT => None,
                Again::After(Some(wanted)) => pause.map(|pause| pause.max(wanted)),
                _ => pause,
            })
            .notify(|fault: &Fault, pause| {
                tracing::warn!(error = fault.failure.message(), ?pause, "an archive is fetched again");
                self.progress.tell(format!("{}; trying again after {pause:.1?}", fault.failure.message()));
            })
            .await;
        tried.map_err(|fault| fault.failure)
    }

    async fn downloaded(&self, url: &str) -> Result<Vec<String>, Fault> {
        let mut download = Download::begin(url, self.wanted.checksum.is_some(), self.silence).await?;
        let (writer, body) = body::body(download.length(), self.progress.clone());
        let reading = async {
            let mut intake = Intake::new(&self.wanted, writer);
            while let Some(piece) = download.next().await? {
                intake.take(piece).await?;
            }
            intake.finish().await?;
            Ok(())
        };
        self.sent(reading, body).await
    }

    /// What is read goes to Podman, which names what it loaded. Why reading failed says more than that Podman was left.
    async fn sent(
        &self,
        reading: impl Future<Output = Result<(), Fault>>,
        body: impl futures_util::Stream<Item = io::Result<Bytes>> + Send + 'static,
    ) -> Result<Vec<String>, Fault> {
        let deadlines = Deadlines::default().open_ended();
        let mut loading = pin!(self.podman.load(body, deadlines));
        let mut reading = pin!(reading);
        let mut read = false;
        loop {
            tokio::select! {
                biased;
                done = &mut reading, if !read => { done?; read = true; }
                names = &mut loading => return names.map_err(|error| refusal::of_load(&error).into()),
            }
        }
    }

    async fn loaded(&self, names: Vec<String>) -> Result<String, Failure> {
        let empty = || Failure::new("unknown error: image load successful but reply empty");
        let name = names.into_iter().next().ok_or_else(empty)?;
        // An image without a name goes by its ID.
        let name = name.strip_prefix("sha256:").unwrap_or(&name);
        match self.podman.image(name).await {
            Ok(Some(image)) => Ok(image.id),
            Ok(None) => Err(Failure::new(format!("Podman loaded {name} and does not have it any more"))
                .recoverable(true)),
            Err(error) => Err(refusal::of_load(&error)),
        }
    }

    fn unread(&self, error: &io::Error) -> Fault {
        self.wanted.refused(&go_text(error)).into()
    }
}

/// Gives the image its further name. Without it the image is right, but is loaded again the next time.
pub(super) async fn mark(podman: &Client, wanted: &Wanted, id: &str) {
    let Some((repository, tag)) = wanted.mark() else { return };
    if let Err(error) = podman.tag_image(id, &repository, &tag).await {
        tracing::warn!(image = id, error = %error, "cannot name a loaded image by its checksum");
    }
}

/// The caller's time is over.
pub(super) fn too_long(wanted: &Wanted, limit: Duration, progress: &str) -> Failure {
    let so_far = match progress {
        "" => String::new(),
        line => format!("; so far, {line}"),
    };
    Failure::new(format!(
        "context deadline exceeded: Podman had not loaded {} after {limit:?}{so_far}. Raise image_pull_timeout",
        wanted.shown
    ))
    .recoverable(true)
}

/// The next piece of a file; `None` at its end.
async fn piece(file: &mut (impl AsyncRead + Unpin), longest: usize) -> io::Result<Option<Bytes>> {
    let mut piece = BytesMut::with_capacity(longest);
    let read = file.read_buf(&mut piece).await?;
    Ok((read > 0).then(|| piece.freeze()))
}
