//! The athlete's own fields, by the names and in the units that the athlete gave them.

use serde_json::{Map, Value};

use super::{Kind, folded};
use crate::intervals::custom_item::CustomItem;
use crate::intervals::is_quantity;
use crate::mcp::context::Context;
use crate::mcp::text;
use crate::units::number;

/// Fields of one place that are known at most.
const MOST: usize = 60;
/// Options of a choice that are told at most.
const MOST_OPTIONS: usize = 12;

/// Where a field is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Wellness,
    Activity,
    Interval,
}

/// A field that the athlete added.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomField {
    /// The key of its values.
    pub code: String,
    pub name: String,
    unit: String,
    /// What the numbers of a choice stand for.
    options: Vec<(f64, String)>,
}

impl Place {
    const fn kind(self) -> &'static str {
        match self {
            Self::Wellness => "INPUT_FIELD",
            Self::Activity => "ACTIVITY_FIELD",
            Self::Interval => "INTERVAL_FIELD",
        }
    }
}

/// The fields of `place` that the profile tells, which is nearly always known already.
pub async fn told(context: &Context, place: Place) -> Vec<CustomField> {
    let profile = context.client().athlete().profile().await;
    let items = profile.iter().flat_map(|profile| profile.custom_fields());
    CustomField::all(items, place)
}

/// All fields of `place`. The answer of the service is large, so that it is asked only for what the profile does not tell.
pub async fn listed(context: &Context, place: Place) -> Vec<CustomField> {
    let items = context.client().custom_items().list().await;
    CustomField::all(items.iter().flat_map(|items| items.iter()), place)
}

/// The fields of `place`, those of `codes` among them: one that nobody defines goes by its code.
pub async fn fields(context: &Context, place: Place, codes: &[String]) -> Vec<CustomField> {
    let mut known = told(context, place).await;
    let is_known = |known: &[CustomField], code: &str| known.iter().any(|f| f.code == code);
    if codes.iter().any(|code| !is_known(&known, code)) {
        let more = listed(context, place).await;
        for field in more {
            if !is_known(&known, &field.code) {
                known.push(field);
            }
        }
    }
    for code in codes {
        if !is_known(&known, code) {
            known.push(CustomField::unknown(code));
        }
    }
    known
}

/// What the athlete defined, by its place; the list of the service is asked when the profile tells none.
pub async fn defined(context: &Context) -> Vec<(&'static str, Vec<CustomField>)> {
    let places = [
        ("wellness", Place::Wellness),
        ("activity", Place::Activity),
        ("interval", Place::Interval),
    ];
    let mut found = Vec::new();
    for (name, place) in places {
        found.push((name, told(context, place).await));
    }
    if found.iter().all(|(_, fields)| fields.is_empty()) {
        found.clear();
        for (name, place) in places {
            found.push((name, listed(context, place).await));
        }
    }
    found
}

impl CustomField {
    fn all<'i>(items: impl Iterator<Item = &'i CustomItem>, place: Place) -> Vec<Self> {
        let fields = items.filter_map(|item| Self::of(item, place));
        fields.take(MOST).collect()
    }

    fn of(item: &CustomItem, place: Place) -> Option<Self> {
        if item.kind.as_deref() != Some(place.kind()) {
            return None;
        }
        let content = item.content.as_ref()?;
        let code = content.code.clone()?;
        let name = item.name.as_deref().map(text::name);
        let options = content.options.iter().flatten();
        Some(Self {
            name: name
                .filter(|name| !name.is_empty())
                .unwrap_or_else(|| text::name(&code)),
            code,
            unit: content.units.as_deref().map(text::name).unwrap_or_default(),
            options: options
                .filter_map(|option| Some((option.value?, text::name(option.text.as_deref()?))))
                .collect(),
        })
    }

    fn unknown(code: &str) -> Self {
        Self {
            code: code.to_owned(),
            name: text::name(code),
            unit: String::new(),
            options: Vec::new(),
        }
    }

    /// Whether it goes by `name`: the athlete's, or the code.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        let wanted = folded(name);
        !wanted.is_empty() && (folded(&self.name) == wanted || folded(&self.code) == wanted)
    }

    /// `Caffeine mg`
    #[must_use]
    pub fn head(&self) -> String {
        if self.unit.is_empty() {
            self.name.clone()
        } else {
            format!("{} {}", self.name, self.unit)
        }
    }

    /// The unit, or nothing.
    #[must_use]
    pub fn unit(&self) -> &str {
        &self.unit
    }

    /// How numbers of it are shown.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        Kind::Number("", 1)
    }

    fn chosen(&self, value: &Value) -> Option<&str> {
        let n = quantity(value)?;
        let mut options = self.options.iter();
        let (_, label) = options.find(|(value, _)| (value - n).abs() < 1e-9)?;
        Some(label)
    }

    /// A value as it is shown; of a choice what the athlete chose.
    #[must_use]
    pub fn show(&self, value: &Value) -> Option<String> {
        let chosen = self.chosen(value).map(str::to_owned);
        chosen.or_else(|| plain(value))
    }

    /// `Caffeine 120 mg`
    #[must_use]
    pub fn fact(&self, value: &Value) -> Option<String> {
        let shown = self.show(value)?;
        let unit = match self.unit.is_empty() || self.chosen(value).is_some() {
            true => String::new(),
            false => format!(" {}", self.unit),
        };
        Some(format!("{} {shown}{unit}", self.name))
    }

    /// `CaffeineMg "Caffeine" mg`, `Legs (1 fresh, 2 heavy)`: by the code that a write takes.
    #[must_use]
    pub fn definition(&self) -> String {
        let code = text::name(&self.code);
        let mut parts = Vec::new();
        if self.name != code {
            parts.push(format!("\"{}\"", self.name));
        }
        if !self.unit.is_empty() {
            parts.push(self.unit.clone());
        }
        if !self.options.is_empty() {
            let options = self.options.iter().take(MOST_OPTIONS);
            let mut options: Vec<String> = options
                .map(|(value, label)| format!("{} {label}", number(*value, 2)))
                .collect();
            if self.options.len() > MOST_OPTIONS {
                options.push("…".to_owned());
            }
            parts.push(format!("({})", options.join(", ")));
        }
        parts.insert(0, code);
        parts.join(" ")
    }
}

/// The codes of the fields that hold something.
#[must_use]
pub fn codes<'v>(values: impl Iterator<Item = &'v Map<String, Value>>) -> Vec<String> {
    let mut codes: Vec<String> = values
        .flatten()
        .filter(|(_, value)| plain(value).is_some())
        .map(|(code, _)| code.clone())
        .collect();
    codes.sort_unstable();
    codes.dedup();
    codes.truncate(MOST);
    codes
}

/// A custom value as it is shown when nothing is known of its field.
#[must_use]
pub fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Number(_) => quantity(value).map(|n| number(n, 2)),
        // What the service writes for a division by zero.
        Value::String(s) if matches!(s.as_str(), "Infinity" | "-Infinity" | "NaN") => None,
        Value::String(s) => Some(text::name(s)).filter(|s| !s.is_empty()),
        Value::Bool(b) => Some(b.to_string()),
        _ => None,
    }
}

/// A custom value to reckon with.
#[must_use]
pub fn quantity(value: &Value) -> Option<f64> {
    match value {
        Value::Number(n) => n.as_f64(),
        Value::String(s) => s.trim().parse().ok(),
        _ => None,
    }
    .filter(|n| is_quantity(*n))
}
