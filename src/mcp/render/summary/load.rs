//! How the load of days adds up, in one line.

use jiff::ToSpan;

use super::groups::Stretch;
use crate::analytics::load::{
    ACUTE, CHRONIC, exponential_ratio, last, monotony, rolling_ratio, strain,
};
use crate::mcp::params::Window;
use crate::mcp::render::days;
use crate::mcp::training::Daily;
use crate::units::number;

/// Acute and chronic load, monotony and strain at the end of the window. Today is not over and not in it.
#[must_use]
pub fn line(daily: &Daily, window: Window, year: i16) -> String {
    let loads = daily.begun();
    let end = days::short(daily.last(), year);
    if loads.is_empty() {
        return format!("Load to {end}: none known, so no monotony and no ratios.");
    }
    let Some(week) = last(loads, ACUTE) else {
        return format!("Load to {end}: fewer than {ACUTE} days, too few for monotony and ratios.");
    };
    let mut out = format!("Load of 7 days to {end}: {}", number(week.iter().sum(), 0));
    if let Some(month) = last(loads, CHRONIC) {
        let a_week = month.iter().sum::<f64>() / 4.0;
        out.push_str(&format!(" (28 days: {} a week)", number(a_week, 0)));
    }
    match rolling_ratio(loads).zip(exponential_ratio(loads)) {
        Some((rolling, exponential)) => out.push_str(&format!(
            "; acute:chronic {} rolling 7/28 (coupled), {} exponential (disputed, no forecast)",
            number(rolling, 2),
            number(exponential, 2)
        )),
        None if loads.len() < CHRONIC => {
            out.push_str("; no acute:chronic ratio, fewer than 28 days since the first session");
        }
        None => out.push_str("; no acute:chronic ratio, no load in 28 days"),
    }
    match monotony(week).zip(strain(week)) {
        Some((monotony, strain)) => out.push_str(&format!(
            "; monotony {}, strain {}",
            number(monotony, 1),
            number(strain, 0)
        )),
        None => out.push_str("; no monotony, every day alike"),
    }
    if let Some((first, most)) = hardest(daily, window) {
        out.push_str(&format!(
            ", highest {} in the week of {}",
            number(most, 0),
            days::short(first, year)
        ));
    }
    out.push('.');
    out
}

/// The whole week of the window with the most strain, if there are several.
fn hardest(daily: &Daily, window: Window) -> Option<(jiff::civil::Date, f64)> {
    let mut found = Vec::new();
    let mut first = Stretch::Week.around(window.oldest).0;
    while first <= window.newest {
        let last = Stretch::Week.around(first).1;
        let week = daily.of(first, last).filter(|_| first >= window.oldest);
        found.extend(week.and_then(strain).map(|strain| (first, strain)));
        first = first.checked_add(7.days()).ok()?;
    }
    let is_several = found.len() > 1;
    let most = found.into_iter().max_by(|a, b| a.1.total_cmp(&b.1));
    most.filter(|_| is_several)
}
