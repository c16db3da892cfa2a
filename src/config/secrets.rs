//! Which secrets are no secrets.
//!
//! Refused is what others certainly know or can guess at once: published samples, placeholders, repetitions. What merely
//! looks weak is warned about, since the server cannot know how it was made.

/// Values of documentation, this project's and its predecessors', that pass every test of length.
const SAMPLES: [&str; 11] = [
    "your_jwt_secret_key_minimum_32_chars_long",
    "your_intervals_api_key_here",
    "optional_fallback_api_key",
    "your-256-bit-secret",
    "your-384-bit-secret",
    "your-512-bit-secret",
    "a-string-secret-at-least-256-bits-long",
    "a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long",
    "qwertyuiopasdfghjklzxcvbnm123456",
    "correct horse battery staple",
    "correct-horse-battery-staple",
];

/// Words that mark a value as "to be replaced", after lower-casing and dropping everything but letters and digits.
const PLACEHOLDERS: [&str; 9] = [
    "changeme",
    "changethis",
    "replaceme",
    "replacethis",
    "placeholder",
    "insertyour",
    "putyour",
    "yoursecret",
    "yourapikey",
];

/// Why `value` must not be used as a secret of at least `least` characters.
pub(super) fn refusal(value: &str, least: usize) -> Option<String> {
    let lower = value.to_lowercase();
    let letters: String = lower.chars().filter(|c| c.is_alphanumeric()).collect();
    let marked = [
        "your-", "your_", "<", "example-", "example_", "sample-", "sample_",
    ];
    if SAMPLES
        .iter()
        .any(|sample| sample.eq_ignore_ascii_case(value))
    {
        return Some("is a published sample".to_owned());
    }
    if marked.iter().any(|start| lower.starts_with(start))
        || PLACEHOLDERS.iter().any(|word| letters.contains(word))
    {
        return Some("is a placeholder".to_owned());
    }
    if value.chars().any(char::is_control) {
        return Some("has control characters in it".to_owned());
    }
    let characters: Vec<char> = value.chars().collect();
    if characters.len() < least {
        return Some(format!("must have at least {least} characters"));
    }
    if characters.len() > 1024 {
        return Some("must have at most 1024 characters".to_owned());
    }
    if is_repetition(&characters) || is_sequence(&characters) {
        return Some("is a repeated or consecutive pattern".to_owned());
    }
    None
}

/// Whether `value` looks as if it had been typed rather than drawn at random.
pub(super) fn looks_weak(value: &str) -> bool {
    let mut seen: Vec<char> = value.chars().collect();
    seen.sort_unstable();
    seen.dedup();
    seen.len() < 12 || value.chars().all(|c| c.is_ascii_lowercase() || c == ' ')
}

/// `abcabcabc`, `aaaa`: some shorter text, twice or more.
fn is_repetition(characters: &[char]) -> bool {
    (1..=characters.len() / 2).any(|period| {
        characters
            .iter()
            .zip(characters.iter().skip(period))
            .all(|(a, b)| a == b)
    })
}

/// `abcdefgh`, `87654321`: four of five steps lead to the neighbouring character.
fn is_sequence(characters: &[char]) -> bool {
    let steps = characters.len().saturating_sub(1);
    let neighbours = characters
        .iter()
        .zip(characters.iter().skip(1))
        .filter(|(a, b)| u32::from(**a).abs_diff(u32::from(**b)) == 1)
        .count();
    steps >= 4 && neighbours * 5 >= steps * 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_know_or_guess_is_refused() {
        for value in [
            "your_jwt_secret_key_minimum_32_chars_long",
            "a-string-secret-at-least-256-bits-long",
            "please-change-me-please-change-me-now",
            "<paste 32 random characters in here>",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "0123456789abcdef0123456789abcdef",
            "abcdefghijklmnopqrstuvwxyz0123456789",
            "pass-word-pass-word-pass-word-pass",
            "kX9#tiny",
        ] {
            assert!(refusal(value, 32).is_some(), "{value}");
        }
    }

    #[test]
    fn what_was_drawn_at_random_is_taken_without_a_word() {
        for value in [
            "q8V0l2yB1u7dXz9fJm3Rk5TnWc6EhPsA4gLo",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        ] {
            assert_eq!(refusal(value, 32), None);
            assert!(!looks_weak(value));
        }
    }

    #[test]
    fn what_was_typed_is_taken_with_a_warning() {
        let value = "the quick brown fox jumps over it all";
        assert_eq!(refusal(value, 32), None);
        assert!(looks_weak(value));
    }
}
