//! Where a list goes on, whatever has arrived meanwhile.

pub mod activities;
pub mod events;

use std::fmt;
use std::str::FromStr;

use super::error::ToolError;
use super::params::Window;

/// A place behind one row of a list: the window as it was when the list began, so that what is relative to today stays;
/// the row, so that new ones shift nothing; and a mark of what was asked.
///
/// Written as `2026-02-19.2026-03-18.i86123456.3fa2`, or `all.i86123456.3fa2` without a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor<K> {
    pub window: Option<Window>,
    pub after: K,
    mark: u16,
}

impl<K> Cursor<K> {
    /// The place behind `after` in the list of `window` that was `asked` for.
    fn behind(after: K, window: Option<Window>, asked: &str) -> Self {
        Self {
            window,
            after,
            mark: mark(asked),
        }
    }

    /// Makes sure that the list is the one that named this cursor; `repeat` are the parameters that decide it.
    fn check_asked(&self, asked: &str, repeat: &str) -> Result<(), ToolError> {
        if self.mark == mark(asked) {
            return Ok(());
        }
        Err(ToolError::Invalid(format!(
            "This cursor belongs to another list: repeat {repeat} of the call that named it, or leave out cursor."
        )))
    }
}

impl<K: FromStr> Cursor<K> {
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

impl<K: fmt::Display> fmt::Display for Cursor<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.window {
            Some(w) => write!(f, "{}.{}.", w.oldest, w.newest)?,
            None => f.write_str("all.")?,
        }
        write!(f, "{}.{:04x}", self.after, self.mark)
    }
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
    use crate::intervals::ActivityId;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<Cursor<ActivityId>, ToolError> {
        Cursor::read(text)
    }

    #[test]
    fn the_mark_is_that_of_the_published_hash() {
        // FNV-1a of "a" is e40c292c (reference vectors of Fowler, Noll and Vo): e40c ^ 292c.
        assert_eq!(mark("a"), 0xe40c ^ 0x292c);
    }

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let cursor = read(" 2026-02-19.2026-03-18.i77.00ff ").unwrap();
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
        assert_eq!(cursor.to_string(), "2026-02-19.2026-03-18.i77.00ff");
        assert_eq!(read("all.77.1").unwrap().window, None);
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
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_a_cursor_panic(text in "\\PC{0,60}|[0-9.i-]{0,60}") {
            let _ = read(&text);
            let _ = Cursor::<super::events::Place>::read(&text);
        }
    }
}
