//! What can be wrong with a workout's text. One variant is one mistake: where, what the service makes of it, what to write.

use std::fmt;

/// How bad a mistake is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The service drops something, or reads something else than was meant.
    Error,
    /// The service reads it; a device or the athlete may be surprised.
    Warning,
}

/// A mistake and where it is; lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    pub line: usize,
    pub column: usize,
    pub problem: Problem,
}

impl fmt::Display for Mistake {
    /// `3:5 error: 400m is 400 minutes. Write 400mtr.`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let Self { line, column, .. } = self;
        write!(f, "{line}:{column} {severity}: {}", self.problem)
    }
}

impl Mistake {
    #[must_use]
    pub const fn severity(&self) -> Severity {
        self.problem.severity()
    }
}

/// Every mistake there is. Members hold what was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("the text is longer than {most} bytes and was not read. Shorten it.")]
    TooLong { most: usize },
    #[error(
        "there are no steps in it, so the service computes no time and no load. Begin each step with \"- \" and a length."
    )]
    NoSteps,
    #[error("this line is not read as a step. Begin it with \"- \" at the very start of the line.")]
    NotAStep,
    #[error("a step without a length is dropped. Write {}.", hint.as_deref().unwrap_or("how long it is, such as 10m or 1km"))]
    NoLength { hint: Option<String> },
    #[error("a step of length zero is dropped. Give it a length or remove it.")]
    ZeroLength,
    #[error("{written} means minutes. Write {metres}, or {minutes} if minutes are meant.")]
    MetresAsMinutes {
        written: String,
        metres: String,
        minutes: String,
    },
    #[error("only the last of two lengths counts, {second}. Write {joined}.")]
    TwoLengths { second: String, joined: String },
    #[error(
        "{first} is overridden by {last}, and a label ends at its first number with a unit. Remove {first}, or write its unit as a word."
    )]
    Overridden { first: String, last: String },
    #[error("a range is one word. Write {fix}.")]
    SplitRange { fix: String },
    #[error(
        "a repeat is no part of a step. Write {times}x on a line of its own, a blank line before it and its steps below it."
    )]
    InlineRepeat { times: u32 },
    #[error(
        "the zone before the length clears the label {label:?}. Write the zone behind the length."
    )]
    ZoneClearsLabel { label: String },
    #[error(
        "{written} without HR or Pace is a power zone, 0 W in this sport. Write {written} HR or {written} Pace."
    )]
    ZoneWithoutWord { written: String },
    #[error(
        "{written} is percent of FTP, and there is no FTP in this sport: 0 W. Write {written} Pace or {written} LTHR."
    )]
    PowerWithoutFtp { written: String },
    #[error("there are no beats a minute in the language, {written} is dropped. Write {}.", percent.as_deref().unwrap_or("percent, such as 85-90% LTHR"))]
    Beats {
        written: String,
        percent: Option<String>,
    },
    #[error("a pace without the word Pace is dropped. Write {written} Pace.")]
    PaceWithoutWord { written: String },
    #[error("a pace in words is no target. Write 95-100% Pace or 4:30/km Pace.")]
    PaceInWords,
    #[error("percent of {word} is not known: it is read as percent of FTP. Write {fix}.")]
    PercentOfOther { word: String, fix: String },
    #[error("RPE is plain text, the step has no target. Add one, such as 95-105% or Z2 HR.")]
    PerceivedEffort,
    #[error("{written} is not read. Write {fix}.")]
    UnknownUnit { written: String, fix: String },
    #[error("there are zones Z1 to Z7 only, {written} is dropped.")]
    UnknownZone { written: String },
    #[error(
        "{written} is not known and dropped. Write intensity=warmup, active, rest or cooldown."
    )]
    UnknownIntensity { written: String },
    #[error(
        "{written} is not known and dropped. Write lap, 1s, 3s, 10s or 30s behind the equals sign."
    )]
    UnknownAveraging { written: String },
    #[error(
        "{written} has no target of its kind to go with and is dropped. Add the target or remove it."
    )]
    AveragingWithoutTarget { written: String },
    #[error("these words are not read. Write Press lap.")]
    LapPress,
    #[error("the dash in {written} is no hyphen: only the first number is read. Write {fix}.")]
    ForeignDash { written: String, fix: String },
    #[error(
        "an indented step moves to the end of the workout and out of its repeat. Begin the line with \"- \"."
    )]
    Indented,
    #[error("a repeat without a blank line before it is done once. Put a blank line before it.")]
    NoBlankBefore,
    #[error(
        "the repeat above ends without a blank line and may be done once. Put a blank line before this."
    )]
    NoBlankAfter,
    #[error(
        "repeats do not nest, this one is done once. Write its steps out, or end the repeat above with a blank line."
    )]
    Nested,
    #[error(
        "no steps stand directly below this repeat, so nothing is repeated. Put its steps below it, without a blank line between."
    )]
    EmptyRepeat,
    #[error("a repeat of 0 times is nothing. Write how often.")]
    ZeroTimes,
    #[error("how often stands at the end of the line, here it is read as a header. Write {fix}.")]
    TimesNotLast { fix: String },

    #[error("words behind the first number are lost: {words:?}. Put them before it.")]
    WordsLost { words: String },
    #[error("{written} may not be read. Write {fix}.")]
    UnsureLength { written: String, fix: String },
    #[error(
        "not every reader knows intensity={written}. Safe are warmup, active, rest and cooldown."
    )]
    UnsureIntensity { written: &'static str },
    #[error("the service shows < as &lt; and strips markup. Leave it out of labels.")]
    Markup,
    #[error("{written} is part of the label and not read. Write {fix} behind the length.")]
    WordInLabel {
        written: &'static str,
        fix: &'static str,
    },
    #[error(
        "a ramp goes from one value to another, here is no range. Write one, such as ramp 50-75%."
    )]
    RampWithoutRange,
    #[error(
        "devices may turn a ramp of {minutes} minutes into one average target. Split it into shorter steps."
    )]
    LongRamp { minutes: u32 },
    #[error("there are {steps} steps, devices take 50. Use repeats or make it simpler.")]
    TooManySteps { steps: usize },
    #[error("targets of several kinds, devices follow one. Use one kind in a workout.")]
    MixedTargets,
    #[error("a header that is only Main spoils the note on Garmin devices. Write Main set.")]
    MainHeader,
    #[error(
        "the blank line below this header takes its meaning away. Put the steps directly below it."
    )]
    HeaderWithoutSteps,
    #[error("the cool-down is inside the repeat. Put a blank line before it if it is done once.")]
    CooldownInRepeat,
    #[error(
        "{seconds}s rest only adds time. A rest of its own is a step: - {seconds}s intensity=rest."
    )]
    RestAddsTime { seconds: u32 },
    #[error("without {threshold} these targets have no absolute value here.")]
    NoThreshold { threshold: &'static str },
    #[error(
        "Garmin leaves out a pace target where no threshold pace is set. Set one in the sport's settings."
    )]
    PaceWithoutThreshold,
    #[error("a distance without a pace: its time, and with it the load, is a guess.")]
    GuessedTime,
}

impl Problem {
    #[must_use]
    pub const fn severity(&self) -> Severity {
        match self {
            Self::WordsLost { .. }
            | Self::UnsureLength { .. }
            | Self::UnsureIntensity { .. }
            | Self::Markup
            | Self::WordInLabel { .. }
            | Self::RampWithoutRange
            | Self::LongRamp { .. }
            | Self::TooManySteps { .. }
            | Self::MixedTargets
            | Self::MainHeader
            | Self::HeaderWithoutSteps
            | Self::CooldownInRepeat
            | Self::RestAddsTime { .. }
            | Self::NoThreshold { .. }
            | Self::PaceWithoutThreshold
            | Self::GuessedTime => Severity::Warning,
            _ => Severity::Error,
        }
    }
}
