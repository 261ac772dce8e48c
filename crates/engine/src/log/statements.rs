//! What is asked of frames in the same words, whichever database keeps them.

/// Of a partition, the frames after a place.
pub const LIST_FRAMES: &str = include_str!("../../sql/log/list_frames.sql");
/// Of a partition, the place of the newest frame.
pub const FIND_END: &str = include_str!("../../sql/log/find_end.sql");
/// In their places, and by their ids.
pub const REWRITE_FRAME: &str = include_str!("../../sql/log/rewrite_frame.sql");
pub const REWRITE_FRAME_BY_ID: &str = include_str!("../../sql/log/rewrite_frame_by_id.sql");
