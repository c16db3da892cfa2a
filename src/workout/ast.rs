//! What a workout's text means, independent of how it is written.

/// A planned workout.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Workout {
    pub items: Vec<Item>,
    /// As written, such as `25m`.
    pub pool_length: Option<String>,
    pub category: Option<String>,
}

impl Workout {
    /// Every step once.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.items.iter().flat_map(|item| match item {
            Item::Text(_) => &[][..],
            Item::Step(step) => std::slice::from_ref(step),
            Item::Repeat(repeat) => repeat.steps.as_slice(),
        })
    }

    /// Which kinds of target there are.
    pub fn metrics(&self) -> impl Iterator<Item = Metric> {
        [Metric::Power, Metric::Hr, Metric::Pace]
            .into_iter()
            .filter(|metric| {
                self.steps()
                    .any(|step| step.targets().any(|target| target.unit.metric() == *metric))
            })
    }
}

/// A part of a workout.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A paragraph that is no step, or a header that means nothing to the service.
    Text(String),
    Step(Step),
    Repeat(Repeat),
}

/// Steps done several times. Repeats do not nest.
#[derive(Debug, Clone, PartialEq)]
pub struct Repeat {
    /// What stands before `4x`.
    pub title: Option<String>,
    pub times: u32,
    pub steps: Vec<Step>,
}

/// One step. It holds at most one target of each kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub label: Option<String>,
    /// Whether the label is a series of timed prompts, which may hold any words: `First 33^Second`.
    pub has_prompts: bool,
    pub length: Length,
    /// Seconds that `15s rest` adds behind the length.
    pub rest: u32,
    pub power: Option<Target>,
    pub hr: Option<Target>,
    pub pace: Option<Target>,
    /// Revolutions a minute.
    pub cadence: Option<Span>,
    /// From the start to the end of the target instead of anywhere within it.
    pub ramp: bool,
    pub freeride: bool,
    pub max_effort: bool,
    pub hides_power: bool,
    /// Ends when the lap button is pressed.
    pub until_lap_press: bool,
    pub section: Option<Section>,
    pub intensity: Option<Intensity>,
}

impl Step {
    /// A step of this length without anything else.
    #[must_use]
    pub const fn of(length: Length) -> Self {
        Self {
            label: None,
            has_prompts: false,
            length,
            rest: 0,
            power: None,
            hr: None,
            pace: None,
            cadence: None,
            ramp: false,
            freeride: false,
            max_effort: false,
            hides_power: false,
            until_lap_press: false,
            section: None,
            intensity: None,
        }
    }

    /// The targets there are: power, heart rate, pace.
    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        [&self.power, &self.hr, &self.pace].into_iter().flatten()
    }
}

/// How long a step is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Length {
    Seconds(u32),
    Distance(f64, DistanceUnit),
}

impl Length {
    /// Whether nothing is to be done.
    #[must_use]
    pub fn is_zero(self) -> bool {
        match self {
            Self::Seconds(seconds) => seconds == 0,
            Self::Distance(value, _) => value <= 0.0,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DistanceUnit {
    Metres,
    Kilometres,
    Miles,
    Yards,
}

impl DistanceUnit {
    pub const ALL: [Self; 4] = [Self::Metres, Self::Kilometres, Self::Miles, Self::Yards];

    /// As the language writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Metres => "mtr",
            Self::Kilometres => "km",
            Self::Miles => "mi",
            Self::Yards => "yrd",
        }
    }

    /// Metres; the service's mile has two decimals.
    #[must_use]
    pub const fn metres(self) -> f64 {
        match self {
            Self::Metres => 1.0,
            Self::Kilometres => 1000.0,
            Self::Miles => 1609.34,
            Self::Yards => 0.9144,
        }
    }
}

/// One value, or from the first to the second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Span {
    One(f64),
    Range(f64, f64),
}

impl Span {
    /// First and last value.
    #[must_use]
    pub const fn ends(self) -> (f64, f64) {
        match self {
            Self::One(value) => (value, value),
            Self::Range(from, to) => (from, to),
        }
    }

    /// The same in another unit.
    #[must_use]
    pub fn map(self, convert: impl Fn(f64) -> f64) -> Self {
        match self {
            Self::One(value) => Self::One(convert(value)),
            Self::Range(from, to) => Self::Range(convert(from), convert(to)),
        }
    }

