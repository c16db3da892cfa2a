//! Reading answers in which any field may be null, missing or of another type.
//!
//! A field that is not what it should be is absent, a row without its identifier is dropped, and only a document that
//! is no JSON, or not the kind of document that was asked for, is an error. Everything is read in one pass over the
//! bytes: nothing is buffered to be tried twice.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

pub(super) use super::key::Key;

/// Longest place in a document that is named, in characters.
const MAX_PATH_CHARS: usize = 200;

/// What the rows of one answer may take in memory: a row of a few bytes of JSON becomes a row of every field.
pub(super) const MAX_DECODED_BYTES: usize = 64 * 1024 * 1024;

/// No quantity of sport comes near, in any unit of the service: 60 years of 10 MJ a day are 2.2e11 J. Sums of squares of what
/// is smaller stay finite.
const BEYOND: f64 = 1e12;

/// Whether a number can be a quantity of sport; what cannot was not measured.
#[must_use]
pub fn is_quantity(number: f64) -> bool {
    number.abs() < BEYOND
}

/// A type that takes from JSON what it understands and is `None` otherwise.
pub(super) trait Lenient: Sized {
    /// Whether the place of an element in its list means something, so that a list with a hole is no list.
    const POSITIONAL: bool = false;

    fn from_bool(_: bool) -> Option<Self> {
        None
    }

    fn from_integer(_: i64) -> Option<Self> {
        None
    }

    fn from_float(_: f64) -> Option<Self> {
        None
    }

    fn from_text(_: &str) -> Option<Self> {
        None
    }

    fn from_seq<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<Option<Self>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn from_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Option<Self>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

/// One value, read leniently.
pub(super) struct Lax<T>(pub Option<T>);

impl<'de, T: Lenient> Deserialize<'de> for Lax<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LaxVisitor(PhantomData))
    }
}

struct LaxVisitor<T>(PhantomData<T>);

impl<'de, T: Lenient> Visitor<'de> for LaxVisitor<T> {
    type Value = Lax<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Lax<T>, E> {
        Ok(Lax(T::from_bool(value)))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Lax<T>, E> {
        Ok(Lax(T::from_integer(value)))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Lax<T>, E> {
        Ok(Lax(match i64::try_from(value) {
            Ok(value) => T::from_integer(value),
            #[expect(
                clippy::cast_precision_loss,
                reason = "beyond 2^63 only the magnitude is of interest"
            )]
            Err(_) => T::from_float(value as f64),
        }))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Lax<T>, E> {
        Ok(Lax(T::from_float(value)))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Lax<T>, E> {
        Ok(Lax(T::from_text(value)))
    }

    fn visit_unit<E: Error>(self) -> Result<Lax<T>, E> {
        Ok(Lax(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Lax<T>, A::Error> {
        T::from_seq(seq).map(Lax)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Lax<T>, A::Error> {
        T::from_map(map).map(Lax)
    }
}

impl Lenient for bool {
    fn from_bool(value: bool) -> Option<Self> {
        Some(value)
    }
}

impl Lenient for f64 {
    const POSITIONAL: bool = true;

    #[expect(
        clippy::cast_precision_loss,
        reason = "what is beyond 2^53 is no quantity"
    )]
    fn from_integer(value: i64) -> Option<Self> {
        Self::from_float(value as Self)
    }

    fn from_float(value: f64) -> Option<Self> {
        is_quantity(value).then_some(value)
    }

    fn from_text(text: &str) -> Option<Self> {
        // "Infinity", "-Infinity" and "NaN" are what the service writes for a division by zero.
        text.trim().parse().ok().and_then(Self::from_float)
    }
}

impl Lenient for i64 {
    const POSITIONAL: bool = true;

    fn from_integer(value: i64) -> Option<Self> {
        Some(value)
    }

    #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
    fn from_float(value: f64) -> Option<Self> {
        let rounded = value.round();
        (rounded.abs() < 9.0e18).then_some(rounded as Self)
    }

    fn from_text(text: &str) -> Option<Self> {
        let text = text.trim();
        text.parse()
            .ok()
            .or_else(|| f64::from_text(text).and_then(Self::from_float))
    }
}

impl Lenient for String {
    fn from_integer(value: i64) -> Option<Self> {
        Some(value.to_string())
    }

    fn from_float(value: f64) -> Option<Self> {
        Some(value.to_string())
    }

    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

impl<T: Lenient> Lenient for Vec<T> {
    fn from_seq<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<Option<Self>, A::Error> {
        let mut items = Self::new();
        let mut whole = true;
        while let Some(Lax(item)) = seq.next_element::<Lax<T>>()? {
            match item {
                Some(item) => items.push(item),
                None => whole &= !T::POSITIONAL,
            }
            if items.len() > MAX_DECODED_BYTES / size_of::<T>().max(1) {
                return Err(A::Error::custom("more items than anybody has"));
            }
        }
        Ok(whole.then_some(items))
    }
}

impl<T: Lenient> Lenient for Box<T> {
    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
        Ok(T::from_map(map)?.map(Self::new))
    }
}

/// Free JSON: custom values whose type only the athlete knows.
impl Lenient for serde_json::Map<String, serde_json::Value> {
    fn from_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Option<Self>, A::Error> {
        let mut members = Self::new();
        while let Some((name, value)) = map.next_entry()? {
            members.insert(name, value);
        }
        Ok(Some(members))
    }
}

/// A whole answer.
pub(super) trait Document: Sized + Send + Sync + 'static {
    /// Reads the answer; an error means that it is not this kind of document.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;

    /// Bytes that the decoded answer holds besides its texts.
    fn footprint(&self) -> usize {
        size_of::<Self>()
    }
}

impl<T: Lenient + Send + Sync + 'static> Document for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Rows<T>(PhantomData<T>);

        impl<'de, T: Lenient> Visitor<'de> for Rows<T> {
            type Value = Vec<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
                let mut rows = Vec::new();
                while let Some(Lax(row)) = seq.next_element::<Lax<T>>()? {
                    rows.extend(row);
                    if rows.len() > MAX_DECODED_BYTES / size_of::<T>().max(1) {
                        return Err(A::Error::custom("more rows than anybody has"));
                    }
                }
                Ok(rows)
            }
        }

        deserializer.deserialize_seq(Rows(PhantomData))
    }

