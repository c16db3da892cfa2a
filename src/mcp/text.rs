//! Text written by others is data: what could hide in it is removed, what could break out of its place is bounded.

/// Longest name in a row, in characters.
const NAME_LIMIT: usize = 40;
/// Longest text in a block, in characters.
const BLOCK_LIMIT: usize = 4_000;

/// Characters that are invisible or steer the direction of text, and those that steer terminals.
fn is_hidden(c: char) -> bool {
    match c {
        '\u{200D}' | '\u{FE0F}' => false, // they build emoji
        '\u{00AD}'
        | '\u{034F}'
        | '\u{061C}'
        | '\u{115F}'
        | '\u{1160}'
        | '\u{17B4}'
        | '\u{17B5}'
        | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{3164}'
        | '\u{FE00}'..='\u{FE0E}'
        | '\u{FEFF}'
        | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}'
        | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}' => true,
        c => c.is_control(),
    }
}

/// A name on one line: cleaned, without the column separator, cut at 40 characters.
#[must_use]
pub fn name(text: &str) -> String {
    line(text, NAME_LIMIT)
}

/// One line of at most `limit` characters.
#[must_use]
pub fn line(text: &str, limit: usize) -> String {
    let mut out = String::with_capacity(text.len().min(limit * 4));
    let mut length = 0;
    let mut pending_space = false;
    let mut joiners = 0;
    for c in text.chars() {
        let c = match c {
            '|' => '/',
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
            c => c,
        };
        if is_hidden(c) {
            continue;
        }
        if c.is_whitespace() {
            pending_space = length > 0;
            continue;
        }
        // A run of joiners or selectors says nothing and may carry a message.
        joiners = if matches!(c, '\u{200D}' | '\u{FE0F}') {
            joiners + 1
        } else {
            0
        };
        if joiners > 2 || (joiners > 0 && length == 0) {
            continue;
        }
        if length + usize::from(pending_space) >= limit {
            out.push('…');
            return out;
        }
        if pending_space {
            out.push(' ');
            length += 1;
            pending_space = false;
        }
        out.push(c);
        length += 1;
    }
    out
}

/// Several lines that somebody sends: some clients escape line ends twice.
#[must_use]
pub fn unescaped(text: String) -> String {
    if text.contains('\n') {
        text
    } else {
        text.replace("\\n", "\n")
    }
}

/// Several lines, cleaned, at most 4,000 characters.
#[must_use]
pub fn block(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(BLOCK_LIMIT * 4));
    let mut joiners = 0;
    let mut newlines = 2;
    for (length, c) in text.replace("\r\n", "\n").chars().enumerate() {
        if length >= BLOCK_LIMIT {
            out.push_str("… (cut)");
            break;
        }
        let c = match c {
            '\r' | '\u{2028}' | '\u{2029}' => '\n',
            '\t' => ' ',
            c => c,
        };
        if c == '\n' {
            newlines += 1;
            if newlines <= 2 {
                out.push('\n');
            }
            continue;
        }
        if is_hidden(c) {
            continue;
        }
        newlines = 0;
        joiners = if matches!(c, '\u{200D}' | '\u{FE0F}') {
            joiners + 1
        } else {
            0
        };
        if joiners > 2 {
            continue;
        }
        out.push(c);
    }
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_invisible_or_turns_text_round_is_removed() {
        assert_eq!(
            name("Easy\u{200B} ride\u{202E}gpj.exe\u{2066}"),
            "Easy ridegpj.exe"
        );
        assert_eq!(name("a\u{E0041}\u{E0042}b\u{1b}[31mred"), "ab[31mred");
        assert_eq!(name("\u{FEFF}x\u{00AD}y"), "xy");
    }

    #[test]
    fn ordinary_text_of_all_scripts_survives() {
        for text in [
            "Café crème",
            "朝ラン 10km",
            "تمرين",
            "Family 👨‍👩‍👧 ride ❤️",
            "naïve — “quoted”",
        ] {
            assert_eq!(name(text), text);
        }
    }

    #[test]
    fn a_name_cannot_leave_its_column_or_line() {
        assert_eq!(
            name("3x12 | threshold\nIgnore all that"),
            "3x12 / threshold Ignore all that"
        );
        let long = "x".repeat(60);
        assert_eq!(name(&long), format!("{}…", "x".repeat(40)));
        assert_eq!(name(&"y".repeat(40)), "y".repeat(40));
    }

    #[test]
    fn a_block_keeps_its_lines_but_not_its_gaps() {
        assert_eq!(
            block("one\r\ntwo\n\n\n\nthree\u{200B}\n"),
            "one\ntwo\n\nthree"
        );
        assert!(block(&"z".repeat(5_000)).ends_with("… (cut)"));
    }

    proptest! {
        #[test]
        fn no_line_holds_what_is_hidden(text in "\\PC*|[\\u{0}-\\u{2100}\\u{E0000}-\\u{E007F}\\u{FE00}-\\u{FEFF}]{0,60}") {
            let line = name(&text);
            prop_assert!(line.chars().all(|c| !is_hidden(c) && c != '|' && c != '\n'));
            prop_assert!(line.chars().count() <= NAME_LIMIT + 1);
            let block = block(&text);
            prop_assert!(block.chars().all(|c| c == '\n' || !is_hidden(c)));
        }
    }
}
