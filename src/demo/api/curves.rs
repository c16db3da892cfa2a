//! Best efforts over periods.

use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::{Call, print};
use crate::demo::athlete::curves::{self, AFTER_KJ, Effort, Metric};
use crate::demo::athlete::profile::{self, WEIGHT};
use crate::demo::athlete::{Activity, Sport};
use crate::demo::document::{decimals, float, round};
use crate::demo::rules::{Refusal, day};

/// Weeks between the first day of the season and the race.
const SEASON_WEEKS: i32 = 30;

pub fn power(call: &Call<'_>) -> Result<String, Refusal> {
    call.query.require("type")?;
    answer(call, Metric::Power)
}

pub fn heart_rate(call: &Call<'_>) -> Result<String, Refusal> {
    answer(call, Metric::HeartRate)
}

pub fn pace(call: &Call<'_>) -> Result<String, Refusal> {
    let metric = if call.query.flag("gap") {
        Metric::Graded
    } else {
        Metric::Pace
    };
    answer(call, metric)
}

fn answer(call: &Call<'_>, metric: Metric) -> Result<String, Refusal> {
    let sports = call.query.get("type").map(group);
    let today = match call.query.get("now") {
        Some(now) => crate::demo::rules::moment(now).map_or(call.now.date(), |now| now.date()),
        None => call.now.date(),
    };
    let newest = call.query.day("newest").unwrap_or(today);
    let mut known = Map::new();
    let mut list = Vec::new();
    for token in call.query.list("curves").unwrap_or_else(|| vec!["1y"]) {
        let curve = Token::read(token, call, newest)
            .filter(|curve| metric == Metric::Power || curve.fatigue.is_none())
            .ok_or_else(|| {
                Refusal::unprocessable(format!("Invalid curve [{token}]"))
                    .violating(format!("curves: {token} is no curve"))
            })?;
        let metric = curve.fatigue.map_or(metric, Metric::Fatigued);
        let inside: Vec<&Activity> = call
            .year
            .activities
            .iter()
            .filter(|activity| {
                let date = activity.session.start.date();
                date >= curve.from && date <= curve.to
            })
            .filter(|activity| {
                let sport = activity.session.workout.sport;
                sports.is_none_or(|sports| sports.contains(&sport)) && !activity.session.manual
            })
            .collect();
        list.push(curve.document(metric, &inside, &mut known));
    }
    print(json!({ "list": list, "activities": known }))
}

/// The sports that share the settings of a type; all that no settings name share the others.
fn group(kind: &str) -> &'static [Sport] {
    match kind {
        "Ride" | "VirtualRide" | "GravelRide" | "MountainBikeRide" => {
            &[Sport::Ride, Sport::VirtualRide]
        }
        "Run" | "VirtualRun" | "TrailRun" => &[Sport::Run, Sport::TrailRun],
        "Swim" | "OpenWaterSwim" => &[Sport::Swim],
        _ => &[Sport::Strength],
    }
}

struct Token<'t> {
    name: &'t str,
    label: String,
    from: Date,
    to: Date,
    fatigue: Option<usize>,
}

impl<'t> Token<'t> {
    fn read(name: &'t str, call: &Call<'_>, newest: Date) -> Option<Self> {
        let (period, fatigue) = match name.rsplit_once("-kj") {
            Some((period, which)) => (period, Some(["0", "1"].iter().position(|n| *n == which)?)),
            None => (name, None),
        };
        let season = &call.year.season;
        let back = |date: Date, days: i32| date.checked_sub(days.days()).ok();
        let (from, to, label) = if period == "all" {
            let first = call.year.activities.first();
            let first = first.map_or(newest, |activity| activity.session.start.date());
            (first, newest, "All time".to_owned())
        } else if let Some(range) = period.strip_prefix("r.") {
            let (from, to) = range.split_once('.')?;
            let (from, to) = (day(from)?, day(to)?);
            (from <= to).then_some(())?;
            (from, to, format!("{from} - {to}"))
        } else if let Some(back_by) = period.strip_prefix('s') {
            let seasons: i32 = back_by.parse().ok()?;
            let first = season.date(season.race_day - SEASON_WEEKS * 7 + 1);
            match seasons {
                0 => (first, newest, "This season".to_owned()),
                _ => {
                    let from = back(first, 364 * seasons)?;
                    (
                        from,
                        from.checked_add(363.days()).ok()?,
                        "Last season".to_owned(),
                    )
                }
            }
        } else if let Some(years) = period.strip_suffix('y') {
            let years: i32 = years.parse().ok().filter(|years| *years > 0)?;
            let from = newest.checked_sub(years.years()).ok()?;
            (from, newest, format!("{years} year"))
        } else {
            let days: i32 = period.strip_suffix('d')?.parse().ok()?;
            (back(newest, days)?, newest, format!("{days} days"))
        };
        Some(Self {
            name,
            label,
            from,
            to,
            fatigue,
        })
    }

