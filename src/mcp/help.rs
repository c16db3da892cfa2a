//! Texts that explain the data, for [`get_help`](crate::mcp).

use super::render::channel;
use super::scales::{BURDEN, FEEL, HYDRATION, INJURY, QUALITY};

/// What there is to ask for.
pub const OVERVIEW: &str = "\
Topics: tools (which answers what), scales (what the labels mean), units, formulas (with sources), metrics (these three together), dates, categories \
(of events), streams (the series of a recording), workouts (the text language of planned workouts), writing (dry runs, undo), strava (why some activities are empty), hidden \
(tools this connection does not see).
Start a conversation with get_today. Ids come from list_activities, list_events and list_workouts.";

/// What people ask, and the tool that answers it.
pub const QUESTIONS: &[(&str, &str)] = &[
    (
        "get_today",
        "how am I, what is planned, may I train hard today",
    ),
    (
        "get_athlete",
        "thresholds, zones in W, bpm and pace, units, custom fields",
    ),
    (
        "list_activities",
        "which sessions in a time; by name, #tag, sport; what came before or after one",
    ),
    (
        "get_activity",
        "how a session went: include=intervals, splits, zones, best_efforts, plan, weather, segments, histogram, messages, custom",
    ),
    (
        "get_activity_streams",
        "what happened within a session: a climb, the last hour, interval 3",
    ),
    (
        "search_intervals",
        "when did I last do 5x4 min; comparable efforts",
    ),
    ("compare_activities", "two or more sessions side by side"),
    (
        "get_curves",
        "best 5 min power, best 10 km, CP and W', this season against the last",
    ),
    (
        "get_training_summary",
        "weeks and months: hours, load, zones, polarized or not, against another time",
    ),
    (
        "get_fitness",
        "fitness and form over time and over the plan; what if; how to taper",
    ),
    (
        "analyze_trend",
        "is my HRV, weight or efficiency changing; what goes with what",
    ),
    (
        "get_wellness",
        "sleep, HRV, weight, mood by day; mode=trend for weeks",
    ),
    (
        "list_events",
        "what is planned, was it done, races to come, targets, absences",
    ),
    ("get_event", "one planned workout with its steps"),
    (
        "validate_workout",
        "is this workout text right; steps into text; its load",
    ),
    (
        "save_events",
        "plan a workout, a race, a note, a holiday, a week's target; change one",
    ),
    (
        "move_events",
        "shift the week by two days, repeat it next week",
    ),
    (
        "complete_event",
        "I did this one without a device; that ride was this workout",
    ),
    ("delete_events", "clear Thursday, empty the week I am away"),
    ("undo_change", "take back what was just written, or deleted"),
    (
        "list_workouts",
        "what is in the library; a training plan day by day",
    ),
    (
        "apply_plan",
        "put a plan or a workout of the library on the calendar",
    ),
    (
        "update_wellness",
        "enter weight, sleep, mood, soreness, notes of a day",
    ),
    (
        "update_activity",
        "name, note, RPE, feel, gear, tags, carbs of a session",
    ),
    ("add_activity_message", "comment on a session"),
    (
        "update_sport_settings",
        "new FTP, LTHR, max HR, threshold pace, zones",
    ),
];

/// The questions that the tools in `visible` answer.
#[must_use]
pub fn tools(visible: &[String]) -> String {
    let seen = QUESTIONS
        .iter()
        .filter(|(tool, _)| visible.iter().any(|name| name == tool));
    let lines: Vec<String> = seen
        .map(|(tool, asked)| format!("{tool}: {asked}"))
        .collect();
    format!(
        "{}\nAn answer that was cut says which call goes on. Windows may lie years back; ask for them by date.",
        lines.join("\n")
    )
}

