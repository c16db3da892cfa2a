//! What registrations and client metadata documents have in common (RFC 7591 section 2).

use serde_json::Value;

use super::redirect::RedirectUri;

const MAX_NAME: usize = 64;

/// All of them, each acceptable.
///
/// # Errors
/// What is wrong with the first bad one.
pub fn redirect_uris(list: &[Value]) -> Result<Vec<RedirectUri>, &'static str> {
    list.iter()
        .map(|uri| {
            uri.as_str()
                .ok_or("A redirect URI must be a string")
                .and_then(RedirectUri::parse)
        })
        .collect()
}

/// Whether refresh tokens are asked for. Those who do not say get them.
pub fn refreshes(asked: Option<&Value>) -> bool {
    asked
        .and_then(Value::as_array)
        .filter(|list| !list.is_empty())
        .is_none_or(|list| list.iter().any(|kind| kind == "refresh_token"))
}

/// A name that can be shown: no control, invisible or direction-changing characters, no run of spaces, at most 64 characters.
pub fn clean_name(asked: &Value) -> Option<String> {
    let visible = |c: char| {
        !c.is_control()
            && !matches!(c, '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
                | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
    };
    let text: String = asked
        .as_str()?
        .chars()
        .filter(|c| c.is_whitespace() || visible(*c))
        .take(MAX_NAME * 4)
        .collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    let name: String = words.join(" ").chars().take(MAX_NAME).collect();
    let name = name.trim_end();
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_are_cleaned_of_what_cannot_be_seen() {
        assert_eq!(
            clean_name(&json!("  Cl\u{202e}au\u{200b}de\n\tDesktop ")).as_deref(),
            Some("Claude Desktop")
        );
        assert_eq!(clean_name(&json!("\u{200b}\u{feff}")), None);
        assert_eq!(clean_name(&json!(7)), None);
        assert_eq!(
            clean_name(&json!("a".repeat(100_000))).map(|n| n.len()),
            Some(64)
        );
        assert_eq!(clean_name(&json!("自転車")).as_deref(), Some("自転車"));
    }

    #[test]
    fn refresh_tokens_are_for_those_who_ask_or_do_not_say() {
        assert!(refreshes(None));
        assert!(refreshes(Some(&json!([]))));
        assert!(refreshes(Some(&json!([
            "authorization_code",
            "refresh_token"
        ]))));
        assert!(!refreshes(Some(&json!(["authorization_code"]))));
    }
}
