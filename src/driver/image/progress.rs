//! How far a piece of work on an image is, for all who wait for it: what they are told of it now and then, and what an
//! error says of it.

use std::collections::BTreeMap;
use std::fmt;

use tokio::sync::watch;

use crate::podman::Layer;

/// Layers that are counted. No image has as many.
const MOST_LAYERS: usize = 1000;
/// Notices that are kept, and how long one is, in bytes.
const MOST_NOTICES: usize = 20;
const LONGEST_NOTICE: usize = 500;

/// What the work tells. Clones tell of the same work.
#[derive(Debug, Clone)]
pub(super) struct Progress(watch::Sender<Standing>);

/// How far it is.
#[derive(Debug, Clone, Default)]
pub(super) struct Standing {
    layers: BTreeMap<String, Portion>,
    /// Whether the registry has given all that there is to have.
    writing: bool,
    line: String,
    /// What everybody is told who waits, at once and in this order.
    pub(super) notices: Vec<String>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Portion {
    current: u64,
    total: u64,
    done: bool,
    /// Whether more than its beginning is told.
    counted: bool,
}

impl Default for Progress {
    fn default() -> Self {
        Self(watch::Sender::new(Standing::default()))
    }
}

impl Progress {
    /// Keeps a line of Podman's, and reads from it what layers there are.
    pub(super) fn tell(&self, line: String) {
        self.0.send_modify(|standing| {
            if let Some(rest) = line.strip_prefix("Copying blob ") {
                standing.begins(rest.split_whitespace().next().unwrap_or_default());
            } else if line.starts_with("Copying config") {
                standing.writing = true;
            } else if line.starts_with("WARNING") {
                standing.notice(line.clone());
            }
            standing.line = line;
        });
    }

    /// Notes how far a layer is.
    pub(super) fn layer(&self, layer: Layer) {
        self.0.send_modify(|standing| {
            let Layer { id, current, total, done } = layer;
            let Some(portion) = standing.begins(&id) else { return };
            portion.total = total.unwrap_or(portion.total);
            portion.current = current.unwrap_or(portion.current);
            (portion.done, portion.counted) = (done, true);
            if done {
                portion.current = portion.current.max(portion.total);
            }
        });
    }

    /// The image is there. Its config came as a layer does, and is none.
    pub(super) fn done(&self, image: &str) {
        self.0.send_modify(|standing| {
            standing.layers.retain(|id, _| !image.starts_with(id.trim_start_matches("sha256:")));
            standing.layers.values_mut().for_each(|portion| portion.done = true);
            standing.writing = true;
        });
    }

    /// Begins from the start, after this was told to everybody.
    pub(super) fn again(&self, notice: String) {
        self.0.send_modify(|standing| {
            standing.notice(notice);
            (standing.layers, standing.writing, standing.line) = Default::default();
        });
    }

    /// How far it is now.
    pub(super) fn standing(&self) -> Standing {
        self.0.borrow().clone()
    }

    /// Whether anything of the image came.
    pub(super) fn has_layers(&self) -> bool {
        !self.0.borrow().layers.is_empty()
    }

    /// Whether it is the registry that is waited for, as far as can be told. What unpacks layers tells nothing, nor does a
    /// layer while it comes, where only lines are told.
    pub(super) fn waits_for_registry(&self) -> bool {
        let standing = self.0.borrow();
        let coming = standing.layers.values().any(|portion| portion.counted && !portion.done);
        !standing.writing && (standing.layers.is_empty() || coming)
    }

    /// The changes from now on.
    pub(super) fn follow(&self) -> watch::Receiver<Standing> {
        self.0.subscribe()
    }
}

impl Standing {
    /// The last line that Podman told.
    pub(super) fn line(&self) -> &str {
        &self.line
    }

    fn begins(&mut self, id: &str) -> Option<&mut Portion> {
        if id.is_empty() || (self.layers.len() >= MOST_LAYERS && !self.layers.contains_key(id)) {
            return None;
        }
        Some(self.layers.entry(id.to_owned()).or_default())
    }

    fn notice(&mut self, mut notice: String) {
        if self.notices.len() < MOST_NOTICES {
            notice.truncate(notice.floor_char_boundary(LONGEST_NOTICE));
            self.notices.push(notice);
        }
    }

