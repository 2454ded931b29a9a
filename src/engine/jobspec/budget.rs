//! What one job file may cost. Every step of an evaluation, every list and every text is charged in units, so that
//! a file that doubles a local forty times, or joins a text with itself, ends in a diagnostic instead of a machine
//! without memory. What a unit buys is decided here; who charges what is decided where values are made.

use std::cell::Cell;

/// Units for one job file: about a thousand times what the largest ordinary job uses.
const UNITS: u64 = 4_000_000;

/// Bytes of text that one unit buys, so that all texts of an evaluation stay below 64 MB.
const BYTES_A_UNIT: usize = 16;

/// The budget is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exhausted;

/// A counter that only goes down. Shared by everything that is evaluated for one job file.
#[derive(Debug)]
pub(crate) struct Budget {
    left: Cell<u64>,
}

impl Budget {
    /// A full budget.
    pub(crate) fn new() -> Self {
        Self { left: Cell::new(UNITS) }
    }

    /// Takes units; once it failed, it fails for ever.
    pub(crate) fn charge(&self, units: u64) -> Result<(), Exhausted> {
        match self.left.get().checked_sub(units) {
            Some(left) => {
                self.left.set(left);
                Ok(())
            }
            None => {
                self.left.set(0);
                Err(Exhausted)
            }
        }
    }

    /// Takes what a text of this many bytes costs.
    pub(crate) fn charge_text(&self, bytes: usize) -> Result<(), Exhausted> {
        self.charge(text_units(bytes))
    }

    /// Whether nothing is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.left.get() == 0
    }
}

/// What a text of this many bytes costs.
pub(crate) fn text_units(bytes: usize) -> u64 {
    1 + (bytes / BYTES_A_UNIT) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exhausted_budget_stays_exhausted() {
        let budget = Budget::new();
        assert!(budget.charge(UNITS - 1).is_ok());
        assert!(budget.charge(2).is_err());
        assert!(budget.charge(1).is_err());
        assert!(budget.is_empty());
    }
}
