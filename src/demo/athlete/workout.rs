//! Planned workouts: one structure, from which the text, the `workout_doc` and the recorded session are derived.

use std::fmt::Write as _;

use super::profile::{self, Thresholds};
use crate::demo::document::round;

/// The kinds of session that the athlete does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sport {
    Ride,
    VirtualRide,
    Run,
    TrailRun,
    Swim,
    Strength,
}

impl Sport {
    /// The service's activity type.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ride => "Ride",
            Self::VirtualRide => "VirtualRide",
            Self::Run => "Run",
            Self::TrailRun => "TrailRun",
            Self::Swim => "Swim",
            Self::Strength => "WeightTraining",
        }
    }

    pub fn is_ride(self) -> bool {
        matches!(self, Self::Ride | Self::VirtualRide)
    }

    pub fn is_run(self) -> bool {
        matches!(self, Self::Run | Self::TrailRun)
    }

    pub fn is_outdoor(self) -> bool {
        matches!(self, Self::Ride | Self::Run | Self::TrailRun)
    }
}

/// What a step is measured against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    Power,
    Hr,
    Pace,
}

/// How long a step is.
#[derive(Clone, Copy, Debug)]
pub enum Length {
    Secs(u32),
    Metres(u32),
}

/// Where a step stands in its workout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Warmup,
    Work,
    Easy,
    Cooldown,
}

/// One step; `from` and `to` are percent of the threshold of the workout's metric.
#[derive(Clone, Debug)]
pub struct Step {
    pub label: &'static str,
    pub length: Length,
    pub from: f64,
    pub to: f64,
    pub ramp: bool,
    pub role: Role,
}

#[derive(Clone, Debug)]
pub enum Part {
    One(Step),
    Repeat(u32, Vec<Step>),
}

/// A structured session; without parts it is prose with a planned time and load.
#[derive(Clone, Debug)]
pub struct Workout {
    pub name: String,
    pub sport: Sport,
    pub metric: Metric,
    pub prose: &'static str,
    pub parts: Vec<Part>,
    /// Seconds and load of a session without parts.
    pub unstructured: (u32, u32),
}

/// A stretch of constant or linearly changing effort; levels are fractions of threshold power or pace.
#[derive(Clone, Debug)]
pub struct Block {
    pub secs: u32,
    pub from: f64,
    pub to: f64,
    pub label: &'static str,
    pub role: Role,
    /// Blocks of one repeated step share a set; 0 is none.
    pub set: u8,
}

/// What the service computes for a planned workout.
pub struct Estimate {
    pub secs: u32,
    pub metres: f64,
    pub load: u32,
    /// Percent.
    pub intensity: f64,
    pub joules: i64,
    pub normalized_watts: f64,
    pub average_watts: f64,
}

impl Step {
    /// The speed or power ratio in the middle of the target, as a fraction of threshold.
    fn levels(&self, metric: Metric) -> (f64, f64) {
        let level = |percent: f64| match metric {
            Metric::Power | Metric::Pace => percent / 100.0,
            Metric::Hr => profile::level_at_hr(percent / 100.0),
        };
        if self.ramp {
            (level(self.from), level(self.to))
        } else {
            let middle = level(f64::midpoint(self.from, self.to));
            (middle, middle)
        }
    }

    pub fn secs(&self, metric: Metric, speed: f64) -> u32 {
        match self.length {
            Length::Secs(secs) => secs,
            Length::Metres(metres) => {
                let (from, to) = self.levels(metric);
                let pace = speed * f64::midpoint(from, to);
                u32::try_from(round(f64::from(metres) / pace.max(0.1))).unwrap_or(0)
            }
        }
    }

    fn text(&self, metric: Metric) -> String {
        let mut line = String::from("- ");
        if !self.label.is_empty() {
            line.push_str(self.label);
            line.push(' ');
        }
        line.push_str(&match self.length {
            Length::Secs(secs) => duration(secs),
            Length::Metres(metres) => format!("{metres}mtr"),
        });
        line.push_str(if self.ramp { " ramp " } else { " " });
        if (self.from - self.to).abs() < f64::EPSILON {
            let _ = write!(line, "{}%", self.from);
        } else {
            let _ = write!(line, "{}-{}%", self.from, self.to);
        }
        line.push_str(match metric {
            Metric::Power => "",
            Metric::Hr => " LTHR",
            Metric::Pace => " Pace",
        });
        line
    }
}

