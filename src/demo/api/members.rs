//! Members of the bodies that clients send.

use serde_json::{Map, Value};

use crate::demo::rules::Refusal;

/// What JSON a member must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Text,
    Whole,
    Number,
    Flag,
    /// A list of texts.
    Texts,
    List,
    Object,
}

impl Shape {
    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::Whole => value
                .as_i64()
                .is_some_and(|number| i32::try_from(number).is_ok()),
            Self::Number => value.is_number(),
            Self::Flag => value.is_boolean(),
            Self::Texts => value
                .as_array()
                .is_some_and(|rows| rows.iter().all(Value::is_string)),
            Self::List => value.is_array(),
            Self::Object => value.is_object(),
        }
    }

    fn java(self) -> &'static str {
        match self {
            Self::Text => "java.lang.String",
            Self::Whole => "java.lang.Integer",
            Self::Number => "java.lang.Float",
            Self::Flag => "java.lang.Boolean",
            Self::Texts => "java.util.ArrayList<java.lang.String>",
            Self::List => "java.util.ArrayList",
            Self::Object => "java.util.LinkedHashMap",
        }
    }
}

/// The members of a body. Null always fits.
///
/// # Errors
/// No object, a member that is not known, or one of the wrong kind of JSON.
pub fn members<'a>(
    body: &'a Value,
    what: &str,
    shape: impl Fn(&str) -> Option<Shape>,
) -> Result<&'a Map<String, Value>, Refusal> {
    let members = body
        .as_object()
        .ok_or_else(|| unreadable(body, "object").violating(format!("{what}: not an object")))?;
    for (key, value) in members {
        let Some(shape) = shape(key) else {
            return Err(
                Refusal::unprocessable(format!("Unrecognized field \"{key}\""))
                    .violating(format!("{what}: unknown member {key}")),
            );
        };
        if !value.is_null() && !shape.fits(value) {
            return Err(
                unreadable(value, shape.java()).violating(format!("{what}: {key} is {value}"))
            );
        }
    }
    Ok(members)
}

/// The rows of a body that is a list.
pub fn rows<'a>(body: &'a Value, what: &str) -> Result<&'a [Value], Refusal> {
    let rows = body.as_array().map(Vec::as_slice);
    rows.ok_or_else(|| {
        unreadable(body, "java.util.ArrayList").violating(format!("{what}: not a list"))
    })
}

/// One of a set of words.
pub fn choice(value: &str, words: &[&str], what: &str, key: &str) -> Result<(), Refusal> {
    if words.contains(&value) {
        return Ok(());
    }
    let error = format!(
        "JSON parse error: Cannot deserialize value of type `{key}` from String \"{value}\": not one of the values \
         accepted for Enum class: [{}]",
        words.join(", ")
    );
    Err(Refusal::unprocessable(error).violating(format!("{what}: {key} is {value:?}")))
}

fn unreadable(value: &Value, wanted: &str) -> Refusal {
    let kind = match value {
        Value::Null => "Null",
        Value::Bool(_) => "Boolean",
        Value::Number(_) => "Number",
        Value::String(_) => "String",
        Value::Array(_) => "Array",
        Value::Object(_) => "Object",
    };
    Refusal::unprocessable(format!(
        "JSON parse error: Cannot deserialize value of type `{wanted}` from {kind} value"
    ))
}
