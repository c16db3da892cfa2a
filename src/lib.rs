//! A remote MCP server for Intervals.icu with built-in OAuth.
//!
//! # The house
//!
//! ```text
//! main ──► command     serve, demo, check, docs, workout: exit codes, the banner, the port, signals
//!
//! command ──► app ──► http        /health, /config, landing page, layers; knows nothing of us
//!              │
//!              ├────► oauth ──┐   authorization server and the bearer guard
//!              ├────► mcp ────┤   tools, resources, prompts, how they answer, undo
//!              │        │     ├──► state   what is remembered
//!              │        │     ▼
//!              │        │   identity
//!              │        ▼
//!              │     intervals            typed client of the REST API
//!              │     analytics, units     pure
//!              │     workout              the text language of planned workouts; pure
//!              └────► demo ──► workout    an Intervals.icu in process, and its invented athlete
//! command ──► check ──► intervals, oauth   the doctor
//! command ──► docs ──► config, mcp     the generated tables of README.md and DEPLOY.md
//! command, app ──► config ──► each module's Settings
//! public_url, roots, clock, language, telemetry, metrics   leaves
//! ```
//!
//! `tests/it/tree` reads the tree and fails on an arrow that is not in its table. [`app::App::build`] and
//! [`app::App::serve`] are what production and tests both use.
//!
//! # A tool call
//!
//! `http` gives the request an id, a span, a body cap and a deadline, and checks Host and Origin. `oauth::guard` verifies the
//! token, asks whether its grant lives, takes the credential out of the headers and leaves an [`identity::Caller`].
//! `mcp::front` reads the head of the message, holds it to its revision (`mcp::era`), refuses a missing scope and hands the
//! rest to rmcp; what can be listed it answers itself, from bytes. `mcp::server` finds the tool in `mcp::registry` by the name in
//! the body; `mcp::call` runs it within a deadline, panics caught, and gives up a read whose caller hung up; `mcp::progress`
//! tells a caller who asked how many answers of Intervals.icu are here. The tool decodes its parameters (`mcp::params`), calls a resource
//! group of `intervals`, which only builds a path and query (`intervals::transport` does cache, limits, retries, decoding),
//! and gives typed rows to `mcp::render`; `mcp::reply` makes the text. What the model reads is decided in three places: a
//! tool's `DESCRIPTION`, `mcp::render` and `mcp::error`. `mcp::resources` puts the answers of tools under URIs, `mcp::prompts`
//! are texts that name tools, `mcp::completion` offers values for the variables of the one and the arguments of the other.
//!
//! # A write
//!
//! A tool that writes takes its turn (`mcp::changes`: one write at a time decides on what it finds, over all replicas that share
//! the state), reads what is there now, and
//! for the calendar what surrounds it (`mcp::planning`: `lookup`, `effect`). `planning::draft` turns what the model sent into members
//! of an event and checks the workout with `workout`, `planning::plan` carries the edits out: a dry run tells them and their effect;
//! otherwise the before-images are recorded in `state`, sealed, then the edits are sent, the calendar is read back and compared, the
//! record is settled, and the answer ends with its id. Activities and settings go the same way through `mcp::rewrite`, wellness
//! through `mcp::entering`. Every change that was sent is news to the other replicas (`mcp::news`): at their next call they forget
//! what they remember of Intervals.icu. `mcp::restoring` takes a change back: it judges how each object is now against how it was left and
//! found, and writes what is to be restored as a change of its own.
//!
//! # An authorization
//!
//! The 401 comes from `oauth::challenge`; the documents from `oauth::metadata`, whose every URL comes from [`public_url`].
//! `oauth::register` validates and signs a client. A `client_id` that is a URL goes through `oauth::cimd`: built-in clients are
//! read for the page, every other document is fetched by `oauth::outbound` only after the owner secret, and until then nothing
//! is redirected. `oauth::authorize` GET: until client and redirect URI are proved every failure is local; `oauth::consent`
//! renders. POST: transaction, cookie, owner secret, then a code. `oauth::token` redeems it (a second redemption revokes), mints
//! the access token and starts the refresh chain. `oauth::revoke` and `oauth::connections` end it. The endpoints meet only in
//! `oauth::codes` (what was approved and not yet redeemed), `oauth::grant` (what may follow what) and `oauth::grants` (what is
//! remembered). Grants live in `state`: in memory, in SQLite with `DATA_DIR`, in Redis with `REDIS_URL`. Codes and `oauth::limits`
//! live in this process, unless replicas share the state: then they live there too, and nobody who needs a credential is served
//! while it does not answer.
//!
//! # A new tool over known data
//!
//! One file in `src/mcp/tools/<toolset>/` named like the tool, one line in its toolset, one test in `tests/it/tools/`, one
//! schema snapshot, and `docs` writes its row of the README; a test names whatever of these is missing.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::exit,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods
)]

pub mod analytics;
pub mod app;
pub mod check;
pub mod clock;
pub mod config;
pub mod demo;
pub mod docs;
pub mod http;
pub mod identity;
pub mod intervals;
pub mod language;
pub mod mcp;
pub mod metrics;
pub mod oauth;
pub mod public_url;
pub mod roots;
pub mod state;
pub mod telemetry;
pub mod units;
pub mod workout;
