//! Sums over sessions, and the zones that count of each.

use crate::analytics::distribution::Distribution;
use crate::intervals::activities::Activity;
use crate::mcp::render::activities::{self, moving_seconds};
use crate::mcp::training::Sessions;

/// More zones than this are a mistake.
const MOST_ZONES: usize = 20;

/// Sums over sessions; `None` is what none of them has.
#[derive(Debug, Clone, Default)]
pub struct Sums {
    pub sessions: usize,
    pub withheld: usize,
    /// s moving.
    pub seconds: f64,
    /// m
    pub metres: Option<f64>,
    /// m climbed.
    pub climb: Option<f64>,
    pub load: Option<f64>,
    /// J
    pub joules: Option<f64>,
    /// By the best basis of each session.
    pub zones: Distribution,
    /// How many sessions have load.
    pub loaded: usize,
}

#[expect(clippy::cast_precision_loss, reason = "seconds, points and joules")]
fn float(value: Option<i64>) -> Option<f64> {
    value.map(|value| value as f64)
}

fn add(sum: &mut Option<f64>, value: Option<f64>) {
    if let Some(value) = value {
        *sum = Some(sum.unwrap_or_default() + value);
    }
}

/// What no session comes to, m and J: more is a mistake, and would be all that is left of a sum.
const MOST_CLIMB: f64 = 1e5;
const MOST_JOULES: f64 = 1e9;

fn within(value: Option<f64>, most: f64) -> Option<f64> {
    value.filter(|value| (0.0..=most).contains(value))
}

impl Sums {
    #[must_use]
    pub fn of(sessions: &Sessions<'_>) -> Self {
        let mut sums = Self::default();
        sessions.done.iter().for_each(|a| sums.add(a));
        sums.withheld = sessions.withheld.len();
        sums
    }

    /// Adds a session that is not withheld.
    pub fn add(&mut self, a: &Activity) {
        self.sessions += 1;
        self.seconds += moving_seconds(a);
        let load = float(activities::load(a));
        self.loaded += usize::from(load.is_some());
        add(&mut self.metres, activities::metres(a));
        add(&mut self.climb, within(a.total_elevation_gain, MOST_CLIMB));
        add(&mut self.load, load);
        add(&mut self.joules, within(float(a.icu_joules), MOST_JOULES));
        if let Some((_, zones)) = best(a) {
            self.zones.add(&zones);
        }
    }
}

/// By what time in zones was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    Power,
    HeartRate,
    Pace,
    GradedPace,
}

impl Basis {
    pub const ALL: [Self; 4] = [Self::Power, Self::HeartRate, Self::Pace, Self::GradedPace];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Power => "power",
            Self::HeartRate => "HR",
            Self::Pace => "pace",
            Self::GradedPace => "gradient-adjusted pace",
        }
    }

    /// Seconds in each zone, the lowest first; `None` without any.
    #[must_use]
    pub fn zones(self, a: &Activity) -> Option<Vec<i64>> {
        let zones = match self {
            Self::Power => power(a)?,
            Self::HeartRate => a.icu_hr_zone_times.clone()?,
            Self::Pace => a.pace_zone_times.clone()?,
            Self::GradedPace => a.gap_zone_times.clone()?,
        };
        let is_some = zones.len() <= MOST_ZONES && zones.iter().any(|secs| *secs > 0);
        is_some.then_some(zones)
    }
}

/// Rows are named `Z1`, `Z2` …; the sweet spot overlaps them and is no zone.
fn power(a: &Activity) -> Option<Vec<i64>> {
    let mut zones = Vec::new();
    for row in a.icu_zone_times.as_ref()? {
        let number = row.id.as_deref().and_then(|id| id.strip_prefix('Z'));
        let number = number.and_then(|number| number.parse::<usize>().ok());
        let Some(place) = number.and_then(|number| number.checked_sub(1)) else {
            continue;
        };
        if place >= MOST_ZONES {
            continue;
        }
        if zones.len() <= place {
            zones.resize(place + 1, 0);
        }
        if let Some(zone) = zones.get_mut(place) {
            *zone = row.secs.unwrap_or_default();
        }
    }
    Some(zones)
}

/// The basis that counts of a session and its three zones: the first that it has in the order of the athlete's settings.
#[must_use]
pub fn best(a: &Activity) -> Option<(Basis, Distribution)> {
    let order = a.tiz_order.as_deref().unwrap_or("POWER_HR_PACE");
    let asked = order.split('_').flat_map(|word| match word {
        "POWER" => &[Basis::Power][..],
        "HR" => &[Basis::HeartRate],
        "PACE" => &[Basis::GradedPace, Basis::Pace],
        _ => &[],
    });
    let any = [
        Basis::Power,
        Basis::HeartRate,
        Basis::GradedPace,
        Basis::Pace,
    ];
    asked.copied().chain(any).find_map(|basis| {
        let zones = Distribution::fold(&basis.zones(a)?)?;
        Some((basis, zones))
    })
}
