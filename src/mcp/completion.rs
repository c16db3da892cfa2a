//! Values for what a person is typing: into a variable of a resource's URI, or into an argument of a prompt.

use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_normalizer::properties::CanonicalCombiningClassMapBorrowed;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use rmcp::model::CompletionInfo;

use super::context::Context;
use super::error::ToolError;
use super::text;
use crate::intervals::EventId;
use crate::intervals::activities::{Activity, ListActivities};
use crate::intervals::events::Event;

const ACTIVITY_DAYS: i64 = 42;
const EVENT_DAYS_BACK: i64 = 7;
const EVENT_DAYS_AHEAD: i64 = 90;
const RACE_DAYS: i64 = 365;
const RACES: &[&str] = &["RACE_A", "RACE_B", "RACE_C"];
const DAYS: i64 = 90;
const MONTHS: i64 = 24;
/// No value is longer, however its letters are written.
const LONGEST_TYPED: usize = 1024;
const ACTIVITY_FIELDS: &[&str] = &["start_date_local", "name", "type", "source"];

/// The combining class of the marks that make か into が: another letter, not the same with an accent.
const VOICING: u8 = 8;

/// Where values come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Recent activities, the last one first: `i77 2026-11-21 Long run`. Only the id counts; the rest is for people.
    Activities,
    /// Events, those to come first, then the last ones, from today on in both directions: `4711 2026-11-28 Threshold`.
    Events,
    /// Races of the coming year, the next one first: `2027-04-18 Spring Marathon`.
    Races,
    /// Local days: `today`, `yesterday`, then dates from today backwards.
    Days,
    /// Months, this one first: `2026-11`.
    Months,
    /// These.
    Fixed(&'static [&'static str]),
}

impl Source {
    /// What `typed` may become: values that begin with it first, then those that hold it, whatever the case, the
    /// accents and the width of the letters.
    ///
    /// # Errors
    /// When Intervals.icu has to be asked and does not answer.
    pub async fn complete(
        self,
        context: &Context,
        typed: &str,
    ) -> Result<CompletionInfo, ToolError> {
        // Taken apart for comparison, a letter may become eighteen.
        if typed.len() > LONGEST_TYPED {
            return Ok(fitting(Vec::new(), ""));
        }
        let values = match self {
            Self::Fixed(values) => values.iter().map(|&value| value.to_owned()).collect(),
            Self::Days => days(context.local().await?.today()),
            Self::Months => months(context.local().await?.today()),
            Self::Activities => activities(context).await?,
            Self::Events => events(context).await?,
            Self::Races => races(context).await?,
        };
        Ok(fitting(values, typed))
    }
}

fn day(today: Date, offset: i64) -> Date {
    today.checked_add(offset.days()).unwrap_or(today)
}

fn days(today: Date) -> Vec<String> {
    let dates = (0..DAYS).map(|back| day(today, -back).to_string());
    let named = ["today", "yesterday"].map(str::to_owned);
    named.into_iter().chain(dates).collect()
}

fn months(today: Date) -> Vec<String> {
    let first = today.first_of_month();
    (0..MONTHS)
        .map(|back| first.checked_sub(back.months()).unwrap_or(first))
        .map(|month| month.strftime("%Y-%m").to_string())
        .collect()
}

async fn activities(context: &Context) -> Result<Vec<String>, ToolError> {
    let today = context.local().await?.today();
    let query = ListActivities {
        oldest: day(today, -ACTIVITY_DAYS),
        newest: today,
        limit: None,
        fields: ACTIVITY_FIELDS,
    };
    let found = context.client().activities().list(&query).await?;
    let mut rows: Vec<(DateTime, &Activity)> = found
        .iter()
        .filter(|activity| !activity.is_stub())
        .filter_map(|activity| Some((activity.started()?, activity)))
        .collect();
    rows.sort_by_key(|(started, _)| std::cmp::Reverse(*started));
    let values = rows.into_iter().map(|(started, activity)| {
        let name = activity.name.as_deref().or(activity.sport.as_deref());
        let name = text::name(name.unwrap_or_default());
        format!("{} {} {name}", activity.id, started.date())
    });
    Ok(values.map(|value| value.trim_end().to_owned()).collect())
}

