//! What is asked of frames in the same words, whichever database keeps them.

/// Of a partition, the frames after a place.
pub const LIST_FRAMES: &str = include_str!("../../sql/log/list_frames.sql");
/// Of a partition, the place of the newest frame.
pub const FIND_END: &str = include_str!("../../sql/log/find_end.sql");
