//! Objects as the members of a body: what a client may write of them, and one laid over the other.

use serde::Deserialize as _;
use serde_json::Value;

use super::Members;
use super::lenient::{Lax, Lenient};

/// What may be written of a field. Null is left out.
pub(super) trait Writable {
    fn value(&self) -> Value;
}

macro_rules! scalar {
    ($($type:ty),*) => {
        $(impl Writable for $type {
            fn value(&self) -> Value {
                Value::from(self.clone())
            }
        })*
    };
}

scalar!(bool, i64, f64, String, Members);

impl<T: Writable> Writable for Vec<T> {
    fn value(&self) -> Value {
        self.iter().map(Writable::value).collect()
    }
}

/// A row of which a client may write some fields.
pub(super) trait Written: Clone {
    type Id;

    /// A row without anything but its identifier.
    fn blank(id: Self::Id) -> Self;

    /// The fields that may be written, those without a value left out, and custom ones too.
    fn written(&self) -> Members;

    /// Lays members over the row, whichever field they are of. Null, and what does not fit its field, changes nothing.
    fn overlay(&mut self, members: &Members);
}

/// `value` as `T`, `None` when it does not fit.
pub(super) fn fitting<T: Lenient>(value: &Value) -> Option<T> {
    Lax::deserialize(value).ok().and_then(|read| read.0)
}

/// Implements [`Written`] for a record that says `writable`, from its fields marked `=> written`.
macro_rules! written {
    ($name:ident [] $($rest:tt)*) => {};
    (
        $name:ident [writable]
        [$id:ident $(($id_wire:literal))? : $id_type:ty]
        [$($custom:ident)?]
        { $($field:ident $(($wire:literal))? : $type:ty $(=> $mark:ident)?,)* }
    ) => {
        impl $crate::intervals::members::Written for $name {
            type Id = $id_type;

            fn blank($id: $id_type) -> Self {
                Self {
                    $id,
                    $($field: None,)*
                    $($custom: serde_json::Map::new(),)?
                }
            }

            fn written(&self) -> $crate::intervals::Members {
                let mut members = serde_json::Map::new();
                $($crate::intervals::members::written!(
                    @write members (self.$field) $field $(($wire))? $($mark)?
                );)*
                members
            }

            fn overlay(&mut self, members: &$crate::intervals::Members) {
                use $crate::intervals::lenient::record;
                for (key, value) in members {
                    match key.as_str() {
                        record!(@wire $id $($id_wire)?) => {}
                        $(record!(@wire $field $($wire)?) => {
                            let read = $crate::intervals::members::fitting::<$type>(value);
                            self.$field = read.or(self.$field.take());
                        })*
                        _ => {
                            $(if !value.is_null() {
                                self.$custom.insert(key.clone(), value.clone());
                            })?
                        }
                    }
                }
            }
        }
    };
    (@write $members:ident ($value:expr) $field:ident $(($wire:literal))?) => {};
    (@write $members:ident ($value:expr) $field:ident $(($wire:literal))? written) => {
        if let Some(value) = &$value {
            $members.insert(
                $crate::intervals::lenient::record!(@wire $field $($wire)?).to_owned(),
                $crate::intervals::members::Writable::value(value),
            );
        }
    };
}
pub(super) use written;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::intervals::lenient::{decode, record};

    record! {
        pub struct Row [row ("id"): i64] writable (custom except "internal") {
            number: f64 => written,
            whole ("wholeNumber"): i64 => written,
            text: String => written,
            flag: bool => written,
            list: Vec<String> => written,
            computed: f64,
        }
    }

    fn members(value: Value) -> Members {
        match value {
            Value::Object(members) => members,
            other => panic!("{other}"),
        }
    }

    fn any_members() -> impl Strategy<Value = Members> {
        let option = |value: BoxedStrategy<Value>| prop_oneof![Just(Value::Null), value];
        (
            option((-1.0e11..1.0e11_f64).prop_map(Value::from).boxed()),
            option(any::<i64>().prop_map(Value::from).boxed()),
            option(".*".prop_map(Value::from).boxed()),
            option(any::<bool>().prop_map(Value::from).boxed()),
            option(prop::collection::vec(".*", 0..3).prop_map(Value::from).boxed()),
        )
            .prop_map(|(number, whole, text, flag, list)| {
                members(json!({"number": number, "wholeNumber": whole, "text": text, "flag": flag, "list": list}))
            })
    }

    fn without_null(mut members: Members) -> Members {
        members.retain(|_, value| !value.is_null());
        members
    }

    #[test]
    fn what_is_computed_or_null_is_not_written_and_the_rest_is_as_it_came() {
        let row: Row = decode(
            br#"{"id":4,"number":-0.125,"wholeNumber":7,"text":"","flag":false,"list":[],"computed":2,"internal":3,
            "Own":{"a":1},"Other":null}"#,
        )
        .unwrap();
        let expected =
            json!({"number": -0.125, "wholeNumber": 7, "text": "", "flag": false, "list": []});
        assert_eq!(Value::Object(row.written()), expected);
        assert!(Row::blank(4).written().is_empty());
    }

    #[test]
    fn an_overlay_reaches_computed_fields_and_leaves_the_identifier() {
        let mut row = Row::blank(4);
        row.overlay(&members(
            json!({"id": 5, "computed": 1.5, "text": "a", "whole": 9}),
        ));
        row.overlay(&members(
            json!({"text": null, "computed": "?", "wholeNumber": {}, "Own": null}),
        ));
        assert_eq!((row.row, row.computed), (4, Some(1.5)));
        assert_eq!(Value::Object(row.written()), json!({"text": "a"}));
        // `whole` is no name on the wire, so it is a custom field.
        assert_eq!(Value::Object(row.custom), json!({"whole": 9}));
    }

    proptest! {
        #[test]
        fn a_blank_row_under_members_is_written_as_these_members(members in any_members()) {
            let mut row = Row::blank(1);
            row.overlay(&members);
            prop_assert_eq!(row.written(), without_null(members));
        }

        #[test]
        fn the_later_overlay_wins_member_by_member(first in any_members(), second in any_members()) {
            let mut row = Row::blank(1);
            row.overlay(&first);
            row.overlay(&second);
            let mut expected = without_null(first);
            expected.extend(without_null(second));
            prop_assert_eq!(row.written(), expected);
        }
    }
}