/// The series that a recording may hold; which one does, `get_activity_streams` says when asked for one it lacks.
#[must_use]
pub fn streams() -> String {
    format!(
        "types of get_activity_streams: {}. Without types: distance, power, hr, cadence, speed or pace, altitude.\n\
         {}; what else there is depends on the device. An athlete's own series go by their code.\n\
         Samples that no sensor can have measured are left out and counted: power over 5,000 W, hr over 300 bpm, cadence over 400 rpm, \
         speed over 360 km/h, altitude over 11,000 m and the like; series of the athlete's own are taken as they are.\n\
         Windows: by=time with start and end as seconds or h:mm:ss since the start, pauses counted; by=distance in metres, or 5km, 3mi; \
         by=interval with the numbers that get_activity(include=intervals) lists. max_points thins out and keeps the peaks; statistics \
         are of every second. Cadence is rpm, steps a minute on foot, strokes a minute in water.",
        channel::known().join(", "),
        channel::COMPUTED
    )
}

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
zone, -30 to -10 optimal, below -30 high risk; where the athlete has form shown in percent of fitness, form is that \
everywhere, a target form too, and the same bounds are percent. ramp: CTL change over 7 days; in get_today without what is only planned.
form now in get_today leaves out load that is only planned; the figure beside it adds it.
projection (get_fitness): the same recursion over planned load and what-if sessions, with the time constants that the athlete's own \
series shows; a day without load is rest; its morning figure is that before the day's load. ramp words: 5 to 8 a week is what most \
athletes manage (Friel, The CTL ramp rate, 2015); other coaches advise less. taper: the even or evenly falling load that brings form to the target on that morning, solved from the \
recursion; 2 weeks with 41-60% less volume at the same intensity did best in the meta-analysis of Bosquet et al., Med Sci Sports Exerc 39:1358, 2007.
what a change of the calendar does: a week's load is what is done, and what is planned from today on; form and ramp are those of the \
projection, of a race that of its morning.
HRV: 7-day mean of ln rMSSD (Plews et al., Sports Medicine 43:773, 2013) against a normal range of the mean +- 0.5 standard deviation of 60 days.
resting HR and sleep in get_today: today against the 42-day mean +- 1 standard deviation.
trend (analyze_trend, get_wellness): slope as the median of all slopes between two values, its 95 % interval from Kendall's S \
(Theil 1950; Sen, J Am Stat Assoc 63:1379, 1968; ties as Gilbert 1987); rising or falling when Mann-Kendall is sure at 95 %, \
from 8 values on. Means of 7 days (14 of activities) against the mean +- 0.5 standard deviation of 42 days (84; HRV as above) that \
end with them. outliers: modified z-score beyond 3.5 off that line (Iglewicz & Hoaglin 1993). correlation: Spearman's rho, ties \
with mean ranks, 95 % by Fisher's z (Bonett & Wright, Psychometrika 65:23, 2000), from 10 pairs on; under 0.3 negligible, 0.5 \
weak, 0.7 moderate, 0.9 strong (Hinkle et al. 2003); an interval across 0 is no clear link. Pace is reckoned in seconds, scales in \
their numbers (lower is better).
metres_per_beat: metres a minute through average HR. Left out as not measured: 0 of HRV, resting HR, weight and the like, and \
values copied from the settings; a 0 of load, sleep or steps is a value.
NP (normalized power): fourth root of the mean fourth power of the 30 s rolling mean; IF = NP / FTP; VI = NP / average \
power (Coggan); EF = NP / average HR (Friel). load from power = hours x IF^2 x 100.
m/beat: metres (gradient-adjusted on foot) per heartbeat, speed / average HR: Friel's efficiency factor for runs. fade of \
intervals: (first - last) / first, of average power or speed.
decoupling: fall of power (or speed) per heartbeat from the first to the second half, in percent; under 5 in a steady session is taken for good endurance (Friel; a convention).
CP and W' (get_curves): the line of work over time through the best efforts of 2 to 20 minutes, work = CP t + W' (Monod & Scherrer, \
Ergonomics 8:329, 1965; Moritani et al., Ergonomics 24:339, 1981); with three parameters, of 5 seconds to 20 minutes, P = CP + \
W' / (t + W' / (Pmax - CP)) (Morton, Ergonomics 39:611, 1996). Critical speed and D': the line of distance over time. +- is the \
standard error, error the root mean square. They hold as far as the efforts were all-out.
get_training_summary: weeks begin on Monday. low/mid/high: zones 1-2, 3-4 and 5 up, as Intervals.icu folds them; right where zones 2 and 4 end at LT1 and LT2; three zones \
stay, other numbers do not count. Of each session the first basis of the athlete's own order (power, HR, pace). \
polarization index: log10(low / mid x high x 100) of the shares, 0 without high, none with more high than low, mid at least 1 % \
(Treff et al., Front Physiol 10:707, 2019).
monotony: mean / standard deviation (population) of seven daily loads, rest days 0; strain: the week's load x monotony (Foster, Med Sci \
Sports Exerc 30:1164, 1998). acute:chronic: mean load of 7 days through that of 28, which hold them (coupled; Gabbett, Br J Sports Med \
50:273, 2016); exponential: means with 2/(n+1) for n of 7 and 28 (Williams et al., Br J Sports Med 51:209, 2017). Both only go with injury \
in team sports, and that is disputed (Impellizzeri et al. 2020). Today is not over and left out; days with withheld sessions have the load \
that went into CTL.
steady sessions (durability): 60 min or more at up to 80 %, no race. EF of runs: gradient-adjusted m/beat. Power after work: get_curves \
with after_kj.
plan against actual (get_activity, include plan): each step's mean against its target at the FTP, LTHR, threshold pace and zones of \
that day. Steps are the recorded intervals where these are as long, else cut by recorded time, pauses left out. within: inside a range; \
+-5% of a single power, +-3% of a single pace or HR, a ramp by its mean. HR counts from the second minute of a step on and not in steps \
of up to 2 minutes. A power zone begins a watt above the one below it, both bounds rounded down, a pace zone one percent of threshold above it.
session RPE: RPE x minutes moving, cut to a whole number (Foster et al., J Strength Cond Res 15:109, 2001). TRIMP: Banister.
rMSSD (get_activity_streams, hrv): root mean square of successive RR differences (Task Force, Circulation 93:1043, 1996) without \
those over 20% (Malik 1989).
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
include both ends and may lie years back. The first line of an answer names the window, the time zone and today; days carry \
their weekday.";

