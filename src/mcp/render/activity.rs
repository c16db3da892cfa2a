//! One activity in full.

use super::{activities, days};
use crate::intervals::activities::Activity;
use crate::mcp::context::Local;
use crate::mcp::reply::Reply;
use crate::mcp::scales;
use crate::mcp::text;
use crate::units::{self, Units, number, signed};

/// A line of facts; empty ones leave no trace.
struct Facts(Vec<String>);

impl Facts {
    const fn new() -> Self {
        Self(Vec::new())
    }

    fn add(&mut self, fact: Option<String>) {
        self.0.extend(fact);
    }

    fn show(self) -> String {
        self.0.join(" · ")
    }
}

fn positive(value: Option<f64>) -> Option<f64> {
    value.filter(|v| *v > 0.0)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "seconds, watts and joules of one activity"
)]
fn float(value: Option<i64>) -> Option<f64> {
    value.map(|v| v as f64)
}

/// What can be said about an activity that the service withholds.
pub fn stub(activity: &Activity, local: &Local) -> Reply {
    Reply::new(withheld(activity, local))
}

/// Why such an activity cannot be read or changed.
pub fn withheld(activity: &Activity, local: &Local) -> String {
    let when = activity.started().map_or_else(
        || "at an unknown time".to_owned(),
        |at| format!("on {}", days::short_time(at, 0)),
    );
    format!(
        "Activity {} {when} ({}) came through Strava, whose terms forbid Intervals.icu to pass it on: only id and date are \
         known, and it cannot be read or changed here. Its load counts in fitness and fatigue. Connecting the device to \
         Intervals.icu directly, or importing the original file, shows such activities.",
        activity.id,
        local.zone_name()
    )
}

/// `Run "Before breakfast" i91214023 · Wed 2026-03-18 06:12`: what an activity is called where its data is not shown.
pub fn brief(a: &Activity) -> String {
    let mut head = Facts::new();
    head.add(Some(format!(
        "{} \"{}\" {}",
        text::name(a.sport.as_deref().unwrap_or("Activity")),
        a.name.as_deref().map(text::name).unwrap_or_default(),
        a.id
    )));
    head.add(a.started().map(|at| days::short_time(at, 0)));
    head.show()
}

/// Sport, name, id, start and device: the first line of what is about one activity.
pub fn title(a: &Activity) -> String {
    let mut head = Facts::new();
    head.add(Some(format!(
        "{} \"{}\" {}",
        text::name(a.sport.as_deref().unwrap_or("Activity")),
        a.name.as_deref().map(text::name).unwrap_or_default(),
        a.id
    )));
    head.add(a.started().map(|at| {
        // The clock at the place of the activity, which may be another zone than the athlete's.
        format!("{}, local time", days::short_time(at, 0))
    }));
    // Garmin asks to be named wherever its data is shown.
    head.add(
        a.device_name
            .as_deref()
            .map(|d| format!("recorded by {}", text::name(d))),
    );
    head.add(Some(activities::flags(a)).filter(|f| !f.is_empty()));
    head.show()
}

/// Everything but the parts that are asked for separately.
pub fn summary(activity: &Activity, local: &Local) -> Reply {
    let a = activity;
    let units = local.units;
    let sport = a.sport.as_deref().unwrap_or("Activity");
    let mut reply = Reply::new(title(a));
    reply.line_if(extent(a, sport, units));
    reply.line_if(load(a));
    reply.line_if(effort(a));
    reply.line_if(mechanics(a, sport, units));
    reply.line_if(state(a, units));
    reply.line_if(fuel(a, units));
    let lines: Vec<String> = a
        .interval_summary
        .iter()
        .flatten()
        .map(|l| text::name(l))
        .collect();
    if !lines.is_empty() {
        reply.line(format!("intervals found: {}", lines.join(", ")));
    }
    for best in a.icu_achievements.iter().flatten().take(6) {
        reply.line_if(achievement(best));
    }
    if let Some(description) = &a.description {
        reply.quote(format!("notes of {}", a.id), description);
    }
    reply
}

