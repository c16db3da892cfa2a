//! Documents as the service prints them: every member present, numbers with the digits of a 32-bit float.

use serde_json::{Map, Value};

/// `values` with every key of `keys` in that order, null where there is no value; other members follow (custom fields).
#[must_use]
pub fn document(keys: &[&str], values: Value) -> Map<String, Value> {
    let mut values = match values {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    let mut full = Map::with_capacity(keys.len() + 2);
    for key in keys {
        let value = values.get_mut(*key).map_or(Value::Null, Value::take);
        full.insert((*key).to_owned(), value);
    }
    for (key, value) in values {
        if !full.contains_key(&key) {
            full.insert(key, value);
        }
    }
    full
}

/// A number with the digits of a 32-bit float, as the service prints its floats.
#[must_use]
pub fn float(value: f64) -> Value {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the service stores 32-bit floats"
    )]
    let narrow = value as f32;
    narrow
        .to_string()
        .parse::<f64>()
        .map_or(Value::Null, Value::from)
}

/// A number rounded to a number of decimals.
#[must_use]
pub fn decimals(value: f64, places: i32) -> Value {
    let scale = 10f64.powi(places);
    Value::from((value * scale).round() / scale)
}

/// A whole number; the service prints integers for its integer members.
#[must_use]
pub fn whole(value: f64) -> Value {
    Value::from(round(value))
}

/// The nearest whole number.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    reason = "values are training data, far below 2^53"
)]
pub fn round(value: f64) -> i64 {
    value.round() as i64
}

/// Adds the members of `from` to `into`; of two with one name the new one stays.
pub fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}
