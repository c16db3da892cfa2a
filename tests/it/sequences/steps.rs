//! What may happen next: random, and independent of what is there, so that any part of a sequence is a sequence too.

use intervals_mcp_server::demo::Fault;
use proptest::collection::vec;
use proptest::prelude::*;

/// One thing that happens.
#[derive(Clone, Debug)]
pub enum Step {
    Call {
        act: Act,
        manner: Manner,
        trouble: Trouble,
    },
    /// The last call comes again, as it was.
    Retry(Trouble),
    Stranger(Meddling),
    Restart,
    /// Seconds.
    Wait(u64),
}

/// How a call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    Plain,
    Dry,
    /// After a dry run, with its token.
    Careful,
    /// The same, with somebody else's hand in between.
    Overtaken,
}

/// A call of a tool. Whatever is a number without a unit picks one of those that are there.
#[derive(Clone, Debug)]
pub enum Act {
    Save(Vec<Spec>),
    Move {
        of: Which,
        shift: i64,
        copy: bool,
    },
    Delete {
        of: Which,
        include_past: bool,
    },
    Undo(usize),
    /// Days back from today, and what is entered.
    Wellness(Vec<(i64, Entry)>),
}

/// Events that are meant.
#[derive(Clone, Debug)]
pub enum Which {
    Ids(Vec<usize>),
    /// From so many days from today on, so many days, of one category.
    Window(i64, i64, usize),
    /// One that is not there.
    Nowhere,
}

#[derive(Clone, Debug)]
pub enum Spec {
    New(New),
    Update {
        pick: usize,
        by_external_id: bool,
        patches: Vec<Patch>,
    },
}

#[derive(Clone, Debug)]
pub struct New {
    pub what: What,
    /// Days from today.
    pub day: i64,
    pub time: Option<u8>,
    pub tag: bool,
    pub prose: bool,
    pub external_id: Option<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Text(usize),
    Steps,
    Loose { load: i64, minutes: i64 },
    Race(i64),
    Note,
    Holiday(i64),
    Target(i64),
}

#[derive(Clone, Debug)]
pub enum Patch {
    Name,
    /// Days later.
    Day(i64),
    Time(u8),
    Tags(bool),
    Load(i64),
    Minutes(i64),
    Prose,
    Text(usize),
    Race,
    Carbs(i64),
}

#[derive(Clone, Debug)]
pub enum Entry {
    Steps(i64),
    Mood(usize),
    Hrv(i64),
    Sleep(i64),
    Comments,
    /// Several at once.
    Both(i64, usize),
}

/// What somebody else does in the service's own app.
#[derive(Clone, Debug)]
pub enum Meddling {
    Renames(usize),
    Colors(usize),
    Deletes(usize),
    Moves(usize),
    Feels(i64, i64),
}

/// What goes wrong during a call.
#[derive(Clone, Debug)]
pub enum Trouble {
    None,
    /// The write of this number, from 0.
    Write(usize, Fault),
    /// All reads before the first write.
    Reads(Fault),
    /// All reads after the first write.
    ReadsBack(Fault),
    /// The first write, and all reads after it.
    Both(Fault, Fault),
}

pub fn sequence() -> impl Strategy<Value = Vec<Step>> {
    vec(step(), 8..=14)
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        14 => (act(), manner(), trouble())
            .prop_map(|(act, manner, trouble)| Step::Call { act, manner, trouble }),
        2 => trouble().prop_map(Step::Retry),
        1 => meddling().prop_map(Step::Stranger),
        1 => Just(Step::Restart),
        1 => prop_oneof![6 => Just(40), 4 => Just(700), 4 => Just(20_000), 1 => Just(90_000)].prop_map(Step::Wait),
    ]
}

fn manner() -> impl Strategy<Value = Manner> {
    prop_oneof![
        14 => Just(Manner::Plain),
        3 => Just(Manner::Dry),
        2 => Just(Manner::Careful),
        1 => Just(Manner::Overtaken),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => vec(spec(), 1..=4).prop_map(Act::Save),
        3 => (which(), (1..=9_i64), any::<bool>(), prop::bool::weighted(0.3)).prop_map(|(of, days, later, copy)| {
            let shift = if later { days } else { -days };
            Act::Move { of, shift, copy }
        }),
        2 => (which(), prop::bool::weighted(0.3)).prop_map(|(of, include_past)| Act::Delete { of, include_past }),
        5 => any::<usize>().prop_map(Act::Undo),
        2 => vec((0..5_i64, entry()), 1..=3).prop_map(Act::Wellness),
    ]
}

fn which() -> impl Strategy<Value = Which> {
    prop_oneof![
        8 => vec(any::<usize>(), 1..=3).prop_map(Which::Ids),
        4 => (1..=12_i64, 0..=5_i64, 0..3_usize).prop_map(|(from, days, kind)| Which::Window(from, days, kind)),
        1 => Just(Which::Nowhere),
    ]
}

