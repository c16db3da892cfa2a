//! Trends and normal ranges in words.

use jiff::ToSpan;
use jiff::civil::Date;

use super::events::week_start;
use crate::analytics::baseline::{self, Position, hrv_status, mean};
use crate::analytics::theil_sen::{self, Direction, Trend};
use crate::mcp::measure::Kind;
use crate::units::Units;

const WEEK: f64 = 7.0;

/// One value of a day.
pub type Point = (Date, f64);

/// The trend of values in the order of days; time is days from the first of them.
#[must_use]
pub fn of(points: &[Point]) -> Option<Trend> {
    let (first, _) = points.first()?;
    let timed: Vec<(f64, f64)> = points
        .iter()
        .map(|(date, value)| (days_from(*first, *date), *value))
        .collect();
    theil_sen::trend(&timed)
}

/// Days from one day to another.
#[must_use]
pub fn days_from(first: Date, date: Date) -> f64 {
    f64::from(date.since(first).map_or(0, |span| span.get_days()))
}

/// Which way it goes. On a scale of labels the higher number is the worse state, and on a clock the slower. Where most values
/// are equal there is a direction and a change of 0.
#[must_use]
pub fn direction(trend: &Trend, kind: Kind) -> String {
    let way = match (trend.direction, kind) {
        (Direction::Unclear, _) => return "no clear trend".to_owned(),
        (Direction::Rising, Kind::Labels(_)) => "getting worse",
        (Direction::Falling, Kind::Labels(_)) => "getting better",
        (Direction::Rising, Kind::Pace(_)) => "getting slower",
        (Direction::Falling, Kind::Pace(_)) => "getting faster",
        (Direction::Rising, _) => "rising",
        (Direction::Falling, _) => "falling",
    };
    match trend.slope == 0.0 {
        true => format!("{way}, mostly level"),
        false => way.to_owned(),
    }
}

/// `+0.4 ms`, of a week.
#[must_use]
pub fn per_week(trend: &Trend, kind: Kind, units: Units) -> String {
    kind.change(trend.slope * WEEK, units)
}

/// `+0.1 to +0.7 ms`, the 95 % interval of a week's change.
#[must_use]
pub fn interval(trend: &Trend, kind: Kind, units: Units) -> String {
    let low = kind.change(trend.low * WEEK, units);
    let high = kind.change(trend.high * WEEK, units);
    let unit = |text: &str| {
        text.find(|c: char| !(c.is_ascii_digit() || "+-.".contains(c)))
            .map_or(String::new(), |at| text.split_at(at).1.to_owned())
    };
    let low = match unit(&low) == unit(&high) {
        true => low.trim_end_matches(&unit(&high)),
        false => &low,
    };
    format!("{low} to {high}")
}

/// Which days are compared with which.
#[derive(Debug, Clone, Copy)]
pub struct Spans {
    /// The last days, and how many values they need.
    pub recent: (i32, usize),
    /// The days that normal is, the last ones among them.
    pub normal: i32,
    /// As heart rate variability is judged: on the logarithm.
    pub is_hrv: bool,
}

/// What a measure of days is held to.
#[must_use]
pub const fn spans(is_hrv: bool) -> Spans {
    Spans {
        recent: (7, 3),
        normal: if is_hrv { 60 } else { 42 },
        is_hrv,
    }
}

/// Activities are fewer than days.
pub const OF_SESSIONS: Spans = Spans {
    recent: (14, 3),
    normal: 84,
    is_hrv: false,
};

/// The last days against what is normal.
#[derive(Debug, Clone, Copy)]
pub struct Against {
    pub recent: f64,
    pub recent_n: usize,
    pub low: f64,
    pub high: f64,
    pub n: usize,
    position: Position,
}

impl Against {
    /// Where the last days lie; on a scale of labels the higher number is the worse state, and on a clock the slower.
    #[must_use]
    pub const fn words(&self, kind: Kind) -> &'static str {
        match (self.position, kind) {
            (Position::Below, Kind::Labels(_)) => "better than normal",
            (Position::Above, Kind::Labels(_)) => "worse than normal",
            (Position::Below, Kind::Pace(_)) => "faster than normal",
            (Position::Above, Kind::Pace(_)) => "slower than normal",
            (position, _) => position.word(),
        }
    }

    /// `54-60.3`
    #[must_use]
    pub fn normal(&self, kind: Kind, units: Units) -> String {
        let low = kind.show_mean(self.low, units);
        let high = kind.show_mean(self.high, units);
        let joint = if high.starts_with(['-', '+']) {
            " to "
        } else {
            "-"
        };
        format!("{low}{joint}{high}")
    }
}

