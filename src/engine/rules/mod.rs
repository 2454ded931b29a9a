//! The decisions, one file a topic.
pub mod image;
