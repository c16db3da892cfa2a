//! A recording in few rows, with what it does over the window.

use std::ops::Range;

use super::channel::{self, Channel};
use super::table::Table;
use super::{activity, count};
use crate::analytics::buckets::{self, Summary, summary};
use crate::analytics::normalized_power::normalized_power;
use crate::analytics::recording::Recording;
use crate::intervals::activities::Activity;
use crate::intervals::streams::{Stream, series};
use crate::mcp::reply::Reply;
use crate::mcp::stream_window::Part;
use crate::units::{self, Units, number, signed};

/// Cells that an answer has room for unless more points are asked for.
const CELLS: usize = 100;
/// Rows that say enough of a single series.
const MOST_ROWS: usize = 50;

/// A recorded series.
struct Shown<'a> {
    channel: &'a Channel,
    stream: &'a Stream,
}

impl Shown<'_> {
    fn at(&self, index: usize) -> Option<f64> {
        self.channel.at(self.stream.data.as_ref()?, index)
    }

    fn has(&self, index: usize) -> bool {
        let data = self.stream.data.as_ref();
        data.is_some_and(|data| self.channel.has(data, index))
    }
}

/// What is shown and how.
pub struct View<'a> {
    pub activity: &'a Activity,
    pub streams: &'a [Stream],
    pub recording: &'a Recording,
    pub channels: &'a [Channel],
    /// Whether the channels were asked for by name.
    pub chosen: bool,
    pub part: Part,
    /// Rows at most; as many as the answer has room for unless said.
    pub most: Option<usize>,
    pub units: Units,
}

