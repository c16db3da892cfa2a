//! How quantities are shown. Everything comes in SI as Intervals.icu stores it: metres, seconds, metres per second, kg, °C.

use std::fmt::Write;

pub const METRES_PER_MILE: f64 = 1609.344;
pub const METRES_PER_YARD: f64 = 0.9144;
const METRES_PER_FOOT: f64 = 0.3048;
const KG_PER_POUND: f64 = 0.453_592_37;

/// The athlete's preferences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Units {
    pub imperial: bool,
    /// Body weight in pounds.
    pub pounds: bool,
    pub fahrenheit: bool,
    /// Form in percent of fitness instead of points.
    pub form_percent: bool,
}

impl Units {
    /// `km` or `mi`.
    #[must_use]
    pub const fn distance_name(self) -> &'static str {
        if self.imperial { "mi" } else { "km" }
    }

    /// Metres as km or mi.
    #[must_use]
    pub fn distance(self, metres: f64) -> f64 {
        metres
            / if self.imperial {
                METRES_PER_MILE
            } else {
                1000.0
            }
    }

    /// A distance in km or mi without its unit, as the head of a column says it; swims in metres or yards with it.
    #[must_use]
    pub fn way(self, sport: &str, metres: f64, decimals: usize) -> String {
        match (sport.ends_with("Swim"), self.imperial) {
            (true, false) => format!("{}m", number(metres, 0)),
            (true, true) => format!("{}y", number(metres / METRES_PER_YARD, 0)),
            (false, _) => number(self.distance(metres), decimals),
        }
    }

    /// The same with its unit in any case.
    #[must_use]
    pub fn named_way(self, sport: &str, metres: f64, decimals: usize) -> String {
        let way = self.way(sport, metres, decimals);
        if sport.ends_with("Swim") {
            way
        } else {
            format!("{way} {}", self.distance_name())
        }
    }

    /// The length of a split in metres: a kilometre or a mile, 100 m or 100 y in the water.
    #[must_use]
    pub fn split_metres(self, sport: &str) -> f64 {
        match (sport.ends_with("Swim"), self.imperial) {
            (true, false) => 100.0,
            (true, true) => 100.0 * METRES_PER_YARD,
            (false, false) => 1000.0,
            (false, true) => METRES_PER_MILE,
        }
    }

    /// `m` or `ft`, of climbing.
    #[must_use]
    pub const fn height_name(self) -> &'static str {
        if self.imperial { "ft" } else { "m" }
    }

    /// Metres as m or ft.
    #[must_use]
    pub fn height(self, metres: f64) -> f64 {
        metres / if self.imperial { METRES_PER_FOOT } else { 1.0 }
    }

    /// `2.5 mm` or `0.1 in`.
    #[must_use]
    pub fn rain(self, millimetres: f64) -> String {
        if self.imperial {
            format!("{} in", number(millimetres / 25.4, 2))
        } else {
            format!("{} mm", number(millimetres, 1))
        }
    }

    /// `km/h` or `mph`.
    #[must_use]
    pub const fn speed_name(self) -> &'static str {
        if self.imperial { "mph" } else { "km/h" }
    }

    /// Metres per second as km/h or mph.
    #[must_use]
    pub fn speed(self, metres_per_second: f64) -> f64 {
        self.distance(metres_per_second * 3600.0)
    }

    /// `kg` or `lb`.
    #[must_use]
    pub const fn weight_name(self) -> &'static str {
        if self.pounds { "lb" } else { "kg" }
    }

    /// Kilograms as kg or lb.
    #[must_use]
    pub fn weight(self, kilograms: f64) -> f64 {
        kilograms / if self.pounds { KG_PER_POUND } else { 1.0 }
    }

    /// kg or lb as kilograms.
    #[must_use]
    pub fn to_kilograms(self, shown: f64) -> f64 {
        shown * if self.pounds { KG_PER_POUND } else { 1.0 }
    }

    /// `°C` or `°F`.
    #[must_use]
    pub const fn temperature_name(self) -> &'static str {
        if self.fahrenheit { "°F" } else { "°C" }
    }

    /// °C as °C or °F.
    #[must_use]
    pub fn temperature(self, celsius: f64) -> f64 {
        if self.fahrenheit {
            celsius * 9.0 / 5.0 + 32.0
        } else {
            celsius
        }
    }

    /// Form of a fitness (CTL) and a fatigue (ATL) in points, or in percent of a fitness of at least one.
    #[must_use]
    pub fn form(self, ctl: f64, atl: f64) -> f64 {
        if self.form_percent {
            (ctl - atl) / ctl.max(1.0) * 100.0
        } else {
            ctl - atl
        }
    }

    /// `form`, or `form %`, as the head of a column.
    #[must_use]
    pub const fn form_name(self) -> &'static str {
        if self.form_percent { "form %" } else { "form" }
    }

    /// A form as it is shown where no head names it: `-8.3`, `-15%`.
    #[must_use]
    pub fn named_form(self, form: f64) -> String {
        if self.form_percent {
            format!("{}%", signed(form, 0))
        } else {
            signed(form, 1)
        }
    }

    /// How the pace of `sport` is shown; `None` where speed is.
    #[must_use]
    pub fn pace_of(self, sport: &str) -> Option<Pace> {
        match sport {
            "Run" | "TrailRun" | "VirtualRun" | "Walk" | "Hike" | "Snowshoe" => {
                Some(if self.imperial {
                    Pace::PerMile
                } else {
                    Pace::PerKm
                })
            }
            "Swim" | "OpenWaterSwim" => Some(if self.imperial {
                Pace::Per100Yards
            } else {
                Pace::Per100Metres
            }),
            "Rowing" | "VirtualRow" => Some(Pace::Per500Metres),
            _ => None,
        }
    }
}

