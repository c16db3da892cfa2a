//! Load, time and distance of a session.

use super::draft::Drafting;
use super::session::Session;
use super::values;

/// A computed value this near to the one that was given needs no word, as a share.
const NEAR: f64 = 0.03;

impl Drafting<'_> {
    /// Load, time and distance: those of the steps, else those that were given.
    pub(super) fn numbers(&mut self, session: &Session, sport: &str) -> Result<(), String> {
        let spec = self.spec;
        let load = spec.load.map(values::load).transpose()?;
        let duration = spec
            .duration
            .map(|time| values::duration(time, values::MOST_HOURS));
        let duration = duration.transpose()?;
        let distance = spec.distance.as_ref();
        let distance = distance
            .map(|way| values::metres(way, sport, self.local))
            .transpose()?;
        let found = &session.estimate;
        let computed_load = session.has_targets();
        let computed_distance = session.is_structured() && found.metres >= 1.0;
        #[expect(
            clippy::cast_precision_loss,
            reason = "seconds and load of one session"
        )]
        let ignored = [
            (
                "load",
                load.map(|v| v as f64).filter(|_| computed_load),
                found.load.map(f64::from),
            ),
            (
                "duration",
                duration
                    .map(|v| v as f64)
                    .filter(|_| session.is_structured()),
                Some(found.seconds as f64),
            ),
            (
                "distance",
                distance.filter(|_| computed_distance),
                Some(found.metres),
            ),
        ];
        let ignored: Vec<&str> = ignored
            .into_iter()
            .filter(|(_, given, computed)| {
                given.is_some_and(|given| {
                    computed.is_none_or(|computed| (given - computed).abs() > NEAR * computed)
                })
            })
            .map(|(name, ..)| name)
            .collect();
        if !ignored.is_empty() {
            self.draft.notes.push(format!(
                "{} not sent: Intervals.icu computes it from the steps.",
                ignored.join(", ")
            ));
        }
        if let Some(load) = load.filter(|_| !computed_load) {
            self.put("icu_training_load", load, |event| event.icu_training_load);
        }
        if let Some(seconds) = duration.filter(|_| !session.is_structured()) {
            self.put("moving_time", seconds, |event| event.moving_time);
        }
        if let Some(metres) = distance.filter(|_| !computed_distance) {
            self.put("distance", metres, |event| event.distance);
        }
        self.expect(session);
        Ok(())
    }

    /// What the service computes anew.
    fn expect(&mut self, session: &Session) {
        let causes = ["description", "type", "indoor"];
        let is_touched = causes
            .iter()
            .any(|key| self.draft.members.contains_key(*key));
        if !(is_touched && session.is_structured()) {
            return;
        }
        let found = &session.estimate;
        let expected = &mut self.draft.expected;
        expected.insert("moving_time".to_owned(), found.seconds.into());
        if let Some(load) = found.load.filter(|_| session.has_targets()) {
            expected.insert("icu_training_load".to_owned(), load.into());
        }
        if found.metres >= 1.0 {
            expected.insert("distance".to_owned(), found.metres.round().into());
        }
    }
}