async fn events(context: &Context) -> Result<Vec<String>, ToolError> {
    let today = context.local().await?.today();
    let (oldest, newest) = (day(today, -EVENT_DAYS_BACK), day(today, EVENT_DAYS_AHEAD));
    let events = context.client().events();
    let found = events.list(oldest, newest, &[], false).await?;
    let mut rows = named(&found);
    rows.sort_by_key(|row| {
        (
            row.date < today,
            row.date.duration_since(today).abs(),
            row.id,
        )
    });
    let values = rows.into_iter();
    Ok(values
        .map(|row| format!("{} {} {}", row.id, row.date, row.name))
        .collect())
}

async fn races(context: &Context) -> Result<Vec<String>, ToolError> {
    let today = context.local().await?.today();
    let events = context.client().events();
    let found = events
        .list(today, day(today, RACE_DAYS), RACES, false)
        .await?;
    let mut rows = named(&found);
    rows.sort_by_key(|row| (row.date, row.id));
    let values = rows.into_iter();
    Ok(values
        .map(|row| format!("{} {}", row.date, row.name))
        .collect())
}

/// An event that people can recognise.
struct Named {
    id: EventId,
    date: Date,
    name: String,
}

fn named(events: &[Event]) -> Vec<Named> {
    let rows = events.iter().filter_map(|event| {
        Some(Named {
            id: event.id,
            date: event.starts()?.date(),
            name: text::name(event.name.as_deref()?),
        })
    });
    rows.filter(|row| !row.name.is_empty()).collect()
}

/// Those of `values` that `typed` may become, as many as an answer holds.
fn fitting(values: Vec<String>, typed: &str) -> CompletionInfo {
    let typed = folded(typed.trim());
    let (mut first, mut then) = (Vec::new(), Vec::new());
    for value in values {
        let known = folded(&value);
        if known.starts_with(&typed) {
            first.push(value);
        } else if known.contains(&typed) {
            then.push(value);
        }
    }
    first.append(&mut then);
    let total = first.len();
    first.truncate(CompletionInfo::MAX_VALUES);
    let mut completion = CompletionInfo::default();
    completion.has_more = Some(total > first.len());
    completion.total = u32::try_from(total).ok();
    completion.values = first;
    completion
}

/// `text` without case, accents and width, for comparison (Unicode normalization form KD).
fn folded(text: &str) -> String {
    let classes = CanonicalCombiningClassMapBorrowed::new();
    let is_accent = |c: char| !matches!(classes.get_u8(c), 0 | VOICING);
    DecomposingNormalizerBorrowed::new_nfkd()
        .normalize_iter(text.chars())
        .filter(|&c| !is_accent(c))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_compared_without_case_accent_and_width() {
        for (value, typed) in [
            ("Zürichsee", "zurichSEE"),
            ("Zu\u{308}richsee", "zür"),
            ("Allée des Érables", "allee des é"),
            ("ガーミン", "ｶﾞｰﾐﾝ"),
            ("Ｌｏｎｇ ｒｕｎ", "long"),
            ("朝ラン 10km", "朝ﾗﾝ"),
            ("한강 러닝", "하"),
            ("İstanbul", "istan"),
        ] {
            let info = fitting(vec![value.to_owned()], typed);
            assert_eq!(info.values, [value], "{typed}");
        }
        for (value, typed) in [("がまん", "かまん"), ("ラン", "らん"), ("Run", "ran")] {
            let info = fitting(vec![value.to_owned()], typed);
            assert!(info.values.is_empty(), "{typed} is not {value}");
        }
    }

    #[test]
    fn what_begins_with_the_typed_text_comes_before_what_holds_it() {
        let values = ["i1 Long run", "i2 Run", "Run i3", "i4 Swim"].map(str::to_owned);
        let info = fitting(values.to_vec(), " run ");
        assert_eq!(info.values, ["Run i3", "i1 Long run", "i2 Run"]);
        assert_eq!((info.total, info.has_more), (Some(3), Some(false)));
    }

    #[test]
    fn months_go_back_over_the_turn_of_the_year() {
        let months = months(jiff::civil::date(2027, 1, 31));
        assert_eq!(months.get(..3).unwrap(), ["2027-01", "2026-12", "2026-11"]);
        assert_eq!(months.len(), 24);
    }

    #[test]
    fn an_answer_holds_a_hundred_values_and_says_that_there_are_more() {
        let values: Vec<String> = (0..250).map(|n| format!("value {n}")).collect();
        let info = fitting(values, "");
        assert_eq!(info.values.len(), 100);
        assert_eq!((info.total, info.has_more), (Some(250), Some(true)));
    }
}
