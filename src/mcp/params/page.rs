//! Which rows of a long list are wanted.

use super::{Int, Text};
use crate::mcp::error::ToolError;

/// So many rows from one on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Rows that come before.
    pub start: usize,
    pub limit: usize,
}

/// Nothing has so many rows; what is counted on from here does not overflow.
const FURTHEST: usize = 1 << 31;

impl Page {
    /// The rows from `cursor` on, `limit` or `default` of them.
    ///
    /// # Errors
    /// When `limit` is not 1 to `most`, or `cursor` is none that an answer named.
    pub fn of(
        limit: Option<Int>,
        cursor: Option<&Text>,
        default: usize,
        most: usize,
    ) -> Result<Self, ToolError> {
        let limit = limit.map_or(Ok(default), |Int(n)| {
            usize::try_from(n)
                .ok()
                .filter(|n| (1..=most).contains(n))
                .ok_or_else(|| ToolError::Invalid(format!("limit must be 1 to {most}.")))
        })?;
        let start = cursor.map_or(Ok(0), |Text(cursor)| {
            let row = cursor.trim().parse().ok();
            row.filter(|row| *row <= FURTHEST).ok_or_else(|| {
                let said = "cursor must be the one that the previous answer named.";
                ToolError::Invalid(said.to_owned())
            })
        })?;
        Ok(Self { start, limit })
    }
}
