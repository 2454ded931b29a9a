//! Times as the wire has them.

use jiff::Timestamp;

/// Go's zero time, which clients take for "never".
const NEVER: prost_types::Timestamp = prost_types::Timestamp { seconds: -62_135_596_800, nanos: 0 };

/// A time.
pub fn wire(time: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: time.as_second(), nanos: time.subsec_nanosecond() }
}

/// A time that may not be known.
pub fn wire_or_never(time: Option<Timestamp>) -> prost_types::Timestamp {
    time.map_or(NEVER, wire)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_is_not_known_is_gos_zero() {
        assert_eq!(wire_or_never(None).seconds, -62_135_596_800, "0001-01-01T00:00:00Z");
        let known = "2026-01-02T03:04:05.000000006Z".parse().ok();
        assert_eq!(wire_or_never(known), prost_types::Timestamp { seconds: 1_767_323_045, nanos: 6 });
    }
}
