//! Parameters with a closed set of values.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// A closed set of names.
pub trait Choices: Sized + Copy + 'static {
    const ALL: &'static [(&'static str, Self)];

    /// What else is understood but not offered, in lower case.
    fn understood(_: &str) -> Option<Self> {
        None
    }
}

/// One of a closed set; a wrong name is answered with the right ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice<T>(pub T);

impl<'de, T: Choices> Deserialize<'de> for Choice<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(PhantomData<T>);
        impl<T: Choices> serde::de::Visitor<'_> for Visitor<T> {
            type Value = Choice<T>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "one of {}", names::<T>())
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Choice<T>, E> {
                let wanted = text.trim();
                T::ALL
                    .iter()
                    .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
                    .map(|(_, value)| *value)
                    .or_else(|| T::understood(&wanted.to_lowercase()))
                    .map(Choice)
                    .ok_or_else(|| {
                        E::custom(format_args!(
                            "'{wanted:.40}' is not one of {}",
                            names::<T>()
                        ))
                    })
            }
        }
        deserializer.deserialize_str(Visitor(PhantomData))
    }
}

fn names<T: Choices>() -> String {
    T::ALL
        .iter()
        .map(|(name, _)| *name)
        .collect::<Vec<_>>()
        .join(", ")
}

impl<T: Choices> JsonSchema for Choice<T> {
    fn schema_name() -> Cow<'static, str> {
        "Choice".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = T::ALL.iter().map(|(name, _)| *name).collect();
        json_schema!({ "type": "string", "enum": names })
    }
}

/// Declares an enum whose variants have fixed names on the wire.
macro_rules! choice {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        $vis enum $name { $($variant),+ }
        impl $crate::mcp::params::Choices for $name {
            const ALL: &'static [(&'static str, Self)] = &[$(($text, Self::$variant)),+];
        }
    };
}
pub(crate) use choice;
