//! What an answer about one metric is made of.

use super::context::Local;
use super::measure::metric::{self, Metric, Sessions};
use super::params::{Sport, Window};
use super::render::analysis::{Series, Side, link};
use super::render::trend::{self, Point, Weeks};
use super::render::{activities, count, days, wellness};
use super::reply::Reply;
use super::text;
use crate::analytics::theil_sen::Trend;
use crate::intervals::activities::Activity;
use crate::intervals::wellness::Wellness;

/// Neighbours that are more alike than this make intervals too narrow.
const TOO_ALIKE: f64 = 0.5;
/// Rows that show the shape of a series, at most.
const ROWS: i32 = 8;
/// Other sports that are named.
const NAMED: usize = 3;

/// What is asked.
pub struct Asked<'a> {
    pub metric: &'a Metric,
    pub versus: Option<&'a Metric>,
    pub sport: Option<&'a Sport>,
    pub window: Window,
    pub local: &'a Local,
}

/// The answer. `days` and `found` begin before the window where normal does.
#[must_use]
pub fn answer(asked: &Asked<'_>, days: &[Wellness], found: &[Activity]) -> Reply {
    let (metric, window) = (asked.metric, asked.window);
    let (units, today) = (asked.local.units, asked.local.today());
    let range = days::window(window, asked.local);
    let metrics: Vec<&Metric> = std::iter::once(metric).chain(asked.versus).collect();
    let sessions = Sessions::choose(&metrics, asked.sport, found, window, units);
    let points = |metric: &Metric| -> Vec<Point> {
        if metric.is_of_days() {
            metric::by_day(metric, days, today, units)
        } else {
            sessions.points(metric, units)
        }
    };
    let of_metric = points(metric);
    let series = Series {
        kind: metric.kind(sessions.sport(), units),
        units,
        points: &of_metric,
        weeks: Weeks::of(window.oldest, window.newest, ROWS),
        spans: match metric.is_of_days() {
            true => trend::spans(metric.is_hrv()),
            false => trend::OF_SESSIONS,
        },
    };
    let inside = series.inside();
    let mut reply = if inside.is_empty() {
        Reply::new(format!("No {} values · {range}", metric.name()))
    } else {
        let sport = match metric.is_of_days() {
            true => String::new(),
            false => format!(" · {}", counted(&sessions.sports)),
        };
        let head = metric.head(sessions.sport(), units);
        Reply::new(format!("{head}{sport} · {range}"))
    };
    let found_trend = match inside.is_empty() {
        true => None,
        false => series.show(&mut reply),
    };
    if let Some(versus) = asked.versus.filter(|_| !inside.is_empty()) {
        correlate(
            &mut reply,
            asked,
            versus,
            &sessions,
            &points(versus),
            &inside,
        );
    }
    if !inside.is_empty() {
        series.shape(&mut reply);
    }
    notes(&mut reply, asked, &sessions, found);
    let shown = days.partition_point(|day| day.date < window.oldest);
    let shown = days.get(shown..).unwrap_or_default();
    let unmeasured = wellness::not_measured(shown, |name| {
        metrics.iter().any(|m| m.is_of_days() && m.name() == name)
    });
    if !unmeasured.is_empty() {
        reply.footer(format!("Left out: {}.", unmeasured.join(", ")));
    }
    if !inside.is_empty() {
        reply.footer(quality(
            asked,
            &sessions,
            inside.len(),
            found_trend.as_ref(),
        ));
    }
    reply
}