/// The mean of the days up to `last` against the mean ± 0.5 standard deviation of more of them, the smallest worthwhile change;
/// of HRV as [`hrv_status`] has it. `None` when there are too few values.
#[must_use]
pub fn against(points: &[Point], last: Date, spans: Spans) -> Option<Against> {
    let since = |days: i32| -> Vec<f64> {
        let first = last.checked_sub((days - 1).days()).unwrap_or(last);
        let inside = points
            .iter()
            .filter(|(date, _)| (first..=last).contains(date));
        inside.map(|(_, value)| *value).collect()
    };
    let (recent, normal) = (since(spans.recent.0), since(spans.normal));
    if spans.is_hrv {
        let status = hrv_status(&recent, &normal)?;
        return Some(Against {
            recent: status.week_ms,
            recent_n: status.week_n,
            low: status.low_ms,
            high: status.high_ms,
            n: status.n,
            position: status.position,
        });
    }
    if recent.len() < spans.recent.1 {
        return None;
    }
    let of_recent = mean(&recent)?;
    let base = baseline::baseline(&normal).filter(|base| base.n > recent.len())?;
    let (low, high) = (base.mean - 0.5 * base.sd, base.mean + 0.5 * base.sd);
    Some(Against {
        recent: of_recent,
        recent_n: recent.len(),
        low,
        high,
        n: base.n,
        position: baseline::position(of_recent, low, high),
    })
}

/// A window by weeks, or by several of them when there are many.
pub struct Weeks {
    /// The Mondays they begin with.
    pub starts: Vec<Date>,
    /// Weeks in one.
    pub each: i32,
    window: (Date, Date),
}

impl Weeks {
    /// Of the days from `oldest` to `last`, `most` at most.
    #[must_use]
    pub fn of(oldest: Date, last: Date, most: i32) -> Self {
        let first = week_start(oldest);
        let all = week_start(last)
            .since(first)
            .map_or(0, |span| span.get_days())
            / 7
            + 1;
        let each = (all + most - 1).max(most) / most;
        let starts = (0..all)
            .step_by(usize::try_from(each).unwrap_or(1))
            .filter_map(|week| first.checked_add((week * 7).days()).ok());
        Self {
            starts: starts.collect(),
            each,
            window: (oldest, last),
        }
    }

    /// The values in the window, by their weeks.
    #[must_use]
    pub fn split(&self, points: &[Point]) -> Vec<Vec<f64>> {
        let mut columns = vec![Vec::new(); self.starts.len()];
        for (date, value) in self.inside(points) {
            let place = self.starts.partition_point(|start| start <= date);
            if let Some(column) = place.checked_sub(1).and_then(|at| columns.get_mut(at)) {
                column.push(*value);
            }
        }
        columns
    }

    /// The last day.
    #[must_use]
    pub const fn last(&self) -> Date {
        self.window.1
    }

    /// Those in the window.
    pub fn inside<'p>(&self, points: &'p [Point]) -> impl Iterator<Item = &'p Point> {
        let (oldest, last) = self.window;
        points
            .iter()
            .filter(move |(date, _)| (oldest..=last).contains(date))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mcp::scales::BURDEN;
    use crate::units::Pace;
    use jiff::civil::date;

    fn series(values: impl Iterator<Item = f64>) -> Vec<Point> {
        let first = date(2026, 1, 1);
        (0..)
            .map(|day: i32| first.checked_add(day.days()).unwrap())
            .zip(values)
            .collect()
    }

    #[test]
    fn a_higher_number_of_a_scale_is_worse_and_of_a_pace_slower() {
        let rising = of(&series((0..20).map(f64::from))).unwrap();
        assert_eq!(direction(&rising, Kind::Number("ms", 0)), "rising");
        assert_eq!(direction(&rising, Kind::Labels(BURDEN)), "getting worse");
        assert_eq!(
            direction(&rising, Kind::Pace(Pace::PerKm)),
            "getting slower"
        );
        // One a day.
        let units = Units::default();
        assert_eq!(per_week(&rising, Kind::Number("ms", 0), units), "+7 ms");
        assert_eq!(
            interval(&rising, Kind::Number("ms", 0), units),
            "+7 to +7 ms"
        );
    }

    #[test]
    fn a_direction_without_a_slope_says_why() {
        // Of 190 pairs 84 rise and 106 are equal: the median is 0, and Kendall's S of 84 is clear.
        let step = of(&series(
            (0..20).map(|day| if day < 14 { 70.0 } else { 70.1 }),
        ))
        .unwrap();
        assert_eq!(direction(&step, Kind::Weight), "rising, mostly level");
        assert_eq!(per_week(&step, Kind::Weight, Units::default()), "0 kg");
    }

    #[test]
    fn the_last_week_is_held_to_half_a_standard_deviation() {
        // 35 days between 48 and 52 and a week at 54: the mean is 50.667, the standard deviation 2.4.
        let before = (0..35).map(|day| if day % 2 == 0 { 48.0 } else { 52.0 });
        let points = series(before.chain((0..7).map(|_| 54.0)));
        let last = points.last().unwrap().0;
        let found = against(&points, last, spans(false)).unwrap();
        assert_eq!((found.recent_n, found.n), (7, 42));
        assert_eq!(found.words(Kind::Number("bpm", 0)), "above normal");
        assert_eq!(found.words(Kind::Labels(BURDEN)), "worse than normal");
        let later = last.checked_add(5.days()).unwrap();
        assert!(
            against(&points, later, spans(false)).is_none(),
            "two days are no week"
        );
    }
}
