//! Values for what a person is typing: into a variable of a resource's URI, or into an argument of a prompt.

use jiff::ToSpan;
use jiff::civil::Date;
use rmcp::model::CompletionInfo;

use super::context::Context;
use super::error::ToolError;
use super::text;
use crate::intervals::activities::ListActivities;
use crate::intervals::events::Event;

const ACTIVITY_DAYS: i64 = 42;
const EVENT_DAYS_BACK: i64 = 7;
const EVENT_DAYS_AHEAD: i64 = 90;
const RACE_DAYS: i64 = 365;
const RACES: &[&str] = &["RACE_A", "RACE_B", "RACE_C"];
const DAYS: i64 = 90;
const MONTHS: i64 = 24;
const ACTIVITY_FIELDS: &[&str] = &["start_date_local", "name", "type", "source"];

/// Where values come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Recent activities, the last one first: `i77 2026-11-21 Long run`. Only the id counts; the rest is for people.
    Activities,
    /// Events of the last and the coming days: `4711 2026-11-28 Threshold 3 x 12`.
    Events,
    /// Races of the coming year, the next one first: `2027-04-18 Spring Marathon`.
    Races,
    /// Local days, today first.
    Days,
    /// Months, this one first: `2026-11`.
    Months,
    /// These.
    Fixed(&'static [&'static str]),
}

impl Source {
    /// What `typed` may become: values that begin with it first, then those that hold it, in either case whatever the
    /// case of the letters.
    ///
    /// # Errors
    /// When Intervals.icu has to be asked and does not answer.
    pub async fn complete(
        self,
        context: &Context,
        typed: &str,
    ) -> Result<CompletionInfo, ToolError> {
        let values = match self {
            Self::Fixed(values) => values.iter().map(|&value| value.to_owned()).collect(),
            Self::Days => days(context.local().await?.today()),
            Self::Months => months(context.local().await?.today()),
            Self::Activities => activities(context).await?,
            Self::Events => {
                let today = context.local().await?.today();
                let (oldest, newest) = (day(today, -EVENT_DAYS_BACK), day(today, EVENT_DAYS_AHEAD));
                let events = context.client().events();
                let found = events.list(oldest, newest, &[], false).await?;
                named(&found, |event| format!("{} ", event.id))
            }
            Self::Races => {
                let today = context.local().await?.today();
                let newest = day(today, RACE_DAYS);
                let events = context.client().events();
                let found = events.list(today, newest, RACES, false).await?;
                named(&found, |_| String::new())
            }
        };
        Ok(fitting(values, typed))
    }
}

fn day(today: Date, offset: i64) -> Date {
    today.checked_add(offset.days()).unwrap_or(today)
}

fn days(today: Date) -> Vec<String> {
    (0..DAYS)
        .map(|back| day(today, -back).to_string())
        .collect()
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
    let readable = found.iter().filter(|activity| !activity.is_stub());
    Ok(readable
        .filter_map(|activity| {
            let date = activity.started()?.date();
            let name = text::name(activity.name.as_deref().unwrap_or_default());
            Some(format!("{} {date} {name}", activity.id))
        })
        .collect())
}

/// `2026-11-28 Threshold 3 x 12` behind what `id` makes of each.
fn named(events: &[Event], id: impl Fn(&Event) -> String) -> Vec<String> {
    let mut dated: Vec<(Date, &Event)> = events
        .iter()
        .filter_map(|event| Some((event.starts()?.date(), event)))
        .collect();
    dated.sort_by_key(|(date, _)| *date);
    dated
        .into_iter()
        .filter_map(|(date, event)| {
            let name = text::name(event.name.as_deref()?);
            (!name.is_empty()).then(|| format!("{}{date} {name}", id(event)))
        })
        .collect()
}

/// Those of `values` that `typed` may become, as many as an answer holds.
fn fitting(values: Vec<String>, typed: &str) -> CompletionInfo {
    let typed = typed.trim().to_lowercase();
    let (mut first, mut then) = (Vec::new(), Vec::new());
    for value in values {
        let lower = value.to_lowercase();
        if lower.starts_with(&typed) {
            first.push(value);
        } else if lower.contains(&typed) {
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

#[cfg(test)]
mod tests {
    use super::*;

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
