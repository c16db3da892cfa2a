//! The numbers that the product chose for itself: a deliberate change of one is a change of one line here.

use std::time::Duration;

/// An authorization code lives this long.
pub const CODE_LIFETIME: Duration = Duration::from_secs(120);
/// A consent page may stay open this long.
pub const TRANSACTION_LIFETIME: Duration = Duration::from_secs(600);
/// `ACCESS_TOKEN_TTL` when it is not set.
pub const ACCESS_LIFETIME: Duration = Duration::from_secs(3600);
/// `REFRESH_TOKEN_TTL` when it is not set: since last use.
pub const REFRESH_IDLE: Duration = Duration::from_secs(90 * 86_400);
/// No connection outlives this without the owner, however often it is used.
pub const REFRESH_LONGEST: Duration = Duration::from_secs(365 * 86_400);
/// A superseded refresh token works this long after its rotation even though its successor has been used.
pub const ROTATION_GRACE: Duration = Duration::from_secs(300);

/// Registrations a minute from one address.
pub const REGISTRATIONS_OF_ONE: usize = 40;
/// Wrong secrets that end a consent page.
pub const WRONG_PER_TRANSACTION: usize = 5;
/// Wrong secrets a minute over everything together; the next one waits.
pub const WRONG_PER_MINUTE: usize = 10;
/// The same for an hour.
pub const WRONG_PER_HOUR: usize = 50;
/// By this registration within ten seconds somebody has been told to wait.
pub const REGISTRATIONS_UNTIL_429: usize = 30;
/// Wrong `X-API-Key` a minute that are answered with 401; the next one waits.
pub const WRONG_API_KEYS_PER_MINUTE: usize = 20;
/// Failed redemptions that end a code.
pub const WRONG_PER_CODE: usize = 5;

pub const MCP_BODY: usize = 1024 * 1024;
/// How many of the largest bodies the server holds at a time: 64 MiB in all, of which each has its first 8 KiB for nothing.
pub const MCP_BODIES_AT_ONCE: usize = 65;
pub const TOKEN_BODY: usize = 64 * 1024;
pub const REGISTER_BODY: usize = 16 * 1024;
pub const HEADER_READ: Duration = Duration::from_secs(15);
pub const BODY_READ: Duration = Duration::from_secs(30);
/// One request to Intervals.icu, its repetitions included.
pub const UPSTREAM_DEADLINE: Duration = Duration::from_secs(15);
/// Claude cuts a result at 150,000 characters; ours ends before.
pub const LONGEST_ANSWER: usize = 125_000;
/// With `INTERVALS_RATE=8`, the default: the rate and a quarter of it.
pub const UPSTREAM_PER_SECOND: usize = 10;

/// Whoever waits for the server to lose its patience must have more of it.
const _: () = assert!(ANSWERS_WITHIN.as_secs() > HEADER_READ.as_secs());

/// All cookies of the consent page together, bytes.
pub const COOKIES: usize = 4 * 1024;
/// What all bodies together may hold, bytes, with what the sockets and buffers around them cost.
pub const BODIES: u64 = 160 * 1024 * 1024;
/// What all requests whose headers are not yet complete may hold together, bytes.
pub const HEADERS: u64 = 48 * 1024 * 1024;
/// What a flood may add to the resident memory of the process, bytes.
pub const GROWTH: u64 = 20 * 1024 * 1024;

/// How long any answer may take on a loaded machine before it counts as none. Not a measure of speed.
pub const ANSWERS_WITHIN: Duration = Duration::from_secs(20);
/// The same for `/health` at the end of every case.
pub const HEALTH_WITHIN: Duration = Duration::from_secs(5);

/// A client metadata document, bytes.
pub const DOCUMENT: usize = 64 * 1024;
/// However short or long its site wants a document to be kept.
pub const DOCUMENT_KEPT_AT_LEAST: Duration = Duration::from_secs(5 * 60);
pub const DOCUMENT_KEPT: Duration = Duration::from_secs(24 * 3600);
/// Documents that one address has fetched in a minute, with the owner's secret.
pub const DOCUMENTS_PER_MINUTE: usize = 10;

/// A list of connections stays open this long after the secret was typed.
pub const LIST_LIFETIME: Duration = Duration::from_secs(600);
pub const CONNECTIONS_BODY: usize = 16 * 1024;
