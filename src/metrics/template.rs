//! A path of Intervals.icu without what differs from call to call.

use std::fmt::{self, Write as _};

use prometheus_client::encoding::{EncodeLabelValue, LabelValueEncoder};

/// More segments than any path has.
const SEGMENTS: usize = 8;

/// Literals of a path, with `{id}` wherever an identifier stands: `/athlete/{id}/events/{id}`. Costs no allocation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Template([&'static str; SEGMENTS]);

impl Template {
    /// Appends a literal.
    #[must_use]
    pub fn then(mut self, literal: &'static str) -> Self {
        if let Some(free) = self.0.iter_mut().find(|segment| segment.is_empty()) {
            *free = literal;
        }
        self
    }

    /// Appends the place of an identifier.
    #[must_use]
    pub fn id(self) -> Self {
        self.then("{id}")
    }
}

impl EncodeLabelValue for Template {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), fmt::Error> {
        for segment in self.0.iter().take_while(|segment| !segment.is_empty()) {
            encoder.write_char('/')?;
            encoder.write_str(segment)?;
        }
        Ok(())
    }
}