    #[must_use]
    pub const fn is_range(self) -> bool {
        matches!(self, Self::Range(..))
    }
}

/// What to hold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target {
    pub span: Span,
    pub unit: Unit,
    /// What the device shows the athlete to hold it by.
    pub shown: Option<Averaging>,
}

/// What a target counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    PercentFtp,
    Watts,
    PowerZone,
    /// A zone set of the athlete's own.
    CustomZone,
    SweetSpot,
    /// Percent of the best power over these seconds.
    PercentBest(u32),
    PercentLthr,
    PercentMaxHr,
    HrZone,
    PercentPace,
    PaceZone,
    /// Seconds over a distance.
    Pace(Per),
}

impl Unit {
    #[must_use]
    pub const fn metric(self) -> Metric {
        match self {
            Self::PercentFtp
            | Self::Watts
            | Self::PowerZone
            | Self::CustomZone
            | Self::SweetSpot
            | Self::PercentBest(_) => Metric::Power,
            Self::PercentLthr | Self::PercentMaxHr | Self::HrZone => Metric::Hr,
            Self::PercentPace | Self::PaceZone | Self::Pace(_) => Metric::Pace,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    Power,
    Hr,
    Pace,
}

/// The distance of a pace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Per {
    Kilometre,
    Mile,
    Metres100,
    Yards100,
    Metres500,
    Metres400,
    Metres250,
    /// That of the sport's own unit.
    Unsaid,
}

impl Per {
    /// Longer names first, so that none is taken for the beginning of another.
    pub const ALL: [Self; 7] = [
        Self::Metres100,
        Self::Yards100,
        Self::Metres500,
        Self::Metres400,
        Self::Metres250,
        Self::Kilometre,
        Self::Mile,
    ];

    /// As the language writes it behind the slash.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kilometre => "km",
            Self::Mile => "mi",
            Self::Metres100 => "100m",
            Self::Yards100 => "100y",
            Self::Metres500 => "500m",
            Self::Metres400 => "400m",
            Self::Metres250 => "250m",
            Self::Unsaid => "",
        }
    }

    /// Metres; unsaid it is that of `sport`.
    #[must_use]
    pub fn metres(self, sport: &str) -> f64 {
        match self {
            Self::Kilometre => 1000.0,
            Self::Mile => DistanceUnit::Miles.metres(),
            Self::Metres100 => 100.0,
            Self::Yards100 => 91.44,
            Self::Metres500 => 500.0,
            Self::Metres400 => 400.0,
            Self::Metres250 => 250.0,
            Self::Unsaid => Self::of_sport(sport).metres(""),
        }
    }

    /// What the paces of `sport` are usually given over.
    #[must_use]
    pub fn of_sport(sport: &str) -> Self {
        if sport.ends_with("Swim") {
            Self::Metres100
        } else if matches!(sport, "Rowing" | "VirtualRow") {
            Self::Metres500
        } else {
            Self::Kilometre
        }
    }
}

/// Over what a shown value is averaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Averaging {
    Lap,
    Second,
    Seconds3,
    Seconds10,
    Seconds30,
}

impl Averaging {
    pub const ALL: [Self; 5] = [
        Self::Lap,
        Self::Second,
        Self::Seconds3,
        Self::Seconds10,
        Self::Seconds30,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lap => "lap",
            Self::Second => "1s",
            Self::Seconds3 => "3s",
            Self::Seconds10 => "10s",
            Self::Seconds30 => "30s",
        }
    }
}

/// What the header above a step says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    Warmup,
    Cooldown,
}

impl Section {
    pub const ALL: [Self; 2] = [Self::Warmup, Self::Cooldown];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Warmup => "Warmup",
            Self::Cooldown => "Cooldown",
        }
    }
}

/// What a step is to a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intensity {
    Active,
    Rest,
    Warmup,
    Cooldown,
    Recovery,
    Interval,
    Other,
}

impl Intensity {
    pub const ALL: [Self; 7] = [
        Self::Active,
        Self::Rest,
        Self::Warmup,
        Self::Cooldown,
        Self::Recovery,
        Self::Interval,
        Self::Other,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Rest => "rest",
            Self::Warmup => "warmup",
            Self::Cooldown => "cooldown",
            Self::Recovery => "recovery",
            Self::Interval => "interval",
            Self::Other => "other",
        }
    }
}
