//! Which of the two languages of the pages a browser prefers.

use http::{HeaderMap, header};

/// The languages of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    English,
    Japanese,
}

impl Language {
    /// The better-liked of the two (RFC 9110 section 12.5.4); English when neither is named.
    pub fn preferred(headers: &HeaderMap) -> Self {
        let mut best = (0.0, Self::English);
        let entries = headers
            .get_all(header::ACCEPT_LANGUAGE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|line| line.split(','));
        for entry in entries {
            let mut parts = entry.split(';');
            let tag = parts.next().unwrap_or_default().trim();
            let language = match tag.split('-').next().unwrap_or_default() {
                primary if primary.eq_ignore_ascii_case("ja") => Self::Japanese,
                primary if primary.eq_ignore_ascii_case("en") => Self::English,
                _ => continue,
            };
            let quality = parts
                .find_map(|part| part.trim().strip_prefix("q=")?.parse::<f32>().ok())
                .unwrap_or(1.0);
            if quality > best.0 {
                best = (quality, language);
            }
        }
        best.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn the_language_is_the_one_that_is_liked_better() {
        for (header, language) in [
            ("ja", Language::Japanese),
            ("ja-JP,ja;q=0.9,en-US;q=0.8", Language::Japanese),
            ("en-US,en;q=0.9,ja;q=0.8", Language::English),
            ("de,fr;q=0.9", Language::English),
            ("de, ja;q=0.5", Language::Japanese),
            ("ja;q=0, en;q=0.1", Language::English),
            ("", Language::English),
        ] {
            let headers = HeaderMap::from_iter([(
                header::ACCEPT_LANGUAGE,
                HeaderValue::from_str(header).unwrap(),
            )]);
            assert_eq!(Language::preferred(&headers), language, "{header}");
        }
    }
}