    fn footprint(&self) -> usize {
        self.capacity().saturating_mul(size_of::<T>())
    }
}

/// Reads a whole body; an error names the place, which is looked for only then because that takes several times as long.
pub(super) fn decode<T: Document>(body: &[u8]) -> Result<T, super::error::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let document = T::read(&mut deserializer);
    document
        .and_then(|document| deserializer.end().map(|()| document))
        .map_err(|_| super::error::Error::Malformed {
            path: failing_path::<T>(body),
        })
}

fn failing_path<T: Document>(body: &[u8]) -> String {
    let mut track = serde_path_to_error::Track::new();
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let tracked = serde_path_to_error::Deserializer::new(&mut deserializer, &mut track);
    match T::read(tracked) {
        Ok(_) => "the end".to_owned(),
        Err(_) => track
            .path()
            .to_string()
            .chars()
            .take(MAX_PATH_CHARS)
            .collect(),
    }
}

/// Defines a struct whose every field is an `Option`, and how it is read.
///
/// `[id: Type]` after the name is the one field that must be there. `[custom except "a" | "b"]` keeps the members that
/// are neither fields nor among those named. A field whose name on the wire differs is written `name ("wireName"): Type`.
/// With `writable` after the identifier it is also [`Written`](super::members::Written), in the fields whose type is
/// followed by `=> written`.
macro_rules! record {
    (
        $(#[$meta:meta])*
        pub struct $name:ident
        $([$id:ident $(($id_wire:literal))? : $id_type:ty])?
        $($writable:ident)?
        $(($custom:ident except $($ignored:literal)|*))?
        {
            $($(#[$field_meta:meta])* $field:ident $(($wire:literal))? : $type:ty $(=> $mark:ident)?,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        pub struct $name {
            $(/// What it is known by; a row without it does not exist.
            pub $id: $id_type,)?
            $($(#[$field_meta])* pub $field: Option<$type>,)*
            $(/// The athlete's own fields by their code, as they came; absent when null.
            pub $custom: serde_json::Map<String, serde_json::Value>,)?
        }

        impl $crate::intervals::lenient::Lenient for $name {
            fn from_map<'de, A: serde::de::MapAccess<'de>>(
                mut map: A,
            ) -> Result<Option<Self>, A::Error> {
                use $crate::intervals::lenient::{Key, Lax};
                $(let mut $id: Option<$id_type> = None;)?
                $(let mut $field: Option<$type> = None;)*
                $(let mut $custom = serde_json::Map::new();)?
                while let Some(Key(key)) = map.next_key::<Key<'de>>()? {
                    match &*key {
                        $($crate::intervals::lenient::record!(@wire $id $($id_wire)?) => {
                            $id = map.next_value::<Lax<$id_type>>()?.0;
                        })?
                        $($crate::intervals::lenient::record!(@wire $field $($wire)?) => {
                            $field = map.next_value::<Lax<$type>>()?.0;
                        })*
                        $($($ignored)|* => {
                            map.next_value::<serde::de::IgnoredAny>()?;
                        })?
                        _ => $crate::intervals::lenient::record!(@unknown key map $($custom)?),
                    }
                }
                $(let Some($id) = $id else { return Ok(None) };)?
                Ok(Some(Self { $($id,)? $($field,)* $($custom,)? }))
            }
        }

        $crate::intervals::members::written! {
            $name [$($writable)?]
            [$($id $(($id_wire))? : $id_type)?]
            [$($custom)?]
            { $($field $(($wire))? : $type $(=> $mark)?,)* }
        }

        impl $crate::intervals::lenient::Document for $name {
            fn read<'de, D: serde::de::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                struct Whole;

                impl<'de> serde::de::Visitor<'de> for Whole {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str(concat!("an object: ", stringify!($name)))
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(
                        self,
                        map: A,
                    ) -> Result<$name, A::Error> {
                        <$name as $crate::intervals::lenient::Lenient>::from_map(map)?
                            .ok_or_else(|| serde::de::Error::missing_field("id"))
                    }
                }

                deserializer.deserialize_map(Whole)
            }
        }
    };
    (@wire $field:ident) => { stringify!($field) };
    (@wire $field:ident $wire:literal) => { $wire };
    (@unknown $key:ident $map:ident) => {{
        $map.next_value::<serde::de::IgnoredAny>()?;
    }};
    (@unknown $key:ident $map:ident $custom:ident) => {{
        let value = $map.next_value::<serde_json::Value>()?;
        if !value.is_null() {
            $custom.insert($key.into_owned(), value);
        }
    }};
}
pub(super) use record;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    record! {
        pub struct Row [id: i64] (custom except "internal") {
            number: f64,
            whole: i64,
            text: String,
            flag: bool,
            list: Vec<i64>,
            inner: Vec<Self>,
        }
    }

    fn number(text: &str) -> Option<f64> {
        serde_json::from_str::<Lax<f64>>(text).unwrap().0
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            prop_oneof!["Infinity", "-Infinity", "NaN", "-?[0-9]{1,30}", ".*"]
                .prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec(
                    (
                        "id|number|whole|text|flag|list|inner|internal|.{0,3}",
                        inner
                    ),
                    0..5
                )
                .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    #[test]
    fn what_is_no_number_of_sport_is_absent() {
        for text in [
            r#""Infinity""#,
            r#""-Infinity""#,
            r#""NaN""#,
            "null",
            "true",
            r#""""#,
            "[1]",
            "{}",
            r#""12 km""#,
            "1e308",
            "-1e12",
            r#""1e300""#,
            "9223372036854775807",
            "18446744073709551615",
        ] {
            assert_eq!(number(text), None, "{text}");
        }
        assert_eq!(number("12"), Some(12.0));
        assert_eq!(number(r#"" 1.5 ""#), Some(1.5));
        assert_eq!(number("-999999999999"), Some(-999_999_999_999.0));
    }

    #[test]
    fn a_member_given_twice_counts_as_it_was_last_said() {
        let row: Row = decode(br#"{"id":1,"number":2,"number":3,"internal":4,"Own":5}"#).unwrap();
        assert_eq!((row.id, row.number, row.custom.len()), (1, Some(3.0), 1));
    }

    #[test]
    fn a_field_of_the_right_type_is_kept_among_wrong_ones() {
        let row: Row = decode(
            br#"{"id":1,"number":{},"whole":7.0,"text":[],"flag":true,"list":[1,"x"],"inner":[{"id":2,"text":"t"},{"id":{}}]}"#,
        )
        .unwrap();
        assert_eq!(
            (row.number, row.whole, row.text, row.flag),
            (None, Some(7), None, Some(true))
        );
        assert_eq!(row.list, None);
        let inner = row.inner.unwrap();
        assert_eq!((inner.len(), inner[0].text.as_deref()), (1, Some("t")));
    }

    proptest! {
        #[test]
        fn quantities_come_through(value in prop_oneof![-1.0e6..1.0e6_f64, -1.0e11..1.0e11_f64]) {
            // serde_json may be off in the last bits, the more so the larger the exponent.
            let read: f64 = number(&json!(value).to_string()).unwrap();
            prop_assert!((read - value).abs() <= value.abs() * (4.0 * f64::EPSILON), "{} {}", read, value);
            prop_assert_eq!(number(&json!(value.to_string()).to_string()), Some(value));
        }

        #[test]
        fn whole_numbers_come_through_in_every_spelling(value in -1_000_000_000_000_i64..1_000_000_000_000) {
            for text in [value.to_string(), format!("{value}.0"), format!("\"{value}\"")] {
                prop_assert_eq!(serde_json::from_str::<Lax<i64>>(&text).unwrap().0, Some(value));
            }
        }

        #[test]
        fn no_value_in_any_field_loses_the_row(value in any_json()) {
            let field = || value.clone();
            let row = json!({"number": field(), "whole": field(), "text": field(), "flag": field(),
                "list": field(), "inner": field(), "other": field(), "id": 7});
            let rows: Vec<Row> = decode(json!([field(), row]).to_string().as_bytes()).unwrap();
            prop_assert_eq!(rows.last().map(|row| row.id), Some(7));
        }
    }
}
