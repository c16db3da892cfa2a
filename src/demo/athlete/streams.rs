//! What the device recorded: one sample a second of moving time, from the session's structure and its seed.

use std::f64::consts::TAU;

use fastrand::Rng;

use super::profile::{self, Thresholds};
use super::season::Session;
use super::workout::{Block, Role, Sport};

/// Seconds between looks at the terrain.
const TERRAIN_STEP: usize = 10;

/// One row a second of moving time; empty vectors where the device records nothing.
#[derive(Default)]
pub struct Samples {
    pub watts: Vec<u16>,
    pub heartrate: Vec<u8>,
    pub cadence: Vec<u8>,
    /// Metres a second, in steps of 1 mm.
    pub speed: Vec<f64>,
    /// Grade-adjusted speed of runs.
    pub graded: Vec<f64>,
    /// Metres.
    pub altitude: Vec<f64>,
    /// Number of samples.
    pub len: usize,
    /// The index before which the recording paused, and for how many seconds.
    pub pause: (usize, u32),
}

impl Samples {
    /// Seconds since the start for every sample; the pause is a jump.
    pub fn time(&self, index: usize) -> u32 {
        let paused = if index >= self.pause.0 {
            self.pause.1
        } else {
            0
        };
        u32::try_from(index)
            .unwrap_or(u32::MAX)
            .saturating_add(paused)
    }

    /// The same again and again, until it is `len` samples long.
    pub fn repeated(self, len: usize) -> Self {
        fn repeat<T: Copy>(values: &[T], len: usize) -> Vec<T> {
            values.iter().copied().cycle().take(len).collect()
        }
        Self {
            watts: repeat(&self.watts, len),
            heartrate: repeat(&self.heartrate, len),
            cadence: repeat(&self.cadence, len),
            speed: repeat(&self.speed, len),
            graded: repeat(&self.graded, len),
            altitude: repeat(&self.altitude, len),
            len,
            pause: self.pause,
        }
    }
}

struct Terrain {
    height: f64,
    phase: f64,
}

impl Terrain {
    /// Slope at a distance, rise over run.
    fn grade(&self, metres: f64) -> f64 {
        let long = (metres / 5200.0 * TAU + self.phase).cos() / 5200.0;
        let short = (metres / 1300.0 * TAU + 2.0 * self.phase).cos() / 1300.0 * 0.25;
        self.height * TAU * (long + short)
    }
}

/// Plays a session; the same session gives the same samples.
pub fn record(session: &Session, blocks: &[Block]) -> Samples {
    let mut rng = Rng::with_seed(session.seed);
    let limits = Thresholds::on(session.day);
    let total: usize = blocks.iter().map(|block| block.secs as usize).sum();
    let mut samples = Samples {
        len: total,
        pause: pause(session, total, &mut rng),
        ..Samples::default()
    };
    match session.workout.sport {
        Sport::Ride | Sport::VirtualRide => ride(session, blocks, &limits, &mut rng, &mut samples),
        Sport::Run | Sport::TrailRun => run(session, blocks, &limits, &mut rng, &mut samples),
        Sport::Swim => swim(session, blocks, &limits, &mut rng, &mut samples),
        Sport::Strength => strength(session, &mut rng, &mut samples),
    }
    if !session.has_heartrate {
        samples.heartrate.clear();
    }
    samples
}

fn pause(session: &Session, total: usize, rng: &mut Rng) -> (usize, u32) {
    let sport = session.workout.sport;
    let at = total * rng.usize(35..65) / 100;
    let long = rng.u32(50..420);
    if session.race || total < 2400 || sport == Sport::VirtualRide {
        (total, 0)
    } else {
        (at, long)
    }
}

/// Level of effort at a second of a block, before noise.
fn level(block: &Block, second: u32) -> f64 {
    let along = f64::from(second) / f64::from(block.secs.max(1));
    block.from + (block.to - block.from) * along
}

struct Heart {
    now: f64,
    lthr: f64,
    limit: f64,
    form: f64,
    drift: f64,
}

impl Heart {
    fn new(session: &Session, total: usize) -> Self {
        let sport = session.workout.sport;
        Self {
            now: f64::from(profile::RESTING_HR) + 38.0,
            lthr: f64::from(profile::lthr(sport)),
            limit: f64::from(profile::max_hr(sport)) - 2.0,
            form: session.heart,
            drift: session.drift / total.max(1) as f64,
        }
    }

    /// Follows the effort with a lag of about half a minute.
    fn beat(&mut self, effort: f64, second: usize, noise: f64) -> u8 {
        let settled = self.lthr * profile::hr_at_level(effort) * self.form;
        let target = settled * (1.0 + self.drift * second as f64);
        self.now += (target.min(self.limit) - self.now) / 28.0 + noise * 0.25;
        byte(self.now)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the range of a byte"
)]
fn byte(value: f64) -> u8 {
    value.round().clamp(0.0, 250.0) as u8
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the range of watts"
)]
fn word(value: f64) -> u16 {
    value.round().clamp(0.0, 2000.0) as u16
}

