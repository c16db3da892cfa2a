//! Where curves are read: times and distances, as they are written and as they are shown.

use crate::mcp::error::ToolError;
use crate::mcp::params::Text;
use crate::mcp::text;
use crate::units::{METRES_PER_MILE, METRES_PER_YARD, Units, number};

/// Rows at most: more would not be read.
const MOST_ROWS: usize = 30;

/// Times (s) or distances (m) that were named.
///
/// # Errors
/// What they may look like.
pub fn read(
    asked: Option<Vec<Text>>,
    which: &str,
    forms: &str,
    reader: fn(&str) -> Option<f64>,
) -> Result<Option<Vec<f64>>, ToolError> {
    let mut found: Vec<f64> = Vec::new();
    for Text(text) in asked.unwrap_or_default() {
        let clean = text.trim().to_ascii_lowercase().replace(' ', "");
        let place = reader(&clean).filter(|place| (1.0..=1e7).contains(place));
        let place = place.ok_or_else(|| {
            let shown = text::line(&text, 30);
            ToolError::Invalid(format!("{which}: '{shown}' is none; write {forms}."))
        })?;
        if !found.iter().any(|other| (other - place).abs() < 0.01) {
            found.push(place);
        }
    }
    if found.len() > MOST_ROWS {
        let said = format!("{} {which} are too many: at most {MOST_ROWS}.", found.len());
        return Err(ToolError::Invalid(said));
    }
    found.sort_by(f64::total_cmp);
    Ok(Some(found).filter(|found| !found.is_empty()))
}

pub const DURATIONS: &str = "5s, 1m, 20min, 1h, 1:30 or seconds";
pub const DISTANCES: &str = "400m, 5km, 1mi, 100y, half, marathon or metres";

/// `400`, `5km`, `1mi`, `half`
#[must_use]
pub fn metres(text: &str) -> Option<f64> {
    match text {
        "marathon" => return Some(42_195.0),
        "half" | "halfmarathon" | "half_marathon" => return Some(21_097.5),
        "mile" => return Some(METRES_PER_MILE),
        _ => {}
    }
    let (number, unit) = measured(text)?;
    Some(
        number
            * match unit {
                "" | "m" | "mtr" | "metres" | "meters" => 1.0,
                "k" | "km" => 1000.0,
                "mi" | "mile" | "miles" => METRES_PER_MILE,
                "y" | "yd" | "yrd" | "yards" => METRES_PER_YARD,
                _ => return None,
            },
    )
}

fn measured(text: &str) -> Option<(f64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.');
    let (number, unit) = text.split_at_checked(end.unwrap_or(text.len()))?;
    let number = number.parse::<f64>().ok().filter(|n| n.is_finite())?;
    Some((number, unit))
}

/// The classical distances of a sport, m.
#[must_use]
pub fn usual_distances(sport: &str, units: Units) -> &'static [f64] {
    match (sport.ends_with("Swim"), units.imperial) {
        (true, false) => &[50.0, 100.0, 200.0, 400.0, 800.0, 1000.0, 1500.0],
        (true, true) => &[45.72, 91.44, 182.88, 457.2, 914.4, 1508.76],
        (false, false) => &[
            400.0,
            1000.0,
            METRES_PER_MILE,
            3000.0,
            5000.0,
            10_000.0,
            21_097.5,
            42_195.0,
        ],
        (false, true) => &[
            400.0,
            800.0,
            METRES_PER_MILE,
            3218.69,
            5000.0,
            10_000.0,
            21_097.5,
            42_195.0,
        ],
    }
}

/// The classical times, s.
pub const USUAL_DURATIONS: [f64; 9] = [5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 3600.0];

/// `400m`, `5km`, `1mi`, `half`: round ones in the unit in which they are.
#[must_use]
pub fn way(metres: f64, sport: &str, units: Units) -> String {
    let rounds = |unit: f64| {
        let times = metres / unit;
        (times >= 0.99 && (times - times.round()).abs() * unit < 0.5).then(|| times.round())
    };
    if sport.ends_with("Swim") {
        return match (rounds(25.0), rounds(METRES_PER_YARD * 25.0)) {
            (Some(times), _) => format!("{}m", times * 25.0),
            (None, Some(times)) => format!("{}y", times * 25.0),
            _ => units.way(sport, metres, 0),
        };
    }
    match (rounds(1000.0), rounds(METRES_PER_MILE)) {
        _ if (metres - 21_097.5).abs() < 5.0 => "half".to_owned(),
        _ if (metres - 42_195.0).abs() < 5.0 => "marathon".to_owned(),
        (Some(times), _) => format!("{times}km"),
        (None, Some(times)) => format!("{times}mi"),
        _ if metres < 2000.0 => format!("{}m", number(metres, 0)),
        _ => format!(
            "{}{}",
            number(units.distance(metres), 2),
            units.distance_name()
        ),
    }
}

/// `5s`, `20min`, `1h`, `1h30min`
#[must_use]
pub fn duration(seconds: f64) -> String {
    let whole = seconds.round().clamp(0.0, 1e9);
    let (hours, rest) = ((whole / 3600.0).floor(), whole % 3600.0);
    let (minutes, secs) = ((rest / 60.0).floor(), rest % 60.0);
    let mut out = String::new();
    for (value, unit) in [(hours, "h"), (minutes, "min"), (secs, "s")] {
        if value > 0.0 {
            out.push_str(&format!("{value}{unit}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mcp::params::Secs;
    use proptest::prelude::*;

    #[test]
    fn times_and_distances_are_read_as_people_write_them() {
        for (text, expected) in [
            ("90", 90.0),
            ("5s", 5.0),
            ("20min", 1200.0),
            ("1.5h", 5400.0),
            ("1:30", 90.0),
            ("1:00:00", 3600.0),
            ("1h30m", 5400.0),
        ] {
            assert_eq!(Secs::parse(text), Some(expected), "{text}");
        }
        for (text, expected) in [
            ("400", 400.0),
            ("5k", 5000.0),
            ("1mi", 1609.344),
            ("100y", 91.44),
            ("half", 21_097.5),
        ] {
            assert_eq!(metres(text), Some(expected), "{text}");
        }
        assert_eq!((Secs::parse("5km"), metres("5min")), (None, None));
    }

    #[test]
    fn a_place_is_called_what_people_call_it() {
        let metric = Units::default();
        let imperial = Units {
            imperial: true,
            ..metric
        };
        for (metres, sport, units, name) in [
            (400.0, "Run", metric, "400m"),
            (1609.34, "Run", metric, "1mi"),
            (10_000.0, "Run", imperial, "10km"),
            (2500.0, "Run", metric, "2.5km"),
            (2500.0, "Run", imperial, "1.55mi"),
            (21_097.5, "Run", metric, "half"),
            (91.44, "Swim", metric, "100y"),
            (1500.0, "OpenWaterSwim", imperial, "1500m"),
        ] {
            assert_eq!(way(metres, sport, units), name);
        }
        assert_eq!(duration(5.0), "5s");
        assert_eq!(duration(5400.0), "1h30min");
    }

    proptest! {
        #[test]
        fn no_text_makes_a_place_panic(text in "\\PC{0,16}|[0-9:.]{0,12}[a-z]{0,4}") {
            for place in [Secs::parse(&text), metres(&text)].into_iter().flatten() {
                prop_assert!(!place.is_nan() && place >= 0.0);
            }
        }
    }
}