impl Workout {
    /// The session as the athlete should ride, run or swim it.
    pub fn blocks(&self, limits: &Thresholds) -> Vec<Block> {
        let speed = limits.speed(self.sport);
        let block = |step: &Step, set: u8| {
            let (from, to) = step.levels(self.metric);
            Block {
                secs: step.secs(self.metric, speed),
                from,
                to,
                label: step.label,
                role: step.role,
                set,
            }
        };
        let mut blocks = Vec::new();
        let mut set = 0;
        for part in &self.parts {
            match part {
                Part::One(step) => blocks.push(block(step, 0)),
                Part::Repeat(times, steps) => {
                    let first = set + 1;
                    for _ in 0..*times {
                        set = first;
                        for step in steps {
                            blocks.push(block(step, set));
                            set += 1;
                        }
                    }
                }
            }
        }
        if blocks.is_empty() {
            blocks.push(Block {
                secs: self.unstructured.0,
                from: 0.5,
                to: 0.5,
                label: "",
                role: Role::Easy,
                set: 0,
            });
        }
        blocks
    }

    /// Time, load and intensity of the plan; load uses the formulas of [`super::summary`].
    pub fn estimate(&self, limits: &Thresholds) -> Estimate {
        const SLICES: u32 = 10;
        if self.parts.is_empty() {
            let (secs, load) = self.unstructured;
            let hours = f64::from(secs) / 3600.0;
            return Estimate {
                secs,
                metres: 0.0,
                load,
                intensity: (f64::from(load) / hours.max(0.01)).sqrt() * 10.0,
                joules: 0,
                normalized_watts: 0.0,
                average_watts: 0.0,
            };
        }
        let blocks = self.blocks(limits);
        let secs: u32 = blocks.iter().map(|block| block.secs).sum();
        let (mut sum, mut fourth) = (0.0, 0.0);
        for block in &blocks {
            let slice = f64::from(block.secs) / f64::from(SLICES);
            for index in 0..SLICES {
                let along = (f64::from(index) + 0.5) / f64::from(SLICES);
                let level = block.from + (block.to - block.from) * along;
                sum += level * slice;
                fourth += level.powi(4) * slice;
            }
        }
        let total = f64::from(secs).max(1.0);
        let mean = sum / total;
        let (factor, power) = match self.sport {
            Sport::Ride | Sport::VirtualRide => ((fourth / total).powf(0.25), 2),
            Sport::Swim => (mean, 3),
            Sport::Run | Sport::TrailRun | Sport::Strength => (mean, 2),
        };
        let ftp = f64::from(limits.power(self.sport));
        let load = total * factor.powi(power) / 36.0;
        Estimate {
            secs,
            metres: if self.sport.is_ride() {
                0.0
            } else {
                sum * limits.speed(self.sport)
            },
            load: u32::try_from(round(load)).unwrap_or(0),
            intensity: factor * 100.0,
            joules: if self.sport.is_ride() {
                round(sum * ftp)
            } else {
                0
            },
            normalized_watts: factor * ftp,
            average_watts: mean * ftp,
        }
    }

    /// The workout in the text language, with its prose in front.
    pub fn text(&self) -> String {
        let mut text = String::new();
        if !self.prose.is_empty() {
            text.push_str(self.prose);
            text.push_str("\n\n");
        }
        let mut cooling = false;
        for (index, part) in self.parts.iter().enumerate() {
            match part {
                Part::One(step) => {
                    if step.role == Role::Warmup && index == 0 {
                        text.push_str("Warmup\n");
                    }
                    if step.role == Role::Cooldown && !cooling {
                        cooling = true;
                        text.push_str("\nCooldown\n");
                    }
                    text.push_str(&step.text(self.metric));
                    text.push('\n');
                    // Until the blank line everything belongs to the warm-up.
                    if step.role == Role::Warmup {
                        text.push('\n');
                    }
                }
                Part::Repeat(times, steps) => {
                    let _ = writeln!(text, "\n{times}x");
                    for step in steps {
                        text.push_str(&step.text(self.metric));
                        text.push('\n');
                    }
                    text.push('\n');
                }
            }
        }
        text.trim_end().replace("\n\n\n", "\n\n")
    }
}

/// `1h30m`, `8m`, `1m30s`.
fn duration(secs: u32) -> String {
    let (hours, minutes, rest) = (secs / 3600, secs / 60 % 60, secs % 60);
    let mut text = String::new();
    for (value, unit) in [(hours, 'h'), (minutes, 'm'), (rest, 's')] {
        if value > 0 {
            let _ = write!(text, "{value}{unit}");
        }
    }
    text
}
