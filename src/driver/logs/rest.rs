//! The output by Podman's own account, where the journal cannot be read from here. Podman has no cursors: what breaks, be
//! it the connection or the plugin, is taken up at the moment of the last piece, and a line of that very moment may be
//! lost.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::sleep;
use tracing::warn;

use super::Progress;
use super::carrier::Carrier;
use super::cursor::Place;
use crate::podman::{Channel, Client, Error, Frame, LogsQuery};

/// How long to wait until Podman is asked again.
const AGAIN: Duration = Duration::from_secs(2);

/// Carries frames until Podman says that the container has ended.
///
/// # Errors
/// Podman refuses, for example because it has another store of events than the journal.
pub(super) async fn carry(
    container_id: &str,
    carrier: &mut Carrier,
    podman: &Client,
    progress: &Progress,
) -> Result<(), Error> {
    loop {
        let since = match carrier.place() {
            Place::Beginning | Place::Line(..) => None,
            Place::Since(moment) => Timestamp::from_microsecond(*moment).ok(),
            // Carried from the journal up to there, whenever that was.
            Place::After(_) | Place::Within(..) => Some(Timestamp::now()),
        };
        let since = since.map(|since| since.to_string());
        let query = LogsQuery { follow: true, since, ..LogsQuery::default() };
        let broken = match podman.logs(container_id, &query).await {
            Ok(mut frames) => loop {
                match frames.next().await {
                    Ok(Some(frame)) => {
                        pass_on(frame, carrier).await;
                        progress.reached(carrier.given);
                    }
                    Ok(None) => return Ok(()),
                    Err(error) => break error,
                }
            },
            Err(error) if error.is_unreachable() => error,
            Err(error) => return Err(error),
        };
        warn!(container = container_id, error = %broken, "Log stream was interrupted");
        sleep(AGAIN).await;
    }
}

async fn pass_on(frame: Frame, carrier: &mut Carrier) {
    let stderr = match frame.channel {
        Channel::Stdin | Channel::Stdout => false,
        Channel::Stderr => true,
        Channel::Failure => {
            return warn!("Error from log service: {}", String::from_utf8_lossy(&frame.data));
        }
    };
    // Half a frame has no place of its own.
    let here = carrier.place().clone();
    let now = || Place::Since(Timestamp::now().as_microsecond());
    carrier
        .give(stderr, &frame.data, |length| if length < frame.data.len() { here.clone() } else { now() })
        .await;
}