fn spec() -> impl Strategy<Value = Spec> {
    let update = (any::<usize>(), any::<bool>(), vec(patch(), 1..=3));
    prop_oneof![
        3 => new().prop_map(Spec::New),
        2 => update.prop_map(|(pick, by_external_id, patches)| Spec::Update { pick, by_external_id, patches }),
    ]
}

fn new() -> impl Strategy<Value = New> {
    let what = prop_oneof![
        3 => (0..3_usize).prop_map(What::Text),
        1 => Just(What::Steps),
        3 => (10..90_i64, 20..120_i64).prop_map(|(load, minutes)| What::Loose { load, minutes }),
        1 => (60..200_i64).prop_map(What::Race),
        2 => Just(What::Note),
        1 => (1..5_i64).prop_map(What::Holiday),
        1 => (100..400_i64).prop_map(What::Target),
    ];
    let time = prop::option::weighted(0.3, 6..20_u8);
    let external_id = prop::option::weighted(0.4, 0..3_u8);
    let flags = (any::<bool>(), any::<bool>());
    (what, -1..20_i64, time, flags, external_id).prop_map(
        |(what, day, time, (tag, prose), external_id)| New {
            what,
            day,
            time,
            tag,
            prose,
            external_id,
        },
    )
}

fn patch() -> impl Strategy<Value = Patch> {
    prop_oneof![
        Just(Patch::Name),
        (1..8_i64).prop_map(Patch::Day),
        (6..20_u8).prop_map(Patch::Time),
        any::<bool>().prop_map(Patch::Tags),
        (10..90_i64).prop_map(Patch::Load),
        (20..120_i64).prop_map(Patch::Minutes),
        Just(Patch::Prose),
        (0..3_usize).prop_map(Patch::Text),
        Just(Patch::Race),
        (30..90_i64).prop_map(Patch::Carbs),
    ]
}

fn entry() -> impl Strategy<Value = Entry> {
    prop_oneof![
        (1000..20_000_i64).prop_map(Entry::Steps),
        (0..4_usize).prop_map(Entry::Mood),
        (30..90_i64).prop_map(Entry::Hrv),
        (5..9_i64).prop_map(Entry::Sleep),
        Just(Entry::Comments),
        (1000..20_000_i64, 0..4_usize).prop_map(|(steps, mood)| Entry::Both(steps, mood)),
    ]
}

fn meddling() -> impl Strategy<Value = Meddling> {
    prop_oneof![
        any::<usize>().prop_map(Meddling::Renames),
        any::<usize>().prop_map(Meddling::Colors),
        any::<usize>().prop_map(Meddling::Deletes),
        any::<usize>().prop_map(Meddling::Moves),
        (0..5_i64, 1..=4_i64).prop_map(|(back, mood)| Meddling::Feels(back, mood)),
    ]
}

fn trouble() -> impl Strategy<Value = Trouble> {
    prop_oneof![
        16 => Just(Trouble::None),
        5 => (0..3_usize, of_a_write()).prop_map(|(nth, fault)| Trouble::Write(nth, fault)),
        1 => of_reads().prop_map(Trouble::Reads),
        2 => of_reads().prop_map(Trouble::ReadsBack),
        2 => (of_a_write(), of_reads()).prop_map(|(write, reads)| Trouble::Both(write, reads)),
    ]
}

fn of_a_write() -> impl Strategy<Value = Fault> {
    let done = |fault: Fault| Fault::Done(Box::new(fault));
    prop_oneof![
        20 => Just(Fault::Status(500, Some("Something went wrong".to_owned()))),
        20 => Just(Fault::Status(422, Some("No.".to_owned()))),
        20 => Just(Fault::RateLimited { retry_after: Some("0".to_owned()) }),
        20 => Just(Fault::Html(403)),
        20 => Just(Fault::Reset),
        20 => Just(Fault::TruncatedJson),
        20 => Just(done(Fault::Status(500, None))),
        20 => Just(done(Fault::Reset)),
        20 => Just(done(Fault::EmptyBody)),
        20 => Just(done(Fault::Html(502))),
        60 => (0..3_usize).prop_map(|rows| Fault::DoneInPart(rows, 500)),
        1 => Just(Fault::Hang),
        1 => Just(done(Fault::Hang)),
    ]
}

/// Such as are not tried again, which would take its time.
fn of_reads() -> impl Strategy<Value = Fault> {
    prop_oneof![
        Just(Fault::Html(403)),
        Just(Fault::Reset),
        Just(Fault::TruncatedJson),
        Just(Fault::Status(402, None)),
    ]
}