fn extent(a: &Activity, sport: &str, units: Units) -> String {
    let mut facts = Facts::new();
    facts.add(float(a.moving_time).map(|s| format!("{} moving", units::clock(s))));
    facts.add(
        float(a.elapsed_time)
            .filter(|s| Some(*s) != float(a.moving_time))
            .map(|s| format!("{} elapsed", units::clock(s))),
    );
    facts.add(activities::metres(a).map(|m| units.named_way(sport, m, 2)));
    facts.add(
        positive(a.total_elevation_gain)
            .map(|m| format!("up {} {}", number(units.height(m), 0), units.height_name())),
    );
    if let Some(pace) = activities::pace(a, sport, units) {
        facts.add(Some(format!("pace {pace}")));
        let gap = units.pace_of(sport).zip(positive(a.gap));
        facts.add(gap.and_then(|(unit, gap)| {
            unit.show(gap)
                .map(|p| format!("gradient-adjusted {p}{}", unit.name()))
        }));
    } else {
        facts.add(
            positive(a.average_speed)
                .map(|v| format!("{} {}", number(units.speed(v), 1), units.speed_name())),
        );
    }
    facts.add(
        positive(a.pool_length)
            .zip(a.lengths)
            .map(|(pool, lengths)| format!("{lengths} lengths of {} m", number(pool, 1))),
    );
    facts.show()
}

fn load(a: &Activity) -> String {
    let mut facts = Facts::new();
    let basis = match a.icu_training_load {
        Some(load) if a.power_load == Some(load) => " (from power)",
        Some(load) if a.pace_load == Some(load) => " (from pace)",
        Some(load) if a.hr_load == Some(load) => " (from HR)",
        _ => "",
    };
    facts.add(a.icu_training_load.map(|l| format!("load {l}{basis}")));
    facts.add(
        a.icu_intensity
            .map(|p| format!("intensity {} % of threshold", number(p, 0))),
    );
    facts.add(positive(a.icu_weighted_avg_watts).map(|w| format!("NP {} W", number(w, 0))));
    facts.add(positive(a.icu_average_watts).map(|w| format!("avg {} W", number(w, 0))));
    facts.add(positive(a.icu_variability_index).map(|v| format!("VI {}", number(v, 2))));
    facts.add(a.icu_ftp.map(|w| format!("FTP {w} W")));
    facts.add(
        a.icu_rolling_ftp
            .map(|w| match float(a.icu_rolling_ftp_delta) {
                Some(delta) if delta != 0.0 => format!("eFTP {w} W ({})", signed(delta, 0)),
                _ => format!("eFTP {w} W"),
            }),
    );
    facts.add(positive(float(a.icu_max_wbal_depletion)).map(|drawn| {
        let of = positive(float(a.icu_w_prime));
        let of = of.map(|all| format!(" of {}", number(all / 1e3, 1)));
        format!(
            "W' drawn {}{} kJ",
            number(drawn / 1e3, 1),
            of.unwrap_or_default()
        )
    }));
    facts.add(
        float(a.icu_joules).map(|j| match float(a.icu_joules_above_ftp) {
            Some(above) if above > 0.0 => {
                format!(
                    "work {} kJ ({} above FTP)",
                    number(j / 1e3, 0),
                    number(above / 1e3, 0)
                )
            }
            _ => format!("work {} kJ", number(j / 1e3, 0)),
        }),
    );
    facts.show()
}

fn effort(a: &Activity) -> String {
    let mut facts = Facts::new();
    let hr = positive(a.average_heartrate).map(|avg| match positive(a.max_heartrate) {
        Some(max) => format!("HR avg {} max {} bpm", number(avg, 0), number(max, 0)),
        None => format!("HR avg {} bpm", number(avg, 0)),
    });
    facts.add(hr);
    facts.add(a.lthr.map(|bpm| format!("LTHR {bpm}")));
    facts.add(positive(a.icu_efficiency_factor).map(|ef| format!("EF {} W/bpm", number(ef, 2))));
    facts.add(
        a.decoupling
            .map(|d| format!("decoupling {} %", number(d, 1))),
    );
    facts.add(
        a.icu_hrr
            .as_ref()
            .and_then(|h| h.hrr)
            .map(|h| format!("HR recovery {h} bpm in 60 s")),
    );
    facts.add(positive(a.trimp).map(|t| format!("TRIMP {}", number(t, 0))));
    facts.add(
        a.polarization_index
            .map(|p| format!("polarization {}", number(p, 2))),
    );
    facts.show()
}