    /// How much there was of it, for the end: `3 layers, 25.2 MB`. Empty where nothing is known.
    pub(super) fn amount(&self) -> String {
        let size: u64 = self.layers.values().map(|portion| portion.total).sum();
        match (self.layers.len(), size) {
            (0, _) => String::new(),
            (count, 0) => layers(count),
            (count, size) => format!("{}, {} MB", layers(count), Megabytes(size)),
        }
    }
}

/// `2 of 3 layers done, 12.3 of 25.2 MB`, as far as it is known. Empty where nothing is.
impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.writing {
            return f.write_str("all layers are there, and the image is being stored");
        }
        let count = self.layers.len();
        if count == 0 {
            return Ok(());
        }
        let done = self.layers.values().filter(|portion| portion.done).count();
        let current: u64 = self.layers.values().map(|portion| portion.current).sum();
        let total: u64 = self.layers.values().map(|portion| portion.total).sum();
        match (done, total) {
            (0, 0) => write!(f, "{} begun", layers(count))?,
            _ => write!(f, "{done} of {} done", layers(count))?,
        }
        if total > 0 {
            write!(f, ", {} of {} MB", Megabytes(current), Megabytes(total))?;
        }
        Ok(())
    }
}

fn layers(count: usize) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} layer{plural}")
}

/// Bytes as millions of them, with one decimal.
struct Megabytes(u64);

impl fmt::Display for Megabytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0 / 1_000_000, self.0 % 1_000_000 / 100_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(id: &str, current: Option<u64>, total: Option<u64>, done: bool) -> Layer {
        Layer { id: id.to_owned(), current, total, done }
    }

    #[test]
    fn lines_tell_how_many_layers_there_are() {
        let progress = Progress::default();
        assert_eq!(progress.standing().to_string(), "");
        assert!(progress.waits_for_registry());
        progress.tell("Trying to pull quay.io/a:1...".to_owned());
        progress.tell("Copying blob sha256:aa".to_owned());
        progress.tell("Copying blob sha256:bb skipped: already exists".to_owned());
        progress.tell("Copying blob sha256:aa".to_owned());
        assert_eq!(progress.standing().to_string(), "2 layers begun");
        assert!(!progress.waits_for_registry(), "a layer that comes is silent");
        progress.tell("Copying config sha256:cc".to_owned());
        assert!(progress.standing().to_string().starts_with("all layers are there"));
        assert!(!progress.waits_for_registry());
        progress.done("cc");
        assert_eq!(progress.standing().amount(), "2 layers");
        assert_eq!(progress.standing().notices, Vec::<String>::new());
    }

    #[test]
    fn bytes_are_summed_and_the_config_is_no_layer() {
        let progress = Progress::default();
        progress.layer(layer("aa", None, None, false));
        assert_eq!(progress.standing().to_string(), "1 layer begun");
        assert!(progress.waits_for_registry());
        progress.layer(layer("aa", Some(1_250_000), Some(2_500_000), false));
        progress.layer(layer("bb", Some(0), Some(10_000_000), false));
        assert_eq!(progress.standing().to_string(), "0 of 2 layers done, 1.2 of 12.5 MB");
        progress.layer(layer("aa", None, None, true));
        assert_eq!(progress.standing().to_string(), "1 of 2 layers done, 2.5 of 12.5 MB");
        progress.layer(layer("bb", None, None, true));
        assert!(!progress.waits_for_registry(), "layers are unpacked in silence");
        progress.layer(layer("sha256:cc", Some(700), Some(700), true));
        progress.done("ccdd");
        assert_eq!(progress.standing().amount(), "2 layers, 12.5 MB");
    }

    #[test]
    fn a_further_attempt_counts_anew_and_nothing_grows_without_end() {
        let progress = Progress::default();
        for number in 0..2 * MOST_LAYERS {
            progress.tell(format!("Copying blob {number}"));
            progress.tell(format!("WARNING: {}", "ü".repeat(LONGEST_NOTICE)));
        }
        let standing = progress.standing();
        assert_eq!((standing.layers.len(), standing.notices.len()), (MOST_LAYERS, MOST_NOTICES));
        assert!(standing.notices.iter().all(|notice| notice.len() <= LONGEST_NOTICE));
        progress.again("once more".to_owned());
        assert_eq!(progress.standing().to_string(), "");
        assert!(!progress.has_layers());
    }
}
