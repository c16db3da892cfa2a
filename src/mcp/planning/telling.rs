//! What became of events: one by one, or by week where they are many.

use super::edit::label;
use crate::intervals::events::Event;
use crate::mcp::context::Local;
use crate::mcp::render::{change, changes_by_week};
use crate::mcp::reply::Reply;

/// More events are told by week.
const ONE_BY_ONE: usize = 15;
/// Of many events so many are named.
const NAMED: usize = 5;

/// What one event was and is, and what is to be remarked of it, a sentence each.
pub struct Row<'a> {
    pub before: Option<&'a Event>,
    pub after: Option<&'a Event>,
    pub remarks: Vec<String>,
}

/// Adds what became of the events; all of them one by one unless `may_sum_up`.
pub fn rows(reply: &mut Reply, rows: &[Row<'_>], may_sum_up: bool, local: &Local) {
    // What holds for many is said once.
    let mut remarks: Vec<(&str, Vec<String>)> = Vec::new();
    for row in rows {
        let event = row.after.or(row.before);
        let name = event.map(|event| label(event, local.today()));
        for remark in &row.remarks {
            let name = name.clone().unwrap_or_default();
            match remarks.iter_mut().find(|(known, _)| known == remark) {
                Some((_, names)) => names.push(name),
                None => remarks.push((remark, vec![name])),
            }
        }
    }
    if rows.len() <= ONE_BY_ONE || !may_sum_up {
        let (shared, own): (Vec<_>, Vec<_>) =
            remarks.into_iter().partition(|(_, names)| names.len() > 1);
        for row in rows {
            reply.line(change::line(row.before, row.after, local));
            let of_row = |remark: &&String| own.iter().any(|(known, _)| known == *remark);
            for remark in row.remarks.iter().filter(of_row) {
                reply.line(format!("  {remark}"));
            }
        }
        for (remark, names) in shared {
            reply.line(format!("{}: {remark}", some(names)));
        }
        return;
    }
    let events = rows.iter().map(|row| (row.before, row.after));
    for week in changes_by_week::lines(events, local) {
        reply.line(week);
    }
    let more = remarks.len().saturating_sub(ONE_BY_ONE);
    for (remark, names) in remarks.into_iter().take(ONE_BY_ONE) {
        reply.line(format!("{}: {remark}", some(names)));
    }
    if more > 0 {
        reply.line(format!(
            "And {more} more remarks; get_event shows what is there."
        ));
    }
}

/// Adds what did not come to pass, all of it.
pub fn missing(reply: &mut Reply, what: &str, names: &[String]) {
    for name in names {
        reply.line(format!("{what}: {name}"));
    }
}

/// The first of `all`, and how many there are beside them.
pub fn some(mut all: Vec<String>) -> String {
    let more = all.len().saturating_sub(NAMED);
    all.truncate(NAMED);
    if more > 0 {
        all.push(format!("{more} more"));
    }
    all.join(", ")
}
