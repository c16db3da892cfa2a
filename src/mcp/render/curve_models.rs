//! What models make of best efforts: ours and the service's.

use std::collections::BTreeSet;

use super::count;
use crate::analytics::critical_power::{self, Unfit};
use crate::intervals::curves::{CurvePowerModel, PaceModel};
use crate::mcp::curve::ask::Metric;
use crate::mcp::curve::{Column, Point};
use crate::mcp::text;
use crate::units::{METRES_PER_YARD, Units, number};

/// Times between which the two-parameter model holds, s, and where a power curve is read for it.
const LONG: [f64; 10] = [
    120.0, 180.0, 240.0, 300.0, 360.0, 480.0, 600.0, 720.0, 900.0, 1200.0,
];
/// What the three-parameter model takes besides.
const SHORT: [f64; 7] = [5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0];
/// How far a point may lie from there, as a share.
const NEAR: f64 = 0.05;
/// Models of the service that are shown of one range.
const MOST_MODELS: usize = 3;
/// W' of people who went all-out at every length, kJ.
const USUAL_RESERVE: std::ops::RangeInclusive<f64> = 5.0..=40.0;
/// D', m.
const USUAL_DISTANCE: std::ops::RangeInclusive<f64> = 20.0..=500.0;

/// A line a model, each with all ranges; `?` stands behind what is unlikely.
#[must_use]
pub fn lines(columns: &[Column], metric: Metric, sport: &str, units: Units) -> Vec<String> {
    let mut lines = match metric {
        Metric::HeartRate => return Vec::new(),
        Metric::Power => vec![
            line("2-parameter fit, 2-20min", columns, |c| Some(two(c))),
            line("3-parameter fit, 5s-20min", columns, |c| Some(three(c))),
            line("Intervals.icu reports", columns, |c| {
                service_power(&c.power_models)
            }),
        ],
        Metric::Pace => vec![
            line("Critical speed fit, 2-20min", columns, |c| {
                Some(speed(c, sport, units))
            }),
            line("Intervals.icu reports", columns, |c| {
                service_pace(&c.pace_models, sport, units)
            }),
        ],
    };
    lines.retain(|line| !line.is_empty());
    lines
}

/// What a model says of one curve, and on what grounds.
struct Told {
    said: String,
    grounds: String,
}

/// `What: 42d this (grounds); 1y, all that`: the grounds of the first range only; empty when there is nothing of any.
fn line(what: &str, columns: &[Column], of: impl Fn(&Column) -> Option<Told>) -> String {
    let mut told: Vec<(Vec<&str>, Told)> = Vec::new();
    for (place, column) in columns.iter().enumerate() {
        let Some(mut found) = of(column) else {
            continue;
        };
        if place > 0 {
            found.grounds.clear();
        }
        match told.iter_mut().find(|(_, other)| other.said == found.said) {
            Some((labels, _)) => labels.push(&column.label),
            None => told.push((vec![&column.label], found)),
        }
    }
    let told: Vec<String> = told
        .iter()
        .map(|(labels, Told { said, grounds })| format!("{} {said}{grounds}", labels.join(", ")))
        .collect();
    match told.is_empty() {
        true => String::new(),
        false => format!("{what}: {}", told.join("; ")),
    }
}

fn points<'c>(column: &'c Column, places: &[f64]) -> Vec<&'c Point> {
    let mut found: Vec<&Point> = Vec::new();
    for point in places.iter().filter_map(|at| column.near(*at, NEAR)) {
        if !found.iter().any(|other| other.at == point.at) {
            found.push(point);
        }
    }
    found
}

/// ` (10 points of 3 activities)`
fn basis(points: &[&Point]) -> String {
    let who: BTreeSet<&str> = points
        .iter()
        .filter_map(|p| p.activity.as_deref())
        .collect();
    match who.len() {
        0 => format!(" ({})", count(points.len(), "point")),
        1 => format!(" ({} of 1 activity)", count(points.len(), "point")),
        n => format!(" ({} of {n} activities)", count(points.len(), "point")),
    }
}

fn unfit(unfit: Unfit, points: &[&Point]) -> Told {
    Told {
        said: match unfit {
            Unfit::TooFew => format!("none ({})", count(points.len(), "point")),
            Unfit::NotMaximal => "none (efforts not all-out)".to_owned(),
        },
        grounds: String::new(),
    }
}

fn doubt(is_usual: bool) -> &'static str {
    if is_usual { "" } else { "?" }
}

fn two(column: &Column) -> Told {
    let points = points(column, &LONG);
    let work: Vec<(f64, f64)> = points.iter().map(|p| (p.at, p.at * p.value)).collect();
    let fit = match critical_power::line(&work) {
        Err(why) => return unfit(why, &points),
        Ok(fit) => fit,
    };
    let kilojoules = fit.prime / 1000.0;
    Told {
        said: format!(
            "CP {} ±{} W, W' {} ±{} kJ{}",
            number(fit.critical, 0),
            number(fit.critical_error, usize::from(fit.critical_error < 1.0)),
            number(kilojoules, 1),
            number(fit.prime_error / 1000.0, 1),
            doubt(USUAL_RESERVE.contains(&kilojoules)),
        ),
        grounds: basis(&points),
    }
}

