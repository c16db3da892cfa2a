//! Identifiers that are valid once they exist and write themselves into paths.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde_json::Value;

use super::lenient::Lenient;
use super::members::Writable;

/// Why a text is no identifier of Intervals.icu; the text itself is not repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected digits, with or without a leading i, such as i123456")]
pub struct InvalidId;

/// Something that may stand between two slashes of a path.
pub(super) trait Segment {
    /// Appends the percent-encoded segment.
    fn write(&self, path: &mut String);
}

fn is_id(text: &str) -> bool {
    let digits = text.strip_prefix('i').unwrap_or(text);
    (1..=20).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

macro_rules! text_id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// The identifier as Intervals.icu writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                if is_id(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(InvalidId)
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Segment for $name {
            fn write(&self, path: &mut String) {
                path.extend(url::form_urlencoded::byte_serialize(self.0.as_bytes()));
            }
        }

        impl Lenient for $name {
            fn from_text(text: &str) -> Option<Self> {
                text.parse().ok()
            }

            fn from_integer(number: i64) -> Option<Self> {
                number.to_string().parse().ok()
            }
        }
    };
}

text_id! {
    /// An athlete: `i123456`, or bare digits for accounts that Strava created long ago.
    AthleteId
}

text_id! {
    /// An activity: `i…` for one of Intervals.icu's own, bare digits for one that came from Strava.
    ActivityId
}

macro_rules! number_id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub i64);

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                match text.parse::<i64>() {
                    Ok(number) if number >= 0 && text.bytes().all(|byte| byte.is_ascii_digit()) => {
                        Ok(Self(number))
                    }
                    _ => Err(InvalidId),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl Segment for $name {
            fn write(&self, path: &mut String) {
                path.push_str(&self.0.to_string());
            }
        }

        impl Lenient for $name {
            fn from_text(text: &str) -> Option<Self> {
                text.parse().ok()
            }

            fn from_integer(number: i64) -> Option<Self> {
                Some(Self(number))
            }
        }

        impl Writable for $name {
            fn value(&self) -> Value {
                Value::from(self.0)
            }
        }
    };
}

number_id! {
    /// A calendar event: workout, race, note, target and the like.
    EventId
}

number_id! {
    /// A workout of the library.
    WorkoutId
}

number_id! {
    /// A folder or plan of the library.
    FolderId
}

/// An identifier without a type of its own: of sport settings, chats and messages.
impl Segment for i64 {
    fn write(&self, path: &mut String) {
        path.push_str(&self.to_string());
    }
}

impl Segment for Date {
    fn write(&self, path: &mut String) {
        path.push_str(&self.to_string());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::intervals::target::Target;

    proptest! {
        #[test]
        fn only_digits_with_or_without_an_i_are_an_id(text in prop_oneof![".*", "[i0-9./%]{0,24}"]) {
            let digits = text.strip_prefix('i').unwrap_or(&text);
            let valid = !digits.is_empty() && digits.len() <= 20 && digits.chars().all(|char| char.is_ascii_digit());
            prop_assert_eq!(text.parse::<ActivityId>().is_ok(), valid);
            prop_assert_eq!(text.parse::<AthleteId>().is_ok(), valid);
        }

        #[test]
        fn an_id_is_one_segment_as_it_is(text in "i?[0-9]{1,20}", number in 0..i64::MAX) {
            let id: ActivityId = text.parse().unwrap();
            let target = Target::new("activity").id(&id).id(&EventId(number));
            prop_assert_eq!(target.as_str(), format!("/activity/{text}/{number}"));
        }

        #[test]
        fn a_queried_value_comes_back_as_it_was(value in ".*", items in prop::collection::vec("[a-zA-Z_]{1,9}", 1..5)) {
            let items: Vec<&str> = items.iter().map(String::as_str).collect();
            let target = Target::new("x").query("q", &value).list("fields", &items);
            let url = url::Url::parse(&format!("http://localhost{}", target.as_str())).unwrap();
            prop_assert_eq!(url.path(), "/x");
            let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
            prop_assert_eq!(pairs, [("q".to_owned(), value), ("fields".to_owned(), items.join(","))]);
        }
    }
}