/// Time over a distance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    PerKm,
    PerMile,
    Per100Metres,
    Per100Yards,
    Per500Metres,
}

impl Pace {
    /// The unit: `/km`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PerKm => "/km",
            Self::PerMile => "/mi",
            Self::Per100Metres => "/100m",
            Self::Per100Yards => "/100y",
            Self::Per500Metres => "/500m",
        }
    }

    /// Over what the time is told, in metres.
    #[must_use]
    pub const fn metres(self) -> f64 {
        match self {
            Self::PerKm => 1000.0,
            Self::PerMile => METRES_PER_MILE,
            Self::Per100Metres => 100.0,
            Self::Per100Yards => 100.0 * METRES_PER_YARD,
            Self::Per500Metres => 500.0,
        }
    }

    /// Seconds over the distance for a speed; `None` when nothing moved.
    #[must_use]
    pub fn seconds(self, metres_per_second: f64) -> Option<f64> {
        (metres_per_second > 0.01).then(|| self.metres() / metres_per_second)
    }

    /// `4:35` for a speed; `None` when nothing moved.
    #[must_use]
    pub fn show(self, metres_per_second: f64) -> Option<String> {
        self.seconds(metres_per_second).map(clock)
    }
}

/// m/s of an absolute pace as the service writes it, such as 355 `secs/mi` or 4.2 `MINS_KM` in lower case; `None` of a unit that
/// nobody knows and of a pace that stands still.
#[must_use]
pub fn speed_of_pace(value: f64, units: &str) -> Option<f64> {
    if units == "m/s" {
        return Some(value);
    }
    let (time, way) = units.split_once(['/', '_'])?;
    let seconds = match time {
        "secs" => value,
        "mins" => value * 60.0,
        _ => return None,
    };
    let metres = match way {
        "km" => 1000.0,
        "mi" | "mile" => METRES_PER_MILE,
        "100m" => 100.0,
        "100y" => 100.0 * METRES_PER_YARD,
        "250m" => 250.0,
        "400m" => 400.0,
        "500m" => 500.0,
        _ => return None,
    };
    (seconds > 0.0).then(|| metres / seconds)
}

/// `45:10`, `1:02:03`: seconds on a clock, rounded to whole ones.
#[must_use]
pub fn clock(seconds: f64) -> String {
    let total = seconds.abs().round().min(1e12);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "bounded and not negative"
    )]
    let total = total as u64;
    let (hours, minutes, secs) = (total / 3600, total / 60 % 60, total % 60);
    let sign = if seconds < 0.0 && total > 0 { "-" } else { "" };
    if hours > 0 {
        format!("{sign}{hours}:{minutes:02}:{secs:02}")
    } else {
        format!("{sign}{minutes}:{secs:02}")
    }
}

/// `14:10 h`, `0:45 h`: hours and minutes of a total.
#[must_use]
pub fn hours(seconds: f64) -> String {
    let minutes = (seconds.max(0.0) / 60.0).round().min(1e12);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "bounded and not negative"
    )]
    let minutes = minutes as u64;
    format!("{}:{:02} h", minutes / 60, minutes % 60)
}

/// From here on nobody counts digits.
const TOO_LONG: f64 = 1e15;

/// A number with at most `decimals` places and no trailing zeros; a half goes away from zero.
#[must_use]
pub fn number(value: f64, decimals: usize) -> String {
    if value.abs() >= TOO_LONG {
        return format!("{value:.0e}");
    }
    let mut text = String::with_capacity(8);
    let value = if decimals == 0 { value.round() } else { value };
    let _ = write!(text, "{value:.decimals$}");
    if decimals > 0 {
        let cut = text.trim_end_matches('0').trim_end_matches('.').len();
        text.truncate(cut);
    }
    if text == "-0" {
        text.remove(0);
    }
    text
}