impl View<'_> {
    fn sport(&self) -> &str {
        self.activity.sport.as_deref().unwrap_or_default()
    }

    /// Those of the series in which something was read.
    fn shown(&self) -> Vec<Shown<'_>> {
        let whole = 0..self.recording.len();
        self.channels
            .iter()
            .filter_map(|channel| {
                let mut streams = self.streams.iter();
                let stream = streams.find(|s| s.kind.as_deref() == Some(&channel.kind))?;
                let shown = Shown { channel, stream };
                whole.clone().any(|index| shown.has(index)).then_some(shown)
            })
            .collect()
    }

    /// The answer; `None` when there is nothing to show.
    #[must_use]
    pub fn show(&self) -> Option<Reply> {
        let shown = self.shown();
        if shown.is_empty() {
            return None;
        }
        let window = self.part.samples.clone();
        let mut reply = Reply::new(activity::title(self.activity));
        reply.line(self.scope());
        let sums: Vec<(&Shown<'_>, Summary)> = shown
            .iter()
            .filter(|shown| shown.channel.has_mean())
            .filter_map(|shown| {
                let sum = summary(self.recording, window.clone(), &|i| shown.at(i))?;
                Some((shown, sum))
            })
            .collect();
        if !sums.is_empty() {
            reply.line(self.statistics(&sums).render());
        }
        reply.line_if(self.facts(&sums));
        reply.line_if(self.beats(&shown));
        self.rows(&mut reply, &shown);
        let missing = self.missing(&shown);
        if !missing.is_empty() {
            reply.footer(format!(
                "Not recorded, or not as numbers: {}.",
                missing.join(", ")
            ));
        }
        reply.footer(self.quality(&sums));
        Some(reply)
    }

    /// Where the window lies.
    fn scope(&self) -> String {
        let Range { start, end } = self.part.samples;
        let last = end.saturating_sub(1);
        let clock = |index| units::clock(self.recording.at(index));
        let mut facts = Vec::new();
        facts.push(if self.part.words.is_empty() {
            "whole recording".to_owned()
        } else {
            self.part.words.clone()
        });
        facts.push(format!("{} to {} elapsed", clock(start), clock(last)));
        facts.push(format!(
            "{} recorded",
            units::clock(self.recording.total(start..end))
        ));
        let way = series(self.streams, "distance");
        let metres = |mut range: Range<usize>| range.find_map(|i| way?.at(i));
        let to = (start..end).rev().find_map(|i| way?.at(i));
        if let Some((from, to)) = metres(start..end).zip(to).filter(|(_, to)| *to > 0.0) {
            facts.push(format!(
                "{} to {}",
                self.units.way(self.sport(), from, 2),
                self.units.named_way(self.sport(), to, 2)
            ));
        }
        facts.join(" · ")
    }

    fn statistics(&self, sums: &[(&Shown<'_>, Summary)]) -> Table {
        let window = self.part.samples.clone();
        let middle = self.recording.middle(window.clone());
        let mut table = Table::new([
            "window", "mean", "low", "high", "high at", "1st half", "2nd half",
        ]);
        for (shown, sum) in sums {
            let show = |value: f64| shown.channel.show(value, self.sport(), self.units);
            let half = |range: Range<usize>| {
                summary(self.recording, range, &|i| shown.at(i)).map(|half| show(half.mean))
            };
            table.row([
                Some(shown.channel.head(self.sport(), self.units)),
                Some(show(sum.mean)),
                Some(show(sum.low.value)),
                Some(show(sum.high.value)),
                Some(units::clock(self.recording.at(sum.high.index))),
                half(window.start..middle),
                half(middle..window.end),
            ]);
        }
        table
    }

    /// What follows from the series.
    fn facts(&self, sums: &[(&Shown<'_>, Summary)]) -> String {
        let window = self.part.samples.clone();
        let of = |kind: &str| sums.iter().find(|(shown, _)| shown.channel.kind == kind);
        let mut facts = Vec::new();
        if let Some((power, sum)) = of("watts")
            && let Some(np) = normalized_power(self.recording, window.clone(), &|i| power.at(i))
        {
            let variability = (sum.mean > 0.0).then(|| np / sum.mean);
            facts.push(format!("NP {} W", number(np, 0)));
            facts.extend(variability.map(|vi| format!("VI {}", number(vi, 2))));
        }
        if let Some((heart, _)) = of("heartrate") {
            let middle = self.recording.middle(window.clone());
            let half = |range| summary(self.recording, range, &|i| heart.at(i)).map(|s| s.mean);
            let halves = half(window.start..middle).zip(half(middle..window.end));
            facts.extend(halves.map(|(first, second)| {
                let change = (second / first - 1.0) * 100.0;
                format!("HR drift {} % (2nd against 1st half)", signed(change, 1))
            }));
        }
        if let Some((cadence, sum)) = of("cadence")
            && sum.low.value <= 0.0
            && let Some(turning) = summary(self.recording, window, &|i| {
                cadence.at(i).filter(|value| *value > 0.0)
            })
        {
            facts.push(format!(
                "cadence {} without its zeros",
                cadence.channel.show(turning.mean, self.sport(), self.units)
            ));
        }
        facts.join(" · ")
    }

    /// What the time between heartbeats says over the window.
    fn beats(&self, shown: &[Shown<'_>]) -> String {
        let window = self.part.samples.clone();
        let found = shown
            .iter()
            .find_map(|s| s.channel.heartbeats(s.stream, window.clone()));
        let Some(beats) = found else {
            return String::new();
        };
        let mut facts = vec![format!(
            "RR {} ms over {}",
            number(beats.mean, 0),
            count(beats.count, "beat")
        )];
        facts.extend(beats.rmssd.map(|ms| format!("rMSSD {} ms", number(ms, 1))));
        if beats.artefacts > 0 {
            facts.push(format!(
                "{} left out (over 20 % from the beat before)",
                count(beats.artefacts, "artefact")
            ));
        }
        facts.join(" · ")
    }

    fn rows(&self, reply: &mut Reply, shown: &[Shown<'_>]) {
        let columns = shown.iter().filter(|s| s.channel.has_mean()).count().max(1);
        let most = self.most.unwrap_or((CELLS / columns).min(MOST_ROWS));
        let cut = buckets::buckets(self.recording, self.part.samples.clone(), most);
        let heads = shown
            .iter()
            .map(|s| s.channel.head(self.sport(), self.units));
        let mut table = Table::new(std::iter::once("at".to_owned()).chain(heads));
        for piece in &cut.pieces {
            let at = units::clock(self.recording.at(piece.start));
            let cells = shown.iter().map(|shown| self.cell(shown, piece.clone()));
            table.row(std::iter::once(Some(at.clone())).chain(cells));
            table.goes_by(format!("by time, start {at}"));
        }
        reply.line(match cut.length {
            Some(length) => format!(
                "{} of {} recorded time: mean low..high; at is where a row begins",
                count(cut.pieces.len(), "row"),
                units::clock(length)
            ),
            None => format!("every sample, {}", count(cut.pieces.len(), "row")),
        });
        reply.table(&table);
    }

    fn cell(&self, shown: &Shown<'_>, piece: Range<usize>) -> Option<String> {
        let channel = shown.channel;
        if !channel.has_mean() {
            return channel.show_first(shown.stream, piece, self.sport(), self.units);
        }
        let sum = summary(self.recording, piece, &|i| shown.at(i))?;
        let show = |value: f64| channel.show(value, self.sport(), self.units);
        let (mean, low, high) = (show(sum.mean), show(sum.low.value), show(sum.high.value));
        Some(if low == high {
            mean
        } else {
            format!("{mean} {low}..{high}")
        })
    }

    /// What was asked for by name and is not there.
    fn missing(&self, shown: &[Shown<'_>]) -> Vec<String> {
        self.channels
            .iter()
            .filter(|channel| self.chosen && !shown.iter().any(|s| s.channel == *channel))
            .map(Channel::name)
            .collect()
    }

    /// What the numbers rest on.
    fn quality(&self, sums: &[(&Shown<'_>, Summary)]) -> String {
        let window = self.part.samples.clone();
        let mut facts = vec![count(window.len(), "sample")];
        let pauses: Vec<_> = self
            .recording
            .pauses()
            .iter()
            .filter(|pause| window.contains(&pause.index) && pause.index > window.start)
            .collect();
        let longest = pauses.iter().max_by(|a, b| a.seconds.total_cmp(&b.seconds));
        facts.push(longest.map_or_else(
            || "no pause".to_owned(),
            |longest| {
                let all: f64 = pauses.iter().map(|pause| pause.seconds).sum();
                let at = units::clock(longest.from);
                match pauses.len() {
                    1 => format!("a pause of {} at {at}, in no figure", units::clock(all)),
                    n => format!(
                        "{n} pauses of {} in all, in no figure, the longest {} at {at}",
                        units::clock(all),
                        units::clock(longest.seconds)
                    ),
                }
            },
        ));
        let total = self.recording.total(window);
        let gaps: Vec<String> = sums
            .iter()
            .map(|(shown, sum)| (shown.channel.name(), total - sum.seconds))
            .filter(|(_, gap)| *gap >= 0.5)
            .map(|(name, gap)| format!("{name} {}", units::clock(gap)))
            .collect();
        facts.push(if gaps.is_empty() {
            "no gaps".to_owned()
        } else {
            format!("without a reading: {}", gaps.join(", "))
        });
        facts.extend(channel::left_out(self.streams, &self.part.samples));
        format!("Data: {}.", facts.join("; "))
    }
}
