//! Log records as the host reads them: hclog's JSON, one line each, on standard error. A record never fails, never
//! waits for a host that does not read, and never shows a field whose name says that it is a secret.

mod line;
mod values;
mod writer;

use std::time::Duration;

use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

use line::Line;
use values::Fields;
use writer::WRITER;

/// What is below the services. Its own records are of use only where something is wrong.
const MACHINERY: [&str; 5] = ["h2", "hyper", "hyper_util", "tonic", "tower"];

/// Sends all records of this process to standard error. A second call does nothing.
pub fn install(name: &'static str, is_secret: fn(&str) -> bool) {
    WRITER.name(name);
    let subscriber = tracing_subscriber::registry().with(Lines { name, is_secret });
    // An error means that records go somewhere already.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// Waits until everything is written, or the time is over.
pub fn flush(limit: Duration) {
    WRITER.flush(limit);
}

/// Makes a line of every record.
#[derive(Debug)]
struct Lines {
    name: &'static str,
    is_secret: fn(&str) -> bool,
}

impl<S: Subscriber> Layer<S> for Lines {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if is_wanted(metadata) { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        is_wanted(metadata)
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields::new(self.is_secret);
        event.record(&mut fields);
        let line = Line::new(self.name, level(event.metadata().level()), jiff::Timestamp::now(), fields);
        WRITER.write(line.into_bytes());
    }
}

/// How much is shown is the host's business, which has a level of its own.
fn is_wanted(metadata: &Metadata<'_>) -> bool {
    let of_machinery = MACHINERY.contains(&metadata.target().split("::").next().unwrap_or_default());
    !of_machinery || *metadata.level() <= Level::WARN
}

fn level(level: &Level) -> &'static str {
    match *level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}