/// A number that says its sign: `+3`, `-12`, `0`.
#[must_use]
pub fn signed(value: f64, decimals: usize) -> String {
    let text = number(value, decimals);
    if text.starts_with('-') || text == "0" {
        text
    } else {
        format!("+{text}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paces_follow_the_sport_and_the_preference() {
        let metric = Units::default();
        let imperial = Units {
            imperial: true,
            ..metric
        };
        // 4:00 /km is 15 km/h, 6:26 /mi; 1:40 /100 m is 1:31 /100 y.
        let run = 1000.0 / 240.0;
        assert_eq!(metric.pace_of("Run").unwrap().show(run).unwrap(), "4:00");
        assert_eq!(
            imperial.pace_of("TrailRun").unwrap().show(run).unwrap(),
            "6:26"
        );
        assert_eq!(metric.pace_of("Swim").unwrap().show(1.0).unwrap(), "1:40");
        assert_eq!(imperial.pace_of("Swim").unwrap().show(1.0).unwrap(), "1:31");
        assert_eq!(metric.pace_of("Ride"), None);
        assert_eq!(Pace::PerKm.show(0.0), None);
    }

    #[test]
    fn absolute_paces_are_speeds_in_every_unit_of_the_service() {
        // 400 m in 96 s, 250 m in 60 s, 1 km in 4 min: 4 1/6 m/s each; 100 y in 91.44 s is 1 m/s.
        for (value, units) in [(96.0, "secs/400m"), (60.0, "secs/250m"), (4.0, "mins_km")] {
            let speed = speed_of_pace(value, units).unwrap();
            assert!((speed - 25.0 / 6.0).abs() < 1e-9, "{units}");
        }
        assert_eq!(speed_of_pace(91.44, "secs/100y"), Some(1.0));
        assert_eq!(speed_of_pace(0.0, "secs/km"), None);
        assert_eq!(speed_of_pace(90.0, "secs/furlong"), None);
    }

    #[test]
    fn swims_are_measured_in_metres_or_yards() {
        let imperial = Units {
            imperial: true,
            ..Units::default()
        };
        assert_eq!(Units::default().way("Swim", 1607.0, 1), "1607m");
        assert_eq!(imperial.named_way("OpenWaterSwim", 914.4, 1), "1000y");
        assert_eq!(imperial.named_way("Run", 1609.344, 2), "1 mi");
    }

    #[test]
    fn quantities_are_converted_with_the_legal_factors() {
        let imperial = Units {
            imperial: true,
            pounds: true,
            fahrenheit: true,
            ..Units::default()
        };
        assert_eq!(number(imperial.distance(42_195.0), 2), "26.22");
        assert_eq!(number(imperial.height(100.0), 0), "328");
        assert_eq!(imperial.rain(12.7), "0.5 in");
        assert_eq!(Units::default().rain(2.54), "2.5 mm");
        assert_eq!(number(imperial.weight(70.0), 1), "154.3");
        assert_eq!(number(imperial.temperature(20.0), 0), "68");
        assert_eq!(number(Units::default().speed(10.0), 1), "36");
    }

    #[test]
    fn form_is_a_difference_or_a_share_of_fitness() {
        let percent = Units {
            form_percent: true,
            ..Units::default()
        };
        assert!((Units::default().form(58.0, 88.0) + 30.0).abs() < 1e-9);
        // 30 of 58 is 51.7 %.
        assert_eq!(percent.named_form(percent.form(58.0, 88.0)), "-52%");
        assert!(
            percent.form(0.0, 0.0).abs() < 1e-9,
            "no fitness is no division by zero"
        );
    }

    #[test]
    fn numbers_carry_no_ornaments() {
        assert_eq!(number(41.20, 1), "41.2");
        assert_eq!(number(196.5, 0), "197");
        assert_eq!(number(-2.5, 0), "-3");
        assert_eq!(number(41.0, 1), "41");
        assert_eq!(number(-0.04, 1), "0");
        assert_eq!(number(100.0, 0), "100");
        assert_eq!(number(1e308, 2), "1e308");
        assert_eq!(signed(3.26, 1), "+3.3");
        assert_eq!(signed(-0.01, 1), "0");
        assert_eq!(clock(59.6), "1:00");
        assert_eq!(clock(3725.0), "1:02:05");
        assert_eq!(hours(51_000.0), "14:10 h");
    }
}
