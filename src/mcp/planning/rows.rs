//! The rows of an answer: of many events only the first, and those with something to say about them.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::edit::Edit;
use crate::mcp::render::{count, days};
use crate::mcp::reply::Reply;

/// Rows that are shown; behind them they are counted.
const MOST: usize = 15;

pub(super) struct Rows {
    room: usize,
    left_out: Vec<Option<Date>>,
    /// What is to be said of several of them, and of how many.
    common: BTreeMap<String, usize>,
}

impl Rows {
    /// Of `edits`; unless they `may_be_cut` all are shown.
    pub(super) fn of<'e>(edits: impl IntoIterator<Item = &'e Edit>, may_be_cut: bool) -> Self {
        let mut common = BTreeMap::new();
        let drafts = edits.into_iter().filter_map(|edit| edit.after.as_ref());
        for note in drafts.flat_map(|after| &after.notes) {
            *common.entry(note.clone()).or_insert(0) += 1;
        }
        common.retain(|_, times| *times > 1);
        Self {
            room: if may_be_cut { MOST } else { usize::MAX },
            left_out: Vec::new(),
            common,
        }
    }

    /// Adds the row of an event of `day` and what is to be said `below` it.
    pub(super) fn row(
        &mut self,
        reply: &mut Reply,
        day: Option<Date>,
        line: &str,
        below: Vec<String>,
    ) {
        let own = |said: &String| !self.common.contains_key(said);
        let below: Vec<String> = below.into_iter().filter(own).collect();
        if self.room == 0 && below.is_empty() {
            self.left_out.push(day);
            return;
        }
        self.room = self.room.saturating_sub(1);
        reply.line(line);
        for said in below {
            reply.line(format!("  {said}"));
        }
    }

    /// Counts those that were not shown, and says what holds for several.
    pub(super) fn rest(&self, reply: &mut Reply, today: Date) {
        let known = || self.left_out.iter().flatten();
        if let Some((first, last)) = known().min().zip(known().max()) {
            let first = days::short(*first, today.year());
            let last = days::short(*last, today.year());
            let more = self.left_out.len();
            reply.line(format!("and {more} more, {first} to {last}."));
        }
        for (said, times) in &self.common {
            reply.line(format!("{}: {said}", count(*times, "event")));
        }
    }
}
