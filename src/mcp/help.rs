//! Texts that explain the data, for [`get_help`](crate::mcp).

use super::scales::{BURDEN, FEEL, HYDRATION, INJURY, QUALITY};

/// What there is to ask for.
pub const OVERVIEW: &str = "\
Topics: scales (what the labels mean), units, formulas (with sources), metrics (these three together), dates, categories (of events), workouts (the text \
language of planned workouts), strava (why some activities are empty), hidden (tools this connection does not see).
Start a conversation with get_today. Ids come from list_activities and list_events.";

/// The subjective scales.
#[must_use]
pub fn scales() -> String {
    format!(
        "On every subjective scale the lowest number is the best.\n\
         fatigue, soreness, stress: {}\n\
         mood, motivation, sleep_quality: {}\n\
         injury: {}\n\
         hydration: {}\n\
         feel (of an activity): {}\n\
         RPE (of an activity): 1 very easy to 10 maximal\n\
         sleep_score: 0-100 by the device, higher is better; readiness: scale of the device, higher is better",
        BURDEN.describe(),
        QUALITY.describe(),
        INJURY.describe(),
        HYDRATION.describe(),
        FEEL.describe()
    )
}

pub const UNITS: &str = "\
Answers name their units. time is h:mm:ss moving; distance, climbing, speed, weight and temperature follow the athlete's \
preference; swim pace is per 100 m or 100 y, rowing per 500 m.
IF% and intensity are percent of threshold (92 is an intensity factor of 0.92). load is Intervals.icu's training load, on the \
scale of TSS: 100 is one hour at threshold. work is kJ. Running cadence is steps per minute. HRV is rMSSD in ms. W' is kJ.
0 is a value; a column or cell that is missing was not measured.";

pub const FORMULAS: &str = "\
fitness (CTL), fatigue (ATL): x + (load - x)(1 - e^(-1/t)) a day, t 42 and 7 days unless the athlete changed them, \
a sport's load weighted if the athlete set so (Banister's impulse-response model as Coggan's Performance Management Chart; as Intervals.icu computes it).
form: CTL - ATL of the same day. Zones of the Intervals.icu fitness page: above 20 transition, 5 to 20 fresh, -10 to 5 grey \
zone, -30 to -10 optimal, below -30 high risk. ramp: CTL change over 7 days; in get_today without what is only planned.
form now in get_today leaves out load that is only planned; the figure beside it adds it.
projection (get_fitness): the same recursion over planned load and what-if sessions, with the time constants that the athlete's own \
series shows; a day without load is rest; its morning figure is that before the day's load. ramp words: 5 to 8 a week is the most \
usually advised (Friel). taper: the even or evenly falling load that brings form to the target on that morning, solved from the \
recursion; about 2 weeks with 41-60% less did best in Bosquet et al., Med Sci Sports Exerc 39:1358, 2007.
HRV: 7-day mean of ln rMSSD against the mean +- 0.5 standard deviation (Plews et al., Sports Medicine 43:773, 2013) of 60 days.
resting HR and sleep in get_today: today against the 42-day mean +- 1 standard deviation.
NP (normalized power): fourth root of the mean fourth power of the 30 s rolling mean; IF = NP / FTP; VI = NP / average \
power; EF = NP / average HR (Coggan). load from power = hours x IF^2 x 100.
decoupling: fall of power (or speed) per heartbeat from the first to the second half, in percent; under 5 is steady (Friel).
session RPE: RPE x minutes moving (Foster). TRIMP: Banister. polarization index: Treff et al. 2019.
planned load (validate_workout): power as above, a range at its middle; heart rate: TRIMP over that of an hour at LTHR x 100 \
(Banister); pace: hours x (mean speed / threshold)^2 x 100, swims cubed. Steps without a target count as half of threshold, \
maxeffort as 150%.
eFTP is Intervals.icu's own estimate from the power curve.";

/// All that explains numbers.
#[must_use]
pub fn metrics() -> String {
    format!("{UNITS}\n\n{FORMULAS}\n\n{}", scales())
}

pub const DATES: &str = "\
Dates are the athlete's local days: YYYY-MM-DD, today, yesterday, tomorrow, -28d, +7d, -4w, this_week, next_week, last_week \
(Monday to Sunday), next_monday, last_sunday. A single named week as oldest or newest means that whole week. Windows \
include both ends.";

pub const CATEGORIES: &str = "\
workout: a planned session (sport, time, load, steps). race: A, B or C by importance. note: text. sick, injured, holiday: \
absences, may last days. target: load, time or distance to reach in a week. plan: a phase such as Base or Build. other: \
season start, eFTP set, fitness set.
State: done with the activity's id and the compliance in percent, not done when its day has passed, not on GARMIN (or \
other) when the upload to the device failed.";

pub const WORKOUTS: &str = "\
Text of a planned workout. Prose may come first; then one step a line, each from \"- \" at the very start of its line, and a \
blank line before and after a repeat:

Warmup
- 10m ramp 50-75% 90rpm

Main Set 4x
- Hard 8m 95-100%
- Easy 4m 55% intensity=rest

Cooldown
- 10m ramp 60-45%

Every step needs a length: 1h, 10m, 30s, 1h2m30s (not 5:00), 2km, 0.8km, 1mi, 400mtr, 100yrd. 400m means 400 MINUTES; metres \
are mtr.
Power: 75%, 95-105% (of FTP), 220w, 200-240w, Z2, SS (sweet spot), maxeffort, freeride. Heart rate: 75-82% LTHR, 85-90% HR (of \
the maximum), Z2 HR. Pace: 95-100% Pace (of threshold), Z3 Pace, 4:00/km-4:10/km Pace, 1:40/100m Pace. Cadence: 90rpm, \
85-95rpm. Ranges take a plain hyphen. One kind of target per workout.
A zone without HR or Pace is a power zone: in a run or swim it becomes 0 W. A pace without the word Pace is lost.
Lost without an error: a step without a length, absolute bpm, %MAP, RPE, \"5K pace\", CSS, an unknown intensity (known: warmup, \
active, rest, cooldown; only intensity=rest makes a true rest).
Labels end at the first number with a unit: \"best 60s 1m\" is a step of 60 s. No Zn and no < in labels; a zone stands behind the \
length, or the label is lost.
Repeats do not nest. Without its blank lines, or with indented steps, a repeat is done once. Do not begin with a header that is \
only \"Main\".
Press lap needs a length too. Devices take at most 50 steps and turn a long ramp into one average target: split it. Garmin shows a \
pace target only where a threshold pace is set.
Where nothing can be read there are no steps and no load, and no error: look at the event afterwards. validate_workout \
reads a text as the service does and says what is wrong with it.";

pub const STRAVA: &str = "\
Activities that reached Intervals.icu through Strava may not be passed on (Strava's terms): only id and date are known. \
They still count in fitness, fatigue and the service's own totals, not in totals here. Remedy for the athlete: connect the \
device's platform (Garmin, Wahoo, Polar, Suunto, Coros, Zwift …) to Intervals.icu directly, or import the original files.";
