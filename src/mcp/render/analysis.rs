//! One metric over time: where it goes, where it stands, what stands out and what it goes with.

use jiff::civil::Date;

use super::days;
use super::table::Table;
use super::trend::{self, Point, Spans, Weeks};
use crate::analytics::outliers::outliers;
use crate::analytics::spearman::{self, Correlation};
use crate::analytics::theil_sen::{self, Trend, median};
use crate::mcp::measure::Kind;
use crate::mcp::reply::Reply;
use crate::units::{Units, number};

/// Outliers that are named, the newest.
const NAMED: usize = 3;

/// A metric with its values.
pub struct Series<'a> {
    pub kind: Kind,
    pub units: Units,
    /// Oldest first; they begin before the window where normal does.
    pub points: &'a [Point],
    pub weeks: Weeks,
    pub spans: Spans,
}

impl Series<'_> {
    /// The values in the window.
    #[must_use]
    pub fn inside(&self) -> Vec<Point> {
        self.weeks.inside(self.points).copied().collect()
    }

    /// Adds the trend, the last days against normal, and what stands out.
    pub fn show(&self, reply: &mut Reply) -> Option<Trend> {
        let inside = self.inside();
        let found = trend::of(&inside);
        reply.line(self.trend(&inside, found.as_ref()));
        reply.line(self.against());
        if let Some(found) = &found {
            reply.line_if(self.outliers(&inside, found));
        }
        found
    }

    fn trend(&self, inside: &[Point], found: Option<&Trend>) -> String {
        let values: Vec<f64> = inside.iter().map(|(_, value)| *value).collect();
        let middle = median(&values).map(|value| self.kind.show_mean(value, self.units));
        let middle = middle.unwrap_or_default();
        let Some(found) = found else {
            return format!(
                "Too few values for a trend: {}, at least {} on several days are needed. Median {middle}.",
                values.len(),
                theil_sen::MIN_VALUES
            );
        };
        let direction = trend::direction(found, self.kind);
        let (first, rest) = direction.split_at(1);
        format!(
            "{}{rest}: {} a week (95 % {}); n {}, median {middle}.",
            first.to_uppercase(),
            trend::per_week(found, self.kind, self.units),
            trend::interval(found, self.kind, self.units),
            found.n
        )
    }

    fn against(&self) -> String {
        let (recent, least) = self.spans.recent;
        match trend::against(self.points, self.weeks.last(), self.spans) {
            Some(against) => format!(
                "Last {recent} days: mean {} (n {}), normal {} ({} days, n {}): {}.",
                self.kind.show_mean(against.recent, self.units),
                against.recent_n,
                against.normal(self.kind, self.units),
                self.spans.normal,
                against.n,
                against.words(self.kind)
            ),
            None => format!(
                "Last {recent} days: too few values to hold against normal (at least {least} and more before)."
            ),
        }
    }

    fn outliers(&self, inside: &[Point], found: &Trend) -> String {
        // A step of a scale is no distance.
        let (Some((first, _)), false) = (inside.first(), matches!(self.kind, Kind::Labels(_)))
        else {
            return String::new();
        };
        let rests: Vec<f64> = inside
            .iter()
            .map(|(date, value)| value - found.slope * trend::days_from(*first, *date))
            .collect();
        let Some(places) = outliers(&rests) else {
            return String::new();
        };
        if places.is_empty() {
            return "Outliers: none.".to_owned();
        }
        let year = self.weeks.last().year();
        let mut named: Vec<String> = places
            .iter()
            .rev()
            .take(NAMED)
            .filter_map(|place| inside.get(*place))
            .map(|(date, value)| {
                format!(
                    "{} on {}",
                    self.kind.show(*value, self.units),
                    days::short(*date, year)
                )
            })
            .collect();
        if places.len() > named.len() {
            named.push(format!("{} older", places.len() - named.len()));
        }
        format!("Outliers off the trend line: {}.", named.join(", "))
    }

    /// Adds the medians by week.
    pub fn shape(&self, reply: &mut Reply) {
        let head = match self.weeks.each {
            1 => "week from".to_owned(),
            each => format!("{each} weeks from"),
        };
        let mut table = Table::new([head.as_str(), "median", "n"]);
        let year = self.weeks.last().year();
        let columns = self.weeks.split(self.points);
        for (start, values) in self.weeks.starts.iter().zip(columns) {
            let Some(middle) = median(&values) else {
                continue;
            };
            table.row([
                Some(plain(*start, year)),
                Some(self.kind.show_mean(middle, self.units)),
                Some(values.len().to_string()),
            ]);
        }
        if !table.is_empty() {
            reply.line(table.render());
        }
    }
}

/// `03-16`: the head says that it is a Monday's week.
fn plain(date: Date, year: i16) -> String {
    if date.year() == year {
        format!("{:02}-{:02}", date.month(), date.day())
    } else {
        date.to_string()
    }
}

/// One side of a correlation.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    pub name: &'a str,
    pub kind: Kind,
}

impl Side<'_> {
    /// What more of it is called. On a scale of labels it is the worse state, and on a clock the slower.
    const fn way(self, is_more: bool) -> &'static str {
        match (self.kind, is_more) {
            (Kind::Labels(_), true) => "worse",
            (Kind::Labels(_), false) => "better",
            (Kind::Pace(_), true) => "slower",
            (Kind::Pace(_), false) => "faster",
            (_, true) => "higher",
            (_, false) => "lower",
        }
    }
}

/// How `metric` goes with what `versus` was, in words: `pairs` are of `versus` and `metric`, `when` says which came first.
#[must_use]
pub fn link(metric: Side<'_>, versus: Side<'_>, when: &str, pairs: &[(f64, f64)]) -> String {
    if pairs.len() < spearman::MIN_PAIRS {
        return format!(
            "{when}: too few pairs to tell (n {}, at least {} are needed).",
            pairs.len(),
            spearman::MIN_PAIRS
        );
    }
    let Some(found) = spearman::correlation(pairs) else {
        return format!("{when}: one of them never changes (n {}).", pairs.len());
    };
    format!(
        "{when}: {} ({}).",
        words(metric, versus, &found),
        figures(&found)
    )
}

fn words(metric: Side<'_>, versus: Side<'_>, found: &Correlation) -> String {
    if !found.is_clear() {
        return "no clear link".to_owned();
    }
    format!(
        "{} link, {} {} goes with {} {}",
        found.strength(),
        versus.way(true),
        versus.name,
        metric.way(found.rho > 0.0),
        metric.name
    )
}

fn figures(found: &Correlation) -> String {
    format!(
        "rho {}, 95 % {} to {}, n {}",
        number(found.rho, 2),
        number(found.low, 2),
        number(found.high, 2),
        found.n
    )
}
