//! A client that plans, thinks better of it, and thinks better of that.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use serde_json::{Value, json};

use super::super::wire::{Connection, Era, Site};
use super::measure::Seen;

/// Beyond the plan of the invented athlete, and so far apart that no two meet.
const FIRST_DAY: usize = 100;
const DAYS_APART: usize = 5;

pub struct Editor {
    site: Site,
    era: Era,
    day: usize,
    asked: usize,
    seen: Seen,
}

impl Editor {
    pub fn new(site: Site, era: Era, number: usize) -> Self {
        Self {
            site,
            era,
            day: FIRST_DAY + number * DAYS_APART,
            asked: 0,
            seen: Seen::default(),
        }
    }

    /// Goes on until `stop`, and leaves the calendar as it was.
    pub async fn run(mut self, stop: Arc<AtomicBool>) -> Seen {
        let mut connection = Connection::open(&self.site).await.unwrap();
        while !stop.load(Ordering::Relaxed) {
            if let Err(why) = self.edit(&mut connection).await {
                let era = self.era;
                self.seen.mistake(format!("{era:?} {why}"));
                connection = Connection::open(&self.site).await.unwrap();
            }
        }
        self.seen
    }

    async fn edit(&mut self, on: &mut Connection) -> Result<(), String> {
        let day = format!("+{}d", self.day);
        let there = json!({ "oldest": day, "newest": day, "categories": ["workout"] });
        let event = json!({
            "date": day,
            "sport": "Ride",
            "name": format!("Ride {}", self.asked),
            "workout": "- 10m Z1\n\n3x\n- 5m 100%\n- 3m 50%\n\n- 10m Z1",
        });
        self.call(on, "save_events", json!({ "events": [event] }))
            .await?;
        let mut window = there.clone();
        window["shift_days"] = json!(1);
        let moved = self.call(on, "move_events", window).await?;
        self.undo(on, &moved).await?;
        let deleted = self.call(on, "delete_events", there.clone()).await?;
        self.undo(on, &deleted).await?;
        self.call(on, "delete_events", there).await?;
        // Lighter than the athlete ever was, or there would be nothing to write.
        let weight = 50.0 + f64::from(u32::try_from(self.asked % 100).unwrap_or_default()) / 20.0;
        let entry = json!({ "date": format!("-{}d", self.day), "weight": weight });
        let entered = self
            .call(on, "update_wellness", json!({ "entries": [entry] }))
            .await?;
        self.undo(on, &entered).await
    }

    async fn undo(&mut self, on: &mut Connection, change: &str) -> Result<(), String> {
        let arguments = json!({ "change_id": change });
        self.call(on, "undo_change", arguments).await.map(drop)
    }

    /// The id of the change that was made.
    async fn call(
        &mut self,
        on: &mut Connection,
        tool: &str,
        arguments: Value,
    ) -> Result<String, String> {
        self.asked += 1;
        let params = json!({ "name": tool, "arguments": arguments });
        let id = self.asked;
        let request = self.site.request(self.era, id, "tools/call", params);
        let started = Instant::now();
        let reply = on.ask(&request).await.map_err(|error| error.to_string())?;
        let last = reply.messages.last().cloned().unwrap_or_default();
        let text = String::from_utf8_lossy(&last);
        let answer: Value = text.parse().unwrap_or_default();
        let result = &answer["result"];
        let said = result["content"][0]["text"].as_str().unwrap_or_default();
        let change = said.split("undo_change ").nth(1).map(|rest| {
            let is_of_it = |c: &char| c.is_alphanumeric();
            rest.chars().take_while(is_of_it).collect::<String>()
        });
        match change {
            Some(change) if answer["id"] == id && result["isError"] != true => {
                self.seen
                    .answered(&format!("{tool} of an editor"), started.elapsed());
                Ok(change)
            }
            _ => Err(format!("{tool}: {} {text:.300}", reply.status)),
        }
    }
}
