//! JSON as a caller may write it: a member twice, a number of any size, text that is no JSON at all.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// Null, a boolean, a number or a string.
    Scalar(Value),
    List(Vec<Json>),
    Members(Vec<(String, Json)>),
    /// Written as it stands here; never read.
    Raw(String),
}

impl Json {
    /// `None` when `bytes` are no JSON.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    pub fn of(value: Value) -> Self {
        match value {
            Value::Array(items) => Self::List(items.into_iter().map(Self::of).collect()),
            Value::Object(members) => Self::Members(
                members
                    .into_iter()
                    .map(|(name, value)| (name, Self::of(value)))
                    .collect(),
            ),
            scalar => Self::Scalar(scalar),
        }
    }

    pub fn text(text: &str) -> Self {
        Self::Scalar(Value::String(text.to_owned()))
    }

    pub fn write(&self, out: &mut String) {
        match self {
            Self::Scalar(value) => out.push_str(&value.to_string()),
            Self::Raw(text) => out.push_str(text),
            Self::List(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Self::Members(members) => {
                out.push('{');
                for (at, (name, value)) in members.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    out.push_str(&Value::String(name.clone()).to_string());
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }

    /// The value of the member `name`; the first one, should there be several.
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.all(name).next()
    }

    /// The values of all members called `name`.
    pub fn all<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a Self> + use<'a, 'n> {
        let members = match self {
            Self::Members(members) => members.as_slice(),
            _ => &[],
        };
        members
            .iter()
            .filter(move |(held, _)| held == name)
            .map(|(_, value)| value)
    }

    /// The value of the member `name` that is not null.
    pub fn given(&self, name: &str) -> Option<&Self> {
        self.get(name).filter(|value| !value.is_null())
    }

    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Scalar(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    pub fn is_null(&self) -> bool {
        *self == Self::Scalar(Value::Null)
    }

    pub fn is_object(&self) -> bool {
        matches!(self, Self::Members(_))
    }

    /// Changes the `at`-th value, this one being the first.
    pub fn change(&mut self, at: usize, change: &mut dyn FnMut(&mut Self)) {
        let mut left = at % self.size();
        self.walk(&mut left, change);
    }

    fn size(&self) -> usize {
        match self {
            Self::List(items) => 1 + items.iter().map(Self::size).sum::<usize>(),
            Self::Members(members) => 1 + members.iter().map(|(_, v)| v.size()).sum::<usize>(),
            Self::Scalar(_) | Self::Raw(_) => 1,
        }
    }

    fn walk(&mut self, left: &mut usize, change: &mut dyn FnMut(&mut Self)) -> bool {
        if *left == 0 {
            change(self);
            return true;
        }
        *left -= 1;
        match self {
            Self::List(items) => items.iter_mut().any(|item| item.walk(left, change)),
            Self::Members(members) => members.iter_mut().any(|(_, v)| v.walk(left, change)),
            Self::Scalar(_) | Self::Raw(_) => false,
        }
    }

    /// Changes the members of the `at`-th object.
    pub fn change_members(&mut self, at: usize, change: &mut dyn FnMut(&mut Vec<(String, Self)>)) {
        let objects = self.objects();
        if objects > 0 {
            let mut left = at % objects;
            self.walk_objects(&mut left, change);
        }
    }

    fn objects(&self) -> usize {
        match self {
            Self::List(items) => items.iter().map(Self::objects).sum(),
            Self::Members(members) => 1 + members.iter().map(|(_, v)| v.objects()).sum::<usize>(),
            Self::Scalar(_) | Self::Raw(_) => 0,
        }
    }

    fn walk_objects(
        &mut self,
        left: &mut usize,
        change: &mut dyn FnMut(&mut Vec<(String, Self)>),
    ) -> bool {
        match self {
            Self::List(items) => items.iter_mut().any(|item| item.walk_objects(left, change)),
            Self::Members(members) => {
                if *left == 0 {
                    change(members);
                    return true;
                }
                *left -= 1;
                members
                    .iter_mut()
                    .any(|(_, value)| value.walk_objects(left, change))
            }
            Self::Scalar(_) | Self::Raw(_) => false,
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Json;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }
            fn visit_unit<E>(self) -> Result<Json, E> {
                Ok(Json::Scalar(Value::Null))
            }
            fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
                Ok(Json::Scalar(value.into()))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
                Ok(Json::Scalar(value.into()))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
                Ok(Json::Scalar(value.into()))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
                Ok(Json::Scalar(value.into()))
            }
            fn visit_str<E>(self, value: &str) -> Result<Json, E> {
                Ok(Json::text(value))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
                let mut all = Vec::new();
                while let Some(item) = items.next_element()? {
                    all.push(item);
                }
                Ok(Json::List(all))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
                let mut all = Vec::new();
                while let Some(member) = members.next_entry()? {
                    all.push(member);
                }
                Ok(Json::Members(all))
            }
        }

        deserializer.deserialize_any(Any)
    }
}