fn millimetres(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

fn ride(
    session: &Session,
    blocks: &[Block],
    limits: &Thresholds,
    rng: &mut Rng,
    out: &mut Samples,
) {
    let indoor = session.workout.sport == Sport::VirtualRide;
    let ftp = f64::from(limits.power(session.workout.sport)) * session.power;
    let rough = if indoor { 0.06 } else { 0.16 };
    let terrain = Terrain {
        height: session.hilliness,
        phase: rng.f64() * TAU,
    };
    let mut heart = Heart::new(session, out.len);
    let (mut slow, mut coast, mut grade) = (0.0, 0u32, 0.0);
    let (mut metres, mut speed, mut altitude, mut felt) = (0.0, 6.0, 480.0, 0.5);
    for block in blocks {
        let steady = block.role == Role::Work;
        for second in 0..block.secs {
            let index = out.watts.len();
            if index.is_multiple_of(TERRAIN_STEP) && !indoor {
                grade = terrain.grade(metres);
            }
            let noise = rng.f64() - 0.5;
            slow += (noise * 0.12 - slow) * 0.06;
            if !indoor && !steady && coast == 0 && rng.u8(..) == 0 {
                coast = rng.u32(3..12);
            }
            let plan = level(block, second);
            let push = if coast > 0 {
                coast -= 1;
                0.0
            } else {
                // Uphill asks for a little more, and coasting is made up for.
                let hill = if steady { 0.6 } else { 1.6 };
                plan * (1.0 + slow + noise * rough + hill * grade)
            };
            let watts = word(ftp * push);
            felt += (push - felt) * 0.08;
            let flat = 1.13 * (ftp * felt.max(0.05)).powf(0.4);
            let sloped = if grade > 0.0 {
                flat / (1.0 + 11.0 * grade)
            } else {
                flat * (1.0 - 5.0 * grade)
            };
            speed += (sloped - speed) * 0.08;
            let shown = millimetres(speed.clamp(1.5, 21.0));
            metres += shown;
            altitude += shown * grade;
            out.watts.push(watts);
            out.heartrate.push(heart.beat(felt, index, noise));
            out.cadence.push(if push > 0.0 {
                byte(86.0 + noise * 7.0 + (plan - 0.7) * 10.0)
            } else {
                0
            });
            out.speed.push(shown);
            if !indoor {
                out.altitude.push((altitude * 10.0).round() / 10.0);
            }
        }
    }
}

fn run(session: &Session, blocks: &[Block], limits: &Thresholds, rng: &mut Rng, out: &mut Samples) {
    let threshold = limits.run_pace * session.power;
    let terrain = Terrain {
        height: session.hilliness,
        phase: rng.f64() * TAU,
    };
    let mut heart = Heart::new(session, out.len);
    let (mut slow, mut grade) = (0.0, 0.0);
    let (mut metres, mut altitude, mut felt) = (0.0, 455.0, 0.6);
    for block in blocks {
        for second in 0..block.secs {
            let index = out.speed.len();
            if index.is_multiple_of(TERRAIN_STEP) {
                grade = terrain.grade(metres);
            }
            let noise = rng.f64() - 0.5;
            slow += (noise * 0.1 - slow) * 0.05;
            let plan = level(block, second);
            felt += (plan * (1.0 + slow) - felt) * 0.12;
            let graded = millimetres(threshold * felt * (1.0 + noise * 0.03));
            let cost = if grade > 0.0 {
                1.0 + 3.6 * grade
            } else {
                1.0 + 1.8 * grade
            };
            let shown = millimetres(graded / cost.max(0.5));
            metres += shown;
            altitude += shown * grade;
            out.heartrate.push(heart.beat(felt, index, noise));
            out.cadence.push(byte(77.0 + felt * 9.0 + noise * 2.0));
            out.speed.push(shown);
            out.graded.push(graded);
            out.altitude.push((altitude * 10.0).round() / 10.0);
        }
    }
}

fn swim(
    session: &Session,
    blocks: &[Block],
    limits: &Thresholds,
    rng: &mut Rng,
    out: &mut Samples,
) {
    let threshold = limits.swim_pace * session.power;
    let mut heart = Heart::new(session, out.len);
    heart.form *= 0.93;
    let mut speeds = Vec::with_capacity(out.len);
    for block in blocks {
        for second in 0..block.secs {
            let noise = rng.f64() - 0.5;
            let plan = level(block, second);
            speeds.push(threshold * plan * (1.0 + noise * 0.04));
            out.heartrate.push(heart.beat(plan, speeds.len(), noise));
            out.cadence.push(byte(24.0 + plan * 6.0 + noise * 2.0));
        }
    }
    // A pool only knows whole lengths.
    let swum: f64 = speeds.iter().sum();
    let factor = (swum / 25.0).round() * 25.0 / swum.max(1.0);
    out.speed = speeds
        .iter()
        .map(|speed| millimetres(speed * factor))
        .collect();
}

fn strength(session: &Session, rng: &mut Rng, out: &mut Samples) {
    let mut heart = Heart::new(session, out.len);
    heart.drift = 0.0;
    for second in 0..out.len {
        let lifting = second % 210 < 60;
        let noise = rng.f64() - 0.5;
        out.heartrate
            .push(heart.beat(if lifting { 0.55 } else { 0.2 }, second, noise));
    }
}
