//! Pages of a list: how many rows one has, and where the next begins.

use std::fmt::Display;
use std::str::FromStr;

use referee_engine::limits::{PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX};

use crate::error::ApiError;

/// Rows of one page, as asked for.
pub fn rows_wanted(limit: Option<u32>) -> u32 {
    limit.unwrap_or(PAGE_ROWS_DEFAULT).clamp(1, PAGE_ROWS_MAX)
}

/// Names the last row of a page by two numbers, as `1.2`.
pub fn cursor(first: impl Display, second: impl Display) -> String {
    format!("{first}.{second}")
}

/// None for what no list gave.
pub fn parse_cursor<A: FromStr, B: FromStr>(text: &str) -> Option<(A, B)> {
    let (first, second) = text.split_once('.')?;
    Some((first.parse().ok()?, second.parse().ok()?))
}

/// The same for a list of the API, where that is an error.
pub fn before<A: FromStr, B: FromStr>(text: Option<&str>) -> Result<Option<(A, B)>, ApiError> {
    let wrong = || ApiError::invalid_field("cursor", "It is not one that this list gave.");
    text.map(|text| parse_cursor(text).ok_or_else(wrong)).transpose()
}
