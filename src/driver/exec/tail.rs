//! The end of a long output, in bounded memory.

/// How many bytes are kept.
pub const LONGEST: usize = 64 << 10;

/// The last [`LONGEST`] bytes of what was pushed.
#[derive(Debug, Default)]
pub struct Tail {
    bytes: Vec<u8>,
}

impl Tail {
    /// Adds what came.
    pub fn push(&mut self, more: &[u8]) {
        // What is too much is dropped now and then rather than for each piece.
        if self.bytes.len() + more.len() > 2 * LONGEST {
            self.shorten(LONGEST.saturating_sub(more.len()));
        }
        let start = more.len().saturating_sub(LONGEST);
        self.bytes.extend_from_slice(more.get(start..).unwrap_or_default());
    }

    /// What is kept.
    pub fn into_bytes(mut self) -> Vec<u8> {
        self.shorten(LONGEST);
        self.bytes
    }

    fn shorten(&mut self, keep: usize) {
        self.bytes.drain(..self.bytes.len().saturating_sub(keep));
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, Tail};

    #[test]
    fn the_last_bytes_stay_however_they_came() {
        let all: Vec<u8> = (0..5 * LONGEST + 17).map(|at| (at % 251) as u8).collect();
        for piece in [1, 7, 4096, LONGEST - 1, LONGEST, LONGEST + 1, 3 * LONGEST, all.len()] {
            let mut tail = Tail::default();
            for piece in all.chunks(piece) {
                tail.push(piece);
                assert!(tail.bytes.len() <= 2 * LONGEST, "pieces of {piece}", piece = piece.len());
            }
            assert!(tail.into_bytes() == all.split_at(all.len() - LONGEST).1, "pieces of {piece}");
        }
        let mut short = Tail::default();
        short.push(b"one ");
        short.push(b"two");
        assert_eq!(short.into_bytes(), b"one two");
    }
}
