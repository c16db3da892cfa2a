//! Activities as rows.

use jiff::civil::Date;

use super::days;
use crate::intervals::activities::Activity;
use crate::mcp::render::table::Table;
use crate::mcp::scales;
use crate::mcp::text;
use crate::units::{self, Units, number};

/// What the service is asked for when rows are all that is shown.
pub const ROW_FIELDS: &[&str] = &[
    "name",
    "type",
    "start_date_local",
    "moving_time",
    "distance",
    "icu_distance",
    "total_elevation_gain",
    "icu_training_load",
    "icu_intensity",
    "icu_weighted_avg_watts",
    "icu_average_watts",
    "average_heartrate",
    "average_speed",
    "pace",
    "icu_rpe",
    "feel",
    "paired_event_id",
    "race",
    "commute",
    "trainer",
    "sub_type",
    "source",
    "tags",
];

/// Sums over activities.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Totals {
    pub count: usize,
    pub moving_seconds: f64,
    pub metres: f64,
    pub load: i64,
}

/// Totals of what is not a stub.
#[must_use]
pub fn totals<'a>(activities: impl IntoIterator<Item = &'a Activity>) -> Totals {
    activities
        .into_iter()
        .filter(|a| !a.is_stub())
        .fold(Totals::default(), |sum, a| Totals {
            count: sum.count + 1,
            moving_seconds: sum.moving_seconds + moving_seconds(a),
            metres: sum.metres + metres(a).unwrap_or_default(),
            load: sum.load + load(a).unwrap_or_default(),
        })
}

impl Totals {
    /// `10 activities · 14:10 h · 412 km · load 812`
    #[must_use]
    pub fn show(&self, units: Units) -> String {
        let noun = if self.count == 1 {
            "activity"
        } else {
            "activities"
        };
        let mut out = format!(
            "{} {noun} · {}",
            self.count,
            units::hours(self.moving_seconds)
        );
        if self.metres > 0.0 {
            let decimals = usize::from(self.metres < 100_000.0);
            out.push_str(&format!(
                " · {} {}",
                number(units.distance(self.metres), decimals),
                units.distance_name()
            ));
        }
        out.push_str(&format!(" · load {}", self.load));
        out
    }
}

/// The distance that counts, in metres.
#[must_use]
pub fn metres(activity: &Activity) -> Option<f64> {
    activity
        .icu_distance
        .or(activity.distance)
        // Once round the earth: beyond it a number is a mistake.
        .filter(|metres| *metres > 0.0 && *metres < 4.1e7)
}

#[expect(clippy::cast_precision_loss, reason = "seconds of one activity")]
fn moving(activity: &Activity) -> Option<f64> {
    let seconds = activity.moving_time;
    // Longer than a quarter, a number is a mistake, and would be all that is left of a sum.
    let seconds = seconds.filter(|seconds| (0..8_000_000).contains(seconds));
    seconds.map(|seconds| seconds as f64)
}

/// s moving; 0 where it is not known.
#[must_use]
pub fn moving_seconds(activity: &Activity) -> f64 {
    moving(activity).unwrap_or_default()
}

/// The training load, unless it is that of a lifetime: such a number is a mistake.
#[must_use]
pub fn load(activity: &Activity) -> Option<i64> {
    let load = activity.icu_training_load;
    load.filter(|load| (0..20_000).contains(load))
}

/// The local day of the start.
#[must_use]
pub fn day(activity: &Activity) -> Option<Date> {
    activity.started().map(|at| at.date())
}