pub const CATEGORIES: &str = "\
workout: a planned session (sport, time, load, steps). race: A, B or C by importance. note: text. sick, injured, holiday: \
absences, may last days; the last day shown is the last of it. target: load, time or distance to reach in a week, with what was done so far. plan: a \
phase such as Base or Build, with its week. other: season start, eFTP set, fitness set.
State: done with the activity's id, the compliance in percent (Intervals.icu's own: 100 is as much as planned) and the load that it came to; not done \
when its day has passed; unknown when a Strava activity of that day may have been it; for the week when it is not about one day; hidden from the \
athlete; not on GARMIN (or other) when the upload to the device failed.
Saving: race_a, race_b, race_c, season_start are categories; end is the last day. Absences: availability unavailable (default), limited or normal, duration = training \
possible a day, sport = sports still possible (Run, Swim). Targets: load, duration, distance are what is to be reached, for_week of the whole week. \
Workouts: load and duration only without steps, since they are computed of the steps; description is the prose before them, workout the steps; each \
can be changed alone, \"\" takes it away.";

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
85-95rpm (of a run strides, which is 180 steps a minute). Ranges take a plain hyphen. One kind of target per workout.
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

pub const WRITING: &str = "\
dry_run=true shows what a call would do and writes nothing: what differs, load of the weeks, form on the days that matter, clashes. \
It ends with if_unchanged and a token: the same call with that token writes only if nobody has changed these objects since. \
get_event gives the token of one event.
Every write can be taken back for 24 hours: its answer ends with the id for undo_change; undo_change without one lists what was \
written. What somebody changed since stays as it is, and is named. What the service cannot clear through its API (a wellness value, \
an activity's gear) stays, and is named too.
A call that comes twice does not double: an event of the same day, sport and name, or with the same external_id, is the same. \
To change one, give its id; what is not given stays. Past and done events are deleted only with include_past; an activity stays \
when its event goes.
When a call stops in the middle, its answer says what was written and what not; the same call again writes the rest (a move: the \
ids that are left), undo_change takes the first part back. A wellness day that is locked takes no writes; the athlete unlocks it on the web.";

pub const STRAVA: &str = "\
Activities that reached Intervals.icu through Strava may not be passed on (Strava's terms): only id and date are known. \
They still count in fitness, fatigue and the service's own totals, not in totals here. Remedy for the athlete: connect the \
device's platform (Garmin, Wahoo, Polar, Suunto, Coros, Zwift …) to Intervals.icu directly, or import the original files.";
