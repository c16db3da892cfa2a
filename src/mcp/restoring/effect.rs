//! What an undo does to the calendar around it.

use jiff::civil::Date;

use super::present::Found;
use super::work::Work;
use crate::intervals::events::Event;
use crate::mcp::context::{Context, Local};
use crate::mcp::planning::effect::{self, Around};
use crate::mcp::reply::Reply;

/// What surrounds the events of an undo, and what became of them.
pub struct Effect {
    around: Around,
    before: Vec<Event>,
    after: Vec<Event>,
}

impl Effect {
    /// Reads what surrounds the events of `work` before it is begun; `None` when there are none, or it cannot be read.
    pub async fn before(context: &Context, local: &Local, work: &[Work]) -> Option<Self> {
        let days: Vec<Date> = work.iter().flat_map(Work::days).collect();
        let (first, last) = days.iter().min().zip(days.iter().max())?;
        let around = Around::read(context, local, *first, *last).await.ok()?;
        Some(Self {
            around,
            before: Vec::new(),
            after: Vec::new(),
        })
    }

    /// Adds an object that was restored.
    pub fn add(&mut self, before: &Found, after: &Found) {
        self.before.extend(before.event.as_deref().cloned());
        self.after.extend(after.event.as_deref().cloned());
    }

    /// Tells the load of the weeks, form, and what it comes in the way of.
    pub fn show(&self, reply: &mut Reply, local: &Local) {
        effect::show(reply, &self.around, local, &self.before, &self.after);
    }
}