fn three(column: &Column) -> Told {
    let points = points(column, &[&SHORT[..], &LONG[..]].concat());
    let watts: Vec<(f64, f64)> = points.iter().map(|p| (p.at, p.value)).collect();
    let model = match critical_power::morton(&watts) {
        Err(why) => return unfit(why, &points),
        Ok(model) => model,
    };
    let kilojoules = model.w_prime / 1000.0;
    Told {
        said: format!(
            "CP {} W, W' {} kJ{}, Pmax {} W, error {} W",
            number(model.critical_power, 0),
            number(kilojoules, 1),
            doubt(USUAL_RESERVE.contains(&kilojoules)),
            number(model.p_max, 0),
            number(model.error, 1),
        ),
        grounds: basis(&points),
    }
}

/// The service's eFTP, and with it the models.
fn service_power(models: &[CurvePowerModel]) -> Option<Told> {
    let mut models: Vec<&CurvePowerModel> = models.iter().collect();
    models.sort_by_key(|model| model.ftp.is_none());
    let mut shown = models.into_iter().filter_map(|model| {
        let watts = |name: &str, value: Option<f64>| {
            let value = value.filter(|watts| (1.0..1e5).contains(watts))?;
            Some(format!("{name} {} W", number(value, 0)))
        };
        let reserve = model.w_prime.filter(|joules| (1.0..1e7).contains(joules));
        let facts: Vec<String> = [
            watts("eFTP", model.ftp),
            watts("CP", model.critical_power),
            reserve.map(|joules| format!("W' {} kJ", number(joules / 1000.0, 1))),
            watts("Pmax", model.p_max),
        ]
        .into_iter()
        .flatten()
        .collect();
        let kind = model.kind.as_deref().map(text::name);
        (!facts.is_empty()).then(|| (facts.join(", "), kind))
    });
    let named = |kind: Option<String>| kind.map(|kind| format!(" ({kind})")).unwrap_or_default();
    let (said, kind) = shown.next()?;
    let (said, rest) = match said.split_once(", ") {
        Some((eftp, rest)) if eftp.starts_with("eFTP") => (eftp.to_owned(), format!(", {rest}")),
        _ => (said, String::new()),
    };
    let mut grounds = rest + named(kind).as_str();
    for (facts, kind) in shown.take(MOST_MODELS - 1) {
        grounds.push_str(&format!(" / {facts}{}", named(kind)));
    }
    Some(Told { said, grounds })
}

/// A speed as the sport shows it.
fn pace(speed: f64, sport: &str, units: Units) -> Option<String> {
    match units.pace_of(sport) {
        Some(unit) => unit.show(speed).map(|pace| pace + unit.name()),
        None => Some(format!(
            "{} {}",
            number(units.speed(speed), 1),
            units.speed_name()
        )),
    }
}

fn reserve(metres: f64, units: Units) -> String {
    match units.imperial {
        true => number(metres / METRES_PER_YARD, 0),
        false => number(metres, 0),
    }
}

const fn reserve_name(units: Units) -> &'static str {
    if units.imperial { "y" } else { "m" }
}

fn speed(column: &Column, sport: &str, units: Units) -> Told {
    let within = |point: &&Point| (120.0..=1200.0).contains(&point.value);
    let points: Vec<&Point> = column.points.iter().filter(within).collect();
    let ways: Vec<(f64, f64)> = points.iter().map(|p| (p.value, p.at)).collect();
    let fit = match critical_power::line(&ways) {
        Err(why) => return unfit(why, &points),
        Ok(fit) => fit,
    };
    let Some(shown) = pace(fit.critical, sport, units) else {
        return unfit(Unfit::NotMaximal, &points);
    };
    Told {
        said: format!(
            "{shown} ±{}%, D' {} ±{} {}{}",
            number(fit.critical_error / fit.critical * 100.0, 1),
            reserve(fit.prime, units),
            reserve(fit.prime_error, units),
            reserve_name(units),
            doubt(USUAL_DISTANCE.contains(&fit.prime)),
        ),
        grounds: basis(&points),
    }
}

fn service_pace(models: &[PaceModel], sport: &str, units: Units) -> Option<Told> {
    models.iter().find_map(|model| {
        let speed = model
            .critical_speed
            .filter(|speed| (0.1..40.0).contains(speed))?;
        let mut said = format!("critical speed {}", pace(speed, sport, units)?);
        if let Some(metres) = model.d_prime.filter(|metres| metres.abs() < 1e5) {
            let shown = reserve(metres, units);
            said.push_str(&format!(", D' {shown} {}", reserve_name(units)));
        }
        let grounds = String::new();
        Some(Told { said, grounds })
    })
}
