//! Time in zones and in three zones, each with what it was measured by.

use std::collections::BTreeMap;

use super::sums::{Basis, best};
use crate::analytics::distribution::{Distribution, POLARIZED};
use crate::intervals::activities::Activity;
use crate::mcp::params::family;
use crate::mcp::render::activities::moving_seconds;
use crate::mcp::render::table::Table;
use crate::mcp::text;
use crate::units::{self, number};

/// Rows of time in zones at most.
const MOST_ROWS: usize = 8;

/// `80/12/8` in percent; `None` without time in zones.
#[must_use]
pub fn percents(zones: &Distribution) -> Option<String> {
    let shares = zones.shares()?;
    Some(shares.map(|share| number(share * 100.0, 0)).join("/"))
}

/// One line on three zones, by what they were measured and how polarized they are.
#[must_use]
pub fn distribution(done: &[&Activity]) -> Option<String> {
    let mut all = Distribution::default();
    let mut by: BTreeMap<Basis, f64> = BTreeMap::new();
    for (basis, zones) in done.iter().filter_map(|a| best(a)) {
        all.add(&zones);
        *by.entry(basis).or_default() += zones.seconds();
    }
    let shares = percents(&all)?;
    let by: Vec<String> = by
        .iter()
        .map(|(basis, secs)| format!("{} {}", basis.name(), units::hours(*secs)))
        .collect();
    let mut out = format!(
        "Low/mid/high (zones 1-2, 3-4, 5 up) {shares} % of {}, by {}",
        units::hours(all.seconds()),
        by.join(", ")
    );
    if let Some(shape) = all.shape() {
        out.push_str(&format!("; {shape}"));
    }
    out.push_str(&match all.polarization_index() {
        Some(index) => format!(
            ", polarization index {} (polarized above {POLARIZED})",
            number(index, 2)
        ),
        None => ", no polarization index (more high than low)".to_owned(),
    });
    out.push('.');
    Some(out)
}

/// Percent of the time in each zone, a row a basis and family of sports, and what to say of those left out.
#[must_use]
pub fn table(done: &[&Activity]) -> (Table, String) {
    let mut rows: BTreeMap<(Basis, String, usize), (Vec<i64>, usize)> = BTreeMap::new();
    for a in done {
        let family = text::name(family(a.sport.as_deref().unwrap_or_default()));
        for basis in Basis::ALL {
            let Some(zones) = basis.zones(a) else {
                continue;
            };
            // Of the two paces the one that knows the hills says more.
            if basis == Basis::Pace && Basis::GradedPace.zones(a).is_some() {
                continue;
            }
            let key = (basis, family.clone(), zones.len());
            let (sums, n) = rows.entry(key).or_insert_with(|| (vec![0; zones.len()], 0));
            for (sum, secs) in sums.iter_mut().zip(&zones) {
                *sum = sum.saturating_add((*secs).max(0));
            }
            *n += 1;
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "seconds of years")]
    let mut rows: Vec<_> = rows
        .into_iter()
        .map(|((basis, family, _), (sums, n))| {
            let sums: Vec<f64> = sums.iter().map(|secs| *secs as f64).collect();
            let all: f64 = sums.iter().sum();
            (basis, family, sums, all, n)
        })
        .collect();
    rows.sort_by(|a, b| b.3.total_cmp(&a.3));
    let cut = rows.len().saturating_sub(MOST_ROWS);
    rows.truncate(MOST_ROWS);
    rows.sort_by_key(|row| row.0);
    let zones = rows.iter().map(|row| row.2.len()).max().unwrap_or_default();
    let heads = ["% of time in".to_owned(), "n".to_owned(), "h".to_owned()];
    let mut table = Table::new(
        heads
            .into_iter()
            .chain((1..=zones).map(|zone| format!("Z{zone}"))),
    );
    for (basis, family, sums, all, n) in rows {
        let head = [
            Some(format!("{} {family}", basis.name())),
            Some(n.to_string()),
            Some(number(all / 3600.0, 1)),
        ];
        let shares = sums.iter().map(|secs| Some(number(secs / all * 100.0, 0)));
        table.row(head.into_iter().chain(shares));
    }
    let left_out = match cut {
        0 => String::new(),
        _ => format!("{cut} more rows with less time left out: ask for one sport."),
    };
    (table, left_out)
}

/// How many sessions have time in zones by each basis, and how many have none.
#[must_use]
pub fn coverage(done: &[&Activity]) -> String {
    let with = |bases: &[Basis]| {
        let has = |a: &&&Activity| bases.iter().any(|basis| basis.zones(a).is_some());
        done.iter().filter(has).count()
    };
    let without = done
        .iter()
        .filter(|a| best(a).is_none() && moving_seconds(a) > 0.0)
        .count();
    format!(
        "zones: power {}, HR {}, pace {}, none {without}",
        with(&[Basis::Power]),
        with(&[Basis::HeartRate]),
        with(&[Basis::Pace, Basis::GradedPace])
    )
}
