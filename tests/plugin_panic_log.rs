//! A panic is a record of the log. Alone in its file, since the hook is the whole process's.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use nomad_driver_podman::plugin::panics;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<(Level, String)>>>);

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, "{field}={value:?} ").unwrap();
    }
}

impl<S: Subscriber> Layer<S> for Heard {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut text = Text(String::new());
        event.record(&mut text);
        self.0.lock().unwrap().push((*event.metadata().level(), text.0));
    }
}

#[test]
fn a_panic_is_one_record_at_error_level() {
    let heard = Heard::default();
    panics::log_them();
    tracing::subscriber::with_default(tracing_subscriber::registry().with(heard.clone()), || {
        std::panic::catch_unwind(|| panic!("number {}", 7)).unwrap_err();
    });
    let _ = std::panic::take_hook();
    let heard = heard.0.lock().unwrap();
    assert_eq!(heard.len(), 1);
    let (level, text) = &heard[0];
    assert_eq!(*level, Level::ERROR);
    assert!(text.contains("panic=\"number 7\"") && text.contains("at=tests/plugin_panic_log.rs:"), "{text}");
}
