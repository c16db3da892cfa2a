//! Where a list goes on, whatever has arrived meanwhile.

use super::error::ToolError;
use super::filter::{Filter, Sort};
use super::params::Window;
use crate::intervals::ActivityId;
use crate::intervals::activities::Activity;

/// A place behind one row of a list: the window as it was when the list began, so that what is relative to today stays;
/// the row, so that new ones shift nothing; and a mark of what was asked.
///
/// Written as `2026-02-19.2026-03-18.i86123456.3fa2`, or `all.i86123456.3fa2` without a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    pub window: Option<Window>,
    pub after: ActivityId,
    mark: u16,
}

/// What all pages of a list have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pages {
    window: Option<Window>,
    mark: u16,
}

impl Cursor {
    /// Reads a cursor.
    ///
    /// # Errors
    /// When `text` is none.
    pub fn read(text: &str) -> Result<Self, ToolError> {
        Self::parse(text.trim()).ok_or_else(|| {
            ToolError::Invalid(
                "cursor must be the one that the previous answer named; leave it out to begin."
                    .to_owned(),
            )
        })
    }

    /// Makes sure that the list is the one that named this cursor.
    ///
    /// # Errors
    /// When something else was asked for.
    pub fn check(&self, wanted: &Filter, sort: Sort) -> Result<(), ToolError> {
        if self.mark == asked(wanted, sort) {
            return Ok(());
        }
        Err(ToolError::Invalid(
            "This cursor belongs to another list: repeat sport, query, tag and sort of the call that named it, or leave out \
             cursor."
                .to_owned(),
        ))
    }

    fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('.').collect();
        let (window, after, mark) = match parts.as_slice() {
            ["all", after, mark] => (None, after, mark),
            [oldest, newest, after, mark] => {
                let (oldest, newest) = (oldest.parse().ok()?, newest.parse().ok()?);
                (Some(Window { oldest, newest }), after, mark)
            }
            _ => return None,
        };
        Some(Self {
            window: window.map_or(Some(None), |w| (w.oldest <= w.newest).then_some(Some(w)))?,
            after: after.parse().ok()?,
            mark: u16::from_str_radix(mark, 16).ok()?,
        })
    }
}

impl Pages {
    /// The pages of what `wanted` finds in `window`, in the order of `sort`.
    #[must_use]
    pub fn new(window: Option<Window>, wanted: &Filter, sort: Sort) -> Self {
        Self {
            window,
            mark: asked(wanted, sort),
        }
    }

    /// How to go on behind `row`.
    #[must_use]
    pub fn behind(&self, row: &Activity) -> String {
        match self.window {
            Some(w) => format!("{}.{}.{}.{:04x}", w.oldest, w.newest, row.id, self.mark),
            None => format!("all.{}.{:04x}", row.id, self.mark),
        }
    }

    /// How many of `rows` stand before what `cursor` goes on with.
    ///
    /// # Errors
    /// When the row of the cursor is gone.
    pub fn before(&self, cursor: Option<&Cursor>, rows: &[&Activity]) -> Result<usize, ToolError> {
        let Some(cursor) = cursor else {
            return Ok(0);
        };
        let place = rows.iter().position(|row| row.id == cursor.after);
        place.map(|place| place + 1).ok_or_else(|| {
            ToolError::Invalid(format!(
                "{} is no longer in this list, so that it is unknown where to go on: call again without cursor.",
                cursor.after
            ))
        })
    }
}

fn asked(wanted: &Filter, sort: Sort) -> u16 {
    let sport = wanted.sport.as_ref().map(|sport| sport.name());
    mark(&format!(
        "{sport:?}{:?}{:?}{sort:?}",
        wanted.name, wanted.tags
    ))
}

/// FNV-1a folded to 16 bits: the same in every process.
fn mark(text: &str) -> u16 {
    let hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    let [a, b, c, d] = hash.to_be_bytes();
    u16::from_be_bytes([a ^ c, b ^ d])
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn the_mark_is_that_of_the_published_hash() {
        // FNV-1a of "a" is e40c292c (reference vectors of Fowler, Noll and Vo): e40c ^ 292c.
        assert_eq!(mark("a"), 0xe40c ^ 0x292c);
    }

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let cursor = Cursor::read(" 2026-02-19.2026-03-18.i77.00ff ").unwrap();
        let window = cursor.window.unwrap();
        assert_eq!(
            (
                window.oldest,
                window.newest,
                cursor.after.as_str(),
                cursor.mark
            ),
            (date(2026, 2, 19), date(2026, 3, 18), "i77", 255)
        );
        assert_eq!(Cursor::read("all.77.1").unwrap().window, None);
        for wrong in [
            "",
            "10",
            "all",
            "all.x.1",
            "all.i7.zz",
            "all.i7.12345",
            "2026-03-18.2026-02-19.i7.1",
            "2026-02-19.i7.1",
            "2026-02-19.2026-03-18.i7.1.1",
        ] {
            assert!(Cursor::read(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_a_cursor_panic(text in "\\PC{0,60}|[0-9.i-]{0,60}") {
            let _ = Cursor::read(&text);
        }
    }
}