    fn document(
        &self,
        metric: Metric,
        inside: &[&Activity],
        known: &mut Map<String, Value>,
    ) -> Value {
        let is_pace = matches!(metric, Metric::Pace | Metric::Graded);
        let mut best: Vec<(Effort, &Activity)> = Vec::new();
        for activity in inside {
            for (place, effort) in activity.efforts(metric).iter().enumerate() {
                let Some(effort) = *effort else { continue };
                match best.get_mut(place) {
                    None => best.push((effort, activity)),
                    Some(held) => {
                        let is_better = if is_pace {
                            effort.value < held.0.value
                        } else {
                            effort.value > held.0.value
                        };
                        if is_better {
                            *held = (effort, activity);
                        }
                    }
                }
            }
        }
        for (_, activity) in &best {
            known
                .entry(activity.id.clone())
                .or_insert_with(|| short(activity));
        }
        let of = |show: &dyn Fn(&Effort, &Activity) -> Value| -> Vec<Value> {
            best.iter()
                .map(|(effort, activity)| show(effort, activity))
                .collect()
        };
        let sport = inside
            .first()
            .map(|activity| activity.session.workout.sport);
        let grid = |take: usize| -> (Vec<Value>, Vec<Value>) {
            let metres = curves::metres(sport.unwrap_or(Sport::Run)).iter();
            let seconds = curves::seconds().iter();
            (
                seconds.take(take).map(|secs| json!(secs)).collect(),
                metres.take(take).map(|metres| float(*metres)).collect(),
            )
        };
        let (seconds, metres) = grid(best.len());
        let days = self.from.until(self.to).map_or(0, |span| span.get_days()) + 1;
        let sum = |of: &dyn Fn(&Activity) -> u32| inside.iter().map(|a| of(a)).sum::<u32>();
        let mut curve = json!({
            "id": self.name, "filters": null, "label": self.label, "filter_label": null, "percentile": null,
            "start_date_local": format!("{}T00:00:00", self.from), "end_date_local": format!("{}T00:00:00", self.to),
            "days": days, "moving_time": sum(&|a| a.summary.moving), "training_load": sum(&|a| a.summary.load),
            "weight": float(WEIGHT), "values": of(&|effort, _| json!(round(effort.value))),
            "submax_values": null, "submax_activity_id": null,
            "start_index": of(&|effort, _| json!(effort.start)), "end_index": of(&|effort, _| json!(effort.end)),
            "activity_id": of(&|_, activity| json!(activity.id)),
        });
        let own = match metric {
            Metric::HeartRate => json!({ "secs": seconds }),
            Metric::Pace | Metric::Graded => json!({
                "distance": metres, "type": if metric == Metric::Pace { "PACE" } else { "GAP" },
                "paceModels": pace_model(&best, curves::metres(sport.unwrap_or(Sport::Run))),
            }),
            Metric::Power | Metric::Fatigued(_) => {
                let at = |secs: usize| {
                    let place = curves::seconds().binary_search(&secs).ok()?;
                    best.get(place).map(|(effort, _)| effort.value)
                };
                json!({
                    "after_kj": self.fatigue.map_or(0, |which| AFTER_KJ[which]), "secs": seconds,
                    "watts_per_kg": of(&|effort, _| decimals(effort.value / WEIGHT, 3)),
                    "wkg_activity_id": of(&|_, activity| json!(activity.id)), "submax_watts_per_kg": null,
                    "submax_wkg_activity_id": null, "powerModels": power_model(&at), "ranks": null, "mapPlot": null,
                    "stream_type": "watts", "stream_name": null,
                    "vo2max_5m": at(300).map(|watts| decimals(watts / WEIGHT * 10.8 + 7.0, 1)),
                    "compound_score_5m": at(300).map(|watts| decimals(watts * watts / WEIGHT, 1)),
                })
            }
        };
        crate::demo::document::merge(&mut curve, own);
        curve
    }
}

fn power_model(at: &dyn Fn(usize) -> Option<f64>) -> Value {
    let model = curves::estimate(at).map(|(ftp, critical)| {
        json!({
            "type": "FFT_CURVES", "criticalPower": round(critical), "wPrime": profile::W_PRIME,
            "pMax": at(1).map(round), "inputPointIndexes": [4, 104], "ftp": round(ftp),
        })
    });
    Value::from_iter(model)
}

/// The line through the points nearest to 3 and 12 minutes.
fn pace_model(best: &[(Effort, &Activity)], metres: &[f64]) -> Value {
    let nearest = |secs: f64| {
        let points = best.iter().zip(metres).enumerate();
        points.min_by(|(_, (a, _)), (_, (b, _))| {
            (a.0.value - secs)
                .abs()
                .total_cmp(&(b.0.value - secs).abs())
        })
    };
    let model = nearest(180.0).zip(nearest(720.0)).and_then(|(short, long)| {
        let ((first, (a, from)), (second, (b, to))) = (short, long);
        (first != second).then(|| {
            let speed = (to - from) / (b.0.value - a.0.value);
            json!({
                "type": "CS", "criticalSpeed": float(speed), "dPrime": float(from - speed * a.0.value),
                "r2": 1.0, "inputPointIndexes": [first, second],
            })
        })
    });
    Value::from_iter(model)
}

/// What the answer says of an activity; of a stub no more than elsewhere.
fn short(activity: &Activity) -> Value {
    if activity.is_stub() {
        return Value::Object(activity.row());
    }
    json!({
        "id": activity.id, "name": activity.session.name, "distance": float(activity.summary.distance),
        "moving_time": activity.summary.moving, "training_load": activity.summary.load, "icu_weight": float(WEIGHT),
        "start_date_local": activity.start_local(), "race": activity.session.race,
    })
}
