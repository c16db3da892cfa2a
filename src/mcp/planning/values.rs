//! Values of an event, checked: a sentence says what is wrong and what is right.

use crate::mcp::context::Local;
use crate::mcp::params::{Int, Lasting, List, Text};
use crate::mcp::text;
use crate::units::{METRES_PER_MILE, METRES_PER_YARD, number};

const LONGEST_NAME: usize = 200;
const LONGEST_TAG: usize = 50;
const MOST_TAGS: usize = 20;
const MOST_LOAD: i64 = 2_000;
const MOST_CARBS: i64 = 250;
const MOST_METRES: f64 = 2_000_000.0;
/// Of one session.
pub const MOST_HOURS: i64 = 48;
/// Of a target, which may be about a week.
pub const HOURS_OF_A_WEEK: i64 = 168;

/// One line without control characters.
pub fn words(field: &str, value: &Text, most: usize) -> Result<String, String> {
    let text = value.0.trim();
    let length = text.chars().count();
    if text.is_empty() {
        return Err(format!(
            "{field} is empty. Leave it out to keep what is there."
        ));
    }
    if length > most {
        return Err(format!(
            "{field} has {length} characters, at most {most} are taken."
        ));
    }
    if text.chars().any(char::is_control) {
        return Err(format!(
            "{field} holds control characters. Write it on one line."
        ));
    }
    Ok(text.to_owned())
}

pub fn name(value: &Text) -> Result<String, String> {
    words("name", value, LONGEST_NAME)
}

/// An empty list takes all tags away.
pub fn tags(value: &List<Text>) -> Result<Vec<String>, String> {
    if value.0.len() > MOST_TAGS {
        return Err(format!("tags: at most {MOST_TAGS} are taken."));
    }
    let tags = value.0.iter();
    tags.map(|tag| words("a tag", tag, LONGEST_TAG)).collect()
}

/// Several lines, in which only line ends and tabs steer.
pub fn lines(field: &str, value: &Text) -> Result<String, String> {
    let text = text::unescaped(value.0.clone());
    if text
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
    {
        return Err(format!("{field} holds control characters. Remove them."));
    }
    Ok(text.trim_end().trim_start_matches('\n').to_owned())
}

pub fn load(Int(value): Int) -> Result<i64, String> {
    within("load", value, MOST_LOAD)
}

pub fn carbs(Int(value): Int) -> Result<i64, String> {
    within("carbs_per_hour in g", value, MOST_CARBS)
}

fn within(field: &str, value: i64, most: i64) -> Result<i64, String> {
    if (0..=most).contains(&value) {
        Ok(value)
    } else {
        Err(format!(
            "{field} {value} is out of range, 0 to {most} is wanted."
        ))
    }
}

/// Seconds.
pub fn duration(Lasting(seconds): Lasting, most_hours: i64) -> Result<i64, String> {
    if (0..=most_hours * 3_600).contains(&seconds) {
        Ok(seconds)
    } else {
        Err(format!(
            "duration: {seconds} s is out of range, at most {most_hours} h are taken. Write 1h30m."
        ))
    }
}

/// Metres of `10 km`, `2000m`, `6 mi`, `1500 yd`; without a unit in that of the athlete: km or mi, in the water m or yards.
pub fn metres(Text(written): &Text, sport: &str, local: &Local) -> Result<f64, String> {
    let wrong = || {
        let shown = text::line(written, 30);
        format!("distance '{shown}' is not understood: write 10 km, 2000 m, 6 mi or 1500 yd.")
    };
    let clean = written.trim().to_ascii_lowercase();
    let end = clean.find(|c: char| !c.is_ascii_digit() && c != '.');
    let (digits, unit) = clean.split_at(end.unwrap_or(clean.len()));
    let value: f64 = digits.parse().map_err(|_| wrong())?;
    let factor = match unit.trim() {
        "km" | "k" | "kilometres" | "kilometers" => 1_000.0,
        "m" | "mtr" | "metres" | "meters" => 1.0,
        "mi" | "mile" | "miles" => METRES_PER_MILE,
        "yd" | "y" | "yrd" | "yards" => METRES_PER_YARD,
        "" if !local.units_known => {
            let said = "distance: whether km or miles are meant is not known now. Write the unit, such as 10 km.";
            return Err(said.to_owned());
        }
        "" => match (sport.ends_with("Swim"), local.units.imperial) {
            (true, false) => 1.0,
            (true, true) => METRES_PER_YARD,
            (false, false) => 1_000.0,
            (false, true) => METRES_PER_MILE,
        },
        _ => return Err(wrong()),
    };
    let metres = value * factor;
    if metres > MOST_METRES {
        let (km, most) = (number(metres / 1e3, 0), number(MOST_METRES / 1e3, 0));
        return Err(format!(
            "distance: {km} km is out of range, at most {most} km are taken. Check the unit."
        ));
    }
    // The service keeps whole metres and shows tenths of a kilometre.
    Ok((metres * 10.0).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Units;

    fn local(imperial: bool, units_known: bool) -> Local {
        let units = Units {
            imperial,
            ..Units::default()
        };
        Local {
            now: "2026-03-18T09:30[Europe/Zurich]".parse().unwrap(),
            units,
            units_known,
        }
    }

    #[test]
    fn a_distance_has_a_unit_or_that_of_the_athlete() {
        let (metric, imperial) = (local(false, true), local(true, true));
        // 6 mi = 6 x 1609.344 m, 1500 yd = 1371.6 m.
        for (written, sport, local, metres) in [
            ("10", "Run", &metric, 10_000.0),
            ("10 km", "Run", &imperial, 10_000.0),
            ("6", "Run", &imperial, 9_656.1),
            ("6mi", "Ride", &metric, 9_656.1),
            ("2000", "Swim", &metric, 2_000.0),
            ("1500", "OpenWaterSwim", &imperial, 1_371.6),
            ("800m", "Run", &imperial, 800.0),
            ("0", "Run", &metric, 0.0),
        ] {
            let found = super::metres(&Text(written.to_owned()), sport, local).unwrap();
            assert!((found - metres).abs() < 1e-6, "{written} {sport}: {found}");
        }
        for (written, said) in [
            ("10000", "out of range"),
            ("ten", "write 10 km"),
            ("10 furlongs", "write 10 km"),
            ("-3 km", "write 10 km"),
            ("1e3", "write 10 km"),
        ] {
            let error = super::metres(&Text(written.to_owned()), "Run", &metric).unwrap_err();
            assert!(error.contains(said), "{written}: {error}");
        }
        let unsure = super::metres(&Text("10".to_owned()), "Run", &local(false, false));
        assert!(unsure.unwrap_err().contains("Write the unit"));
    }
}