/// Adds how the metric goes with another one.
fn correlate(
    reply: &mut Reply,
    asked: &Asked<'_>,
    versus: &Metric,
    sessions: &Sessions<'_>,
    of_versus: &[Point],
    inside: &[Point],
) {
    let units = asked.local.units;
    let side = |metric: &'_ Metric| metric.kind(sessions.sport(), units);
    let metric = Side {
        name: asked.metric.name(),
        kind: side(asked.metric),
    };
    let other = Side {
        name: versus.name(),
        kind: side(versus),
    };
    if !asked.metric.is_of_days() && !versus.is_of_days() {
        let window = asked.window;
        let pairs: Vec<(f64, f64)> = sessions
            .rows
            .iter()
            .filter(|a| {
                activities::day(a).is_some_and(|day| (window.oldest..=window.newest).contains(&day))
            })
            .filter_map(|a| {
                Some((
                    versus.of_session(a, units)?,
                    asked.metric.of_session(a, units)?,
                ))
            })
            .collect();
        reply.line(link(
            metric,
            other,
            &format!("With {}, same session", other.name),
            &pairs,
        ));
        return;
    }
    let what = match versus.is_of_days() {
        true => other.name.to_owned(),
        false => format!("{} ({})", other.name, counted(&sessions.sports)),
    };
    let by_day = metric::daily(of_versus);
    let same = metric::paired(inside, &by_day, 0);
    let before = metric::paired(inside, &by_day, 1);
    reply.line(link(
        metric,
        other,
        &format!("With {what} of the same day"),
        &same,
    ));
    reply.line(link(
        metric,
        other,
        &format!("With {what} of the day before"),
        &before,
    ));
}

/// What was left out and what could be asked instead.
fn notes(reply: &mut Reply, asked: &Asked<'_>, sessions: &Sessions<'_>, found: &[Activity]) {
    let metrics = std::iter::once(asked.metric).chain(asked.versus);
    if metrics.clone().all(Metric::is_of_days) {
        if asked.sport.is_some() {
            let name = asked.metric.name();
            reply.footer(format!("sport changes nothing here: {name} is of days."));
        }
        return;
    }
    if let (Some(sport), true) = (asked.sport, sessions.sports.is_empty()) {
        reply.footer(format!(
            "No '{}' with a value{}.",
            text::name(sport.name()),
            match sessions.others.is_empty() {
                true => String::new(),
                false => format!("; there are {}", counted(&sessions.others)),
            }
        ));
    } else if !sessions.others.is_empty() && asked.sport.is_none() {
        reply.footer(format!(
            "Sports are not mixed; sport chooses another: {}.",
            counted(&sessions.others)
        ));
    }
    if sessions.rows.is_empty()
        && metrics
            .clone()
            .any(|metric| metric.name() == "efficiency_factor")
    {
        reply.footer("efficiency_factor needs power; metres_per_beat is the like without.");
    }
    let inside = found
        .iter()
        .filter(|a| activities::day(a).is_some_and(|day| day >= asked.window.oldest));
    let stubs = inside.filter(|a| a.is_stub()).count();
    if stubs > 0 {
        reply.footer(format!(
            "Withheld by the service (Strava) and not in it: {} (get_help strava).",
            match stubs {
                1 => "1 activity".to_owned(),
                n => format!("{n} activities"),
            }
        ));
    }
}

fn counted(sports: &[(String, usize)]) -> String {
    let mut named: Vec<String> = sports
        .iter()
        .take(NAMED)
        .map(|(name, n)| format!("{} {n}", text::name(name)))
        .collect();
    if sports.len() > NAMED {
        named.push("…".to_owned());
    }
    named.join(", ")
}

/// What it rests on.
fn quality(asked: &Asked<'_>, sessions: &Sessions<'_>, n: usize, found: Option<&Trend>) -> String {
    let window = asked.window;
    let mut out = if asked.metric.is_of_days() {
        let days = usize::try_from(window.days()).unwrap_or_default();
        format!("Rests on {n} of {}", count(days, "day"))
    } else {
        let inside = sessions.rows.iter().filter(|a| {
            activities::day(a).is_some_and(|day| (window.oldest..=window.newest).contains(&day))
        });
        format!("Rests on {n} of {}", count(inside.count(), "session"))
    };
    if asked.metric.is_open_today() && window.newest == asked.local.today() {
        out.push_str(", today not among them");
    }
    if found.is_some() {
        out.push_str("; slope Theil-Sen, direction Mann-Kendall");
    }
    if asked.versus.is_some() {
        out.push_str(", rho Spearman (no cause shown)");
    }
    if found.is_some_and(|found| found.alike > TOO_ALIKE) {
        out.push_str("; neighbours are alike, so the 95 % ranges are too narrow");
    }
    out.push('.');
    out
}