/// Rows of activities, stubs left out; a row goes by the cursor `behind` the one before it. Intensity is percent of threshold.
#[must_use]
pub fn table<'a>(
    activities: impl IntoIterator<Item = &'a Activity>,
    units: Units,
    year: i16,
    behind: impl Fn(&Activity) -> Option<String>,
) -> Table {
    let mut table = Table::new([
        "id",
        "date",
        "sport",
        "name",
        "time",
        units.distance_name(),
        &format!("up {}", units.height_name()),
        "load",
        "IF%",
        "NP W",
        "avg W",
        "HR",
        "pace",
        "RPE",
        "feel",
        "flags",
    ]);
    let mut before: Option<&Activity> = None;
    for a in activities.into_iter().filter(|a| !a.is_stub()) {
        let sport = a.sport.as_deref().unwrap_or_default();
        let whole = |value: Option<f64>| value.filter(|v| *v > 0.0).map(|v| number(v, 0));
        table.row([
            Some(a.id.to_string()),
            a.started().map(|at| days::short_time(at, year)),
            a.sport.as_deref().map(text::name),
            a.name.as_deref().map(text::name),
            moving(a).map(units::clock),
            metres(a).map(|m| units.way(sport, m, 1)),
            a.total_elevation_gain
                .filter(|up| *up >= 1.0)
                .map(|up| number(units.height(up), 0)),
            load(a).map(|load| load.to_string()),
            a.icu_intensity.map(|percent| number(percent, 0)),
            whole(a.icu_weighted_avg_watts),
            whole(a.icu_average_watts),
            whole(a.average_heartrate),
            pace(a, sport, units),
            a.icu_rpe.map(|rpe| rpe.to_string()),
            a.feel.map(|feel| scales::FEEL.label(feel)),
            Some(flags(a)),
        ]);
        if let Some(cursor) = before.and_then(&behind) {
            table.goes_by(format!("cursor {cursor}"));
        }
        before = Some(a);
    }
    table
}

/// `4:35/km` where the sport has a pace.
#[must_use]
pub fn pace(activity: &Activity, sport: &str, units: Units) -> Option<String> {
    let unit = units.pace_of(sport)?;
    let speed = activity.pace.or(activity.average_speed)?;
    unit.show(speed).map(|pace| pace + unit.name())
}

/// What is special: race, commute, indoor, planned, entered by hand, tags.
#[must_use]
pub fn flags(activity: &Activity) -> String {
    let a = activity;
    let mut flags: Vec<String> = Vec::new();
    let sub_type = a.sub_type.as_deref().unwrap_or_default();
    for (name, set) in [
        ("race", a.race == Some(true) || sub_type == "RACE"),
        ("commute", a.commute == Some(true) || sub_type == "COMMUTE"),
        ("indoor", a.trainer == Some(true)),
        ("planned", a.paired_event_id.is_some()),
        ("manual", a.source.as_deref() == Some("MANUAL")),
    ] {
        if set {
            flags.push(name.to_owned());
        }
    }
    for tag in a.tags.iter().flatten().take(5) {
        flags.push(format!("#{}", text::name(tag)));
    }
    flags.join(" ")
}

/// What to say about the activities that the service withholds; empty when there are none. `filtered`: only some were
/// asked for.
#[must_use]
pub fn stub_note<'a>(
    activities: impl IntoIterator<Item = &'a Activity>,
    year: i16,
    filtered: bool,
) -> String {
    let stubs: Vec<&Activity> = activities.into_iter().filter(|a| a.is_stub()).collect();
    if stubs.is_empty() {
        return String::new();
    }
    let mut dates: Vec<String> = stubs
        .iter()
        .filter_map(|a| a.started())
        .take(5)
        .map(|at| days::short(at.date(), year))
        .collect();
    if stubs.len() > dates.len() {
        dates.push("…".to_owned());
    }
    let noun = if stubs.len() == 1 {
        "activity"
    } else {
        "activities"
    };
    format!(
        "Withheld by the service: {} {noun} that came through Strava ({}). Only the date is known; the load counts in \
         fitness and fatigue, not in the totals here.{} get_help strava says what helps.",
        stubs.len(),
        dates.join(", "),
        if filtered {
            " Sport and name are unknown: they may be among what was asked for."
        } else {
            ""
        }
    )
}
