//! Which curves are meant: of what, of which sport, over which ranges, at which times or distances.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::intervals::curves::{Fatigue, Period};
use crate::intervals::sports::SportSettings;
use crate::mcp::error::ToolError;
use crate::mcp::params::{DateSpec, Sport, Text, choice};
use crate::mcp::text;

choice! {
    pub enum Metric { Power = "power", HeartRate = "hr", Pace = "pace" }
}

/// Ranges at most: more would not be read.
const MOST_RANGES: usize = 6;
const MOST_DAYS: i32 = 36_500;

/// Activity types by what people call them; every other is written as the service writes it.
const FAMILIES: [(&[&str], &str); 6] = [
    (&["ride", "cycling", "bike", "biking"], "Ride"),
    (&["run", "running"], "Run"),
    (&["swim", "swimming"], "Swim"),
    (&["row", "rowing"], "Rowing"),
    (&["strength", "weights", "gym"], "WeightTraining"),
    (&["ski", "skiing"], "NordicSki"),
];

/// The service's activity types; it refuses any other.
const TYPES: &str = "\
    Ride Run Swim WeightTraining Hike Walk AlpineSki BackcountrySki Badminton Canoeing Crossfit EBikeRide \
    EMountainBikeRide Elliptical Golf GravelRide TrackRide Handcycle HighIntensityIntervalTraining Hockey IceSkate \
    InlineSkate Kayaking Kitesurf MountainBikeRide Cyclocross NordicSki OpenWaterSwim Padel Pilates Pickleball \
    Racquetball Rugby RockClimbing RollerSki Rowing Sail Skateboard Snowboard Snowshoe Soccer Squash StairStepper \
    StandUpPaddling Surfing TableTennis Tennis TrailRun Transition Velomobile VirtualRide VirtualRow VirtualRun \
    VirtualSki WaterSport Wheelchair Windsurf Workout Yoga Other";

/// The service's name of a sport; without one, that of whoever looks at such curves most.
///
/// # Errors
/// What sports there are.
pub fn sport(asked: Option<&Sport>, metric: Metric) -> Result<&'static str, ToolError> {
    let Some(asked) = asked else {
        return Ok(if metric == Metric::Pace {
            "Run"
        } else {
            "Ride"
        });
    };
    let wanted = asked.name();
    let family = FAMILIES.iter().find(|(names, _)| names.contains(&wanted));
    let exact = || {
        TYPES
            .split_whitespace()
            .find(|kind| kind.eq_ignore_ascii_case(wanted))
    };
    family
        .map(|(_, kind)| *kind)
        .or_else(exact)
        .ok_or_else(|| {
            ToolError::Invalid(format!(
                "'{}' is no sport of Intervals.icu: write Ride, Run, Swim, Rowing, TrailRun, VirtualRide, GravelRide, \
                 NordicSki, Hike, Walk, WeightTraining or another of its activity types.",
                text::line(wanted, 30)
            ))
        })
}

/// The metric, where it was not named: that of the sport.
#[must_use]
pub fn metric(asked: Option<Metric>, sport: Option<&Sport>) -> Metric {
    let on_foot_or_water = |sport: &&Sport| {
        ["Run", "TrailRun", "Swim", "OpenWaterSwim", "Walk", "Hike"]
            .iter()
            .any(|kind| sport.covers(kind))
    };
    asked.unwrap_or_else(|| match sport.filter(on_foot_or_water) {
        Some(_) => Metric::Pace,
        None => Metric::Power,
    })
}

/// A period under its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    pub label: String,
    pub period: Period,
}

const RANGES: &str = "42d, 12w, 6mo, 1y, season, last_season, all, 2025, 2025-06, last_week or \
                      2025-06-01..2025-08-31";

/// The ranges, each once; without any, the last six weeks, the last year and all there is.
///
/// # Errors
/// What a range may look like.
pub fn ranges(asked: Option<Vec<Text>>, today: Date) -> Result<Vec<Range>, ToolError> {
    let mut found: Vec<Range> = Vec::new();
    for Text(text) in asked.unwrap_or_default() {
        let range = range(&text, today).ok_or_else(|| {
            let shown = text::line(&text, 40);
            ToolError::Invalid(format!("'{shown}' is no range: write {RANGES}."))
        })?;
        if !found.iter().any(|other| other.period == range.period) {
            let named = !range.label.is_empty();
            let label = if named {
                range.label
            } else {
                format!("r{}", found.len() + 1)
            };
            found.push(Range { label, ..range });
        }
    }
    if found.len() > MOST_RANGES {
        let said = format!(
            "{} ranges are too many: at most {MOST_RANGES}.",
            found.len()
        );
        return Err(ToolError::Invalid(said));
    }
    if found.is_empty() {
        let usual = ["42d", "1y", "all"].iter();
        found.extend(usual.filter_map(|name| range(name, today)));
    }
    Ok(found)
}

