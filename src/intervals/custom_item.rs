//! The definition of a custom field, as the profile and the list of custom items have it.

use super::lenient::record;

record! {
    /// The definition of something custom; scripts and layout are not read.
    pub struct CustomItem [id: i64] {
        /// `INPUT_FIELD` (wellness), `ACTIVITY_FIELD`, `INTERVAL_FIELD` and others.
        kind ("type"): String,
        name: String,
        description: String,
        content: CustomContent,
    }
}

record! {
    /// What is known of the values of a custom field.
    pub struct CustomContent {
        /// The key under which values stand in [`super::activities::Activity`] and [`super::wellness::Wellness`].
        code: String,
        /// `numeric`, `select`, `text` and others.
        kind ("type"): String,
        units: String,
        /// What a `select` may hold.
        options: Vec<SelectOption>,
    }
}

record! {
    /// One value of a `select` field: days and activities carry `value`, people see `text`.
    pub struct SelectOption {
        value: f64,
        text: String,
    }
}