/// Whether cadence comes as strides a minute, of which every runner knows the double.
#[must_use]
pub fn counts_steps(sport: &str) -> bool {
    sport.ends_with("Run") || matches!(sport, "Walk" | "Hike")
}

fn mechanics(a: &Activity, sport: &str, units: Units) -> String {
    let mut facts = Facts::new();
    let on_foot = counts_steps(sport);
    facts.add(positive(a.average_cadence).map(|cadence| {
        if on_foot {
            // Strides upstream; runners count steps.
            format!("cadence {} steps/min", number(cadence * 2.0, 0))
        } else if sport.ends_with("Swim") {
            format!("cadence {} strokes/min", number(cadence, 0))
        } else {
            format!("cadence {} rpm", number(cadence, 0))
        }
    }));
    if on_foot {
        facts.add(positive(a.average_stride).map(|m| {
            format!(
                "step {} {}",
                number(units.height(m), 2),
                units.height_name()
            )
        }));
        facts.add(
            positive(a.average_stance_time)
                .map(|ms| format!("ground contact {} ms", number(ms, 0))),
        );
        facts.add(
            positive(a.average_vertical_oscillation)
                .map(|mm| format!("oscillation {} mm", number(mm, 0))),
        );
    }
    // Which side it is of, the service does not say.
    facts.add(positive(a.avg_lr_balance).map(|p| format!("pedal balance {} %", number(p, 1))));
    facts.add(positive(a.kg_lifted).map(|kg| {
        let (lifted, unit) = (units.weight(kg), units.weight_name());
        format!("{} {unit} lifted", number(lifted, 0))
    }));
    facts.show()
}

fn state(a: &Activity, units: Units) -> String {
    let mut facts = Facts::new();
    facts.add(a.icu_rpe.map(|rpe| format!("RPE {rpe} of 10")));
    facts.add(
        a.feel
            .map(|feel| format!("felt {}", scales::FEEL.label(feel))),
    );
    facts.add(a.session_rpe.map(|s| format!("session RPE {s}")));
    facts.add(
        // Without a plan the service says 0.
        a.compliance
            .filter(|_| a.paired_event_id.is_some())
            .map(|c| format!("{} % of the planned workout", number(c, 0))),
    );
    facts.add(a.icu_ctl.zip(a.icu_atl).map(|(ctl, atl)| {
        format!(
            "afterwards fitness {}, fatigue {}, form {}",
            number(ctl, 1),
            number(atl, 1),
            units.named_form(units.form(ctl, atl))
        )
    }));
    facts.show()
}

fn fuel(a: &Activity, units: Units) -> String {
    let mut facts = Facts::new();
    facts.add(a.calories.filter(|c| *c > 0).map(|c| format!("{c} kcal")));
    facts.add(
        a.carbs_used
            .filter(|g| *g > 0)
            .map(|g| format!("{g} g carbs burnt")),
    );
    facts.add(a.carbs_ingested.filter(|g| *g > 0).map(|g| {
        let per_hour = float(Some(g)).zip(positive(float(a.moving_time)));
        match per_hour {
            Some((grams, secs)) => {
                format!(
                    "{g} g carbs eaten ({} g/h)",
                    number(grams * 3600.0 / secs, 0)
                )
            }
            None => format!("{g} g carbs eaten"),
        }
    }));
    let degrees = |t: f64| {
        format!(
            "{} {}",
            number(units.temperature(t), 0),
            units.temperature_name()
        )
    };
    facts.add(match (a.average_weather_temp, a.average_temp) {
        (Some(air), _) => Some(degrees(air)),
        (None, Some(device)) => Some(format!("device {}", degrees(device))),
        (None, None) => None,
    });
    facts.show()
}

fn achievement(best: &crate::intervals::activities::Achievement) -> String {
    let what = best.message.as_deref().map(text::name).or_else(|| {
        let kind = best.kind.as_deref()?.to_ascii_lowercase().replace('_', " ");
        let watts = best.watts.map(|w| format!(" {w} W")).unwrap_or_default();
        let secs = float(best.secs)
            .map(|s| format!(" for {}", units::clock(s)))
            .unwrap_or_default();
        Some(format!("{}{watts}{secs}", text::name(&kind)))
    });
    what.filter(|w| !w.is_empty())
        .map(|w| format!("achievement: {w}"))
        .unwrap_or_default()
}