fn range(text: &str, today: Date) -> Option<Range> {
    let clean = text.trim().to_ascii_lowercase().replace(' ', "_");
    let named = |label: &str, period: Period| {
        Some(Range {
            label: label.to_owned(),
            period,
        })
    };
    match clean.as_str() {
        "all" | "all_time" | "ever" | "alltime" => return named("all", Period::All),
        "season" | "this_season" | "s0" => return named("season", Period::Season(0)),
        "last_season" | "previous_season" | "s1" => return named("last season", Period::Season(1)),
        "year" | "past_year" => return named("1y", Period::Years(1)),
        "this_year" | "ytd" => {
            return named("this year", Period::Range(today.first_of_year(), today));
        }
        "this_month" => {
            return named("this month", Period::Range(today.first_of_month(), today));
        }
        "last_year" | "previous_year" => {
            let last = today.first_of_year().yesterday().ok()?;
            return named("last year", Period::Range(last.first_of_year(), last));
        }
        "last_month" | "previous_month" => {
            let last = today.first_of_month().yesterday().ok()?;
            return named("last month", Period::Range(last.first_of_month(), last));
        }
        _ => {}
    }
    for between in ["..", "_to_", "/"] {
        if let Some((from, to)) = clean.trim_start_matches("r.").split_once(between) {
            return window(from.trim_matches('_'), to.trim_matches('_'), today);
        }
    }
    if let Some((from, to)) = clean
        .strip_prefix("r.")
        .and_then(|ends| ends.split_once('.'))
    {
        return window(from, to, today);
    }
    if let Some(back) = clean.strip_prefix('s').and_then(|n| n.parse::<u32>().ok()) {
        return (back <= 50).then(|| named(&format!("s{back}"), Period::Season(back)))?;
    }
    calendar(&clean).or_else(|| past(&clean)).or_else(|| {
        let (from, to) = DateSpec::parse(&clean).ok()?.span(today);
        named(
            &text.trim().to_ascii_lowercase().replace('_', " "),
            Period::Range(from, to),
        )
    })
}

/// `2025`, `2025-06`
fn calendar(text: &str) -> Option<Range> {
    let year = |text: &str| {
        (text.len() == 4)
            .then(|| text.parse::<i16>().ok())?
            .filter(|year| (1900..=2200).contains(year))
    };
    let (from, to) = match text.split_once('-') {
        None => {
            let first = Date::new(year(text)?, 1, 1).ok()?;
            (first, first.last_of_year())
        }
        Some((of, month)) if month.len() == 2 => {
            let first = Date::new(year(of)?, month.parse().ok()?, 1).ok()?;
            (first, first.last_of_month())
        }
        Some(_) => return None,
    };
    Some(Range {
        label: text.to_owned(),
        period: Period::Range(from, to),
    })
}

/// `42d`, `-42d`, `12w`, `6mo`, `2y`, `90 days`
fn past(text: &str) -> Option<Range> {
    let text = text.trim_start_matches(['-', '_']);
    let text = text
        .strip_prefix("last_")
        .or(text.strip_prefix("past_"))
        .unwrap_or(text);
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let (count, unit) = text.split_at_checked(end)?;
    let count: i32 = count.parse().ok().filter(|count| *count > 0)?;
    let (label, days) = match unit.trim_start_matches('_') {
        "d" | "day" | "days" => (format!("{count}d"), count),
        "w" | "wk" | "week" | "weeks" => (format!("{count}w"), count.checked_mul(7)?),
        "m" | "mo" | "month" | "months" => (format!("{count}mo"), count.checked_mul(365)? / 12),
        "y" | "yr" | "year" | "years" => {
            let years = u32::try_from(count).ok().filter(|years| *years <= 100)?;
            return Some(Range {
                label: format!("{count}y"),
                period: Period::Years(years),
            });
        }
        _ => return None,
    };
    let days = u32::try_from(days).ok()?;
    (days <= MOST_DAYS.unsigned_abs()).then_some(Range {
        label,
        period: Period::Days(days),
    })
}

fn window(from: &str, to: &str, today: Date) -> Option<Range> {
    let from = DateSpec::parse(from).ok()?.span(today).0;
    let to = DateSpec::parse(to).ok()?.span(today).1;
    let is_sound = from <= to
        && from
            .checked_add(MOST_DAYS.days())
            .is_ok_and(|end| to <= end);
    is_sound.then(|| Range {
        // What is shown of it again and again; the head has its days.
        label: String::new(),
        period: Period::Range(from, to),
    })
}

/// Which of the two fatigued curves is that after `kj` of work.
///
/// # Errors
/// After how much work there are curves.
pub fn fatigue(
    settings: Option<&SportSettings>,
    sport: &str,
    kj: f64,
) -> Result<Fatigue, ToolError> {
    let first = settings.and_then(|s| s.after_kj0).filter(|kj| *kj > 0);
    let second = settings.and_then(|s| s.after_kj1).filter(|kj| *kj > 0);
    #[expect(clippy::cast_precision_loss, reason = "kJ of one day")]
    let is = |held: Option<i64>| held.is_some_and(|held| (held as f64 - kj).abs() < 0.5);
    if is(first) {
        return Ok(Fatigue::First);
    }
    if is(second) {
        return Ok(Fatigue::Second);
    }
    let there: Vec<String> = [first, second]
        .iter()
        .flatten()
        .map(i64::to_string)
        .collect();
    Err(ToolError::Invalid(match there.is_empty() {
        false => format!(
            "after_kj: Intervals.icu keeps power curves of {sport} after {} kJ only, as its sport settings say.",
            there.join(" and ")
        ),
        true => format!(
            "after_kj: the sport settings of {sport} name no work after which Intervals.icu keeps a power curve."
        ),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_text_makes_a_range_panic_and_none_ends_before_it_begins(text in "\\PC{0,24}|(last |past |-|s|r\\.)?[0-9]{0,12} ?[a-z_.-]{0,8}|20[0-9]{2}-[0-9]{2}(\\.\\.|/)[0-9-]{0,10}") {
            let found = ranges(Some(vec![Text(text)]), date(2026, 3, 18));
            if let Ok(found) = found {
                prop_assert!(found.len() == 1 && !found[0].label.is_empty());
                if let Period::Range(from, to) = found[0].period {
                    prop_assert!(from <= to);
                }
            }
        }
    }
}
