//! Archives in pieces of all sizes, whole ones and damaged ones.
