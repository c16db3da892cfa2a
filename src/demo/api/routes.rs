//! The table of routes: method, path, query parameters and who answers.

use axum::http::Method;

use super::{
    Entry, Handler, account, activities, activity, analysis, athlete, calendar, curves, done,
    events, library, names, plans, settings, streams, wellness,
};
use crate::demo::rules::Kind;

const fn get(
    pattern: &'static str,
    parameters: &'static [(&'static str, Kind)],
    handler: Handler,
) -> Entry {
    Entry {
        method: Method::GET,
        pattern,
        parameters,
        handler,
    }
}

const fn put(pattern: &'static str, handler: Handler) -> Entry {
    write(Method::PUT, pattern, &[], handler)
}

const fn post(
    pattern: &'static str,
    parameters: &'static [(&'static str, Kind)],
    handler: Handler,
) -> Entry {
    write(Method::POST, pattern, parameters, handler)
}

const fn write(
    method: Method,
    pattern: &'static str,
    parameters: &'static [(&'static str, Kind)],
    handler: Handler,
) -> Entry {
    Entry {
        method,
        pattern,
        parameters,
        handler,
    }
}

const LIMIT: (&str, Kind) = ("limit", Kind::Integer);
const ANY: Kind = Kind::List(&[]);
const INTERVAL_TYPES: Kind = Kind::Choice(&["AUTO", "POWER", "HR", "PACE"]);
const ACTIVITY_TYPES: Kind = Kind::Choice(names::ACTIVITY_TYPES);
const CATEGORIES: Kind = Kind::List(names::CATEGORIES);

/// Literal segments stand before variable ones.
pub static ROUTES: &[Entry] = &[
    get("api/v1/athlete/{id}", &[], account::account),
    get("api/v1/athlete/{id}/profile", &[], athlete::profile),
    get("api/v1/athlete/{id}/sport-settings", &[], settings::list),
    get(
        "api/v1/athlete/{id}/sport-settings/{sport}",
        &[],
        settings::one,
    ),
    write(
        Method::PUT,
        "api/v1/athlete/{id}/sport-settings/{sport}",
        &[("recalcHrZones", Kind::Boolean)],
        settings::put,
    ),
    put(
        "api/v1/athlete/{id}/sport-settings/{sport}/apply",
        settings::apply,
    ),
    get(
        "api/v1/athlete/{id}/sport-settings/{sport}/matching-activities",
        &[],
        settings::matching,
    ),
    get(
        "api/v1/athlete/{id}/training-plan",
        &[],
        plans::training_plan,
    ),
    get(
        "api/v1/athlete/{id}/custom-item",
        &[],
        athlete::custom_items,
    ),
    get("api/v1/athlete/{id}/gear", &[], athlete::gear),
    get(
        "api/v1/athlete/{id}/athlete-summary",
        &[
            ("start", Kind::Moment),
            ("end", Kind::Moment),
            ("tags", ANY),
        ],
        athlete::summary,
    ),
    get(
        "api/v1/athlete/{id}/activities",
        &[
            ("oldest", Kind::Moment),
            ("newest", Kind::Moment),
            LIMIT,
            ("fields", ANY),
            ("route_id", Kind::Integer),
        ],
        activities::list,
    ),
    get(
        "api/v1/athlete/{id}/activities/search",
        &[("q", Kind::Text), LIMIT],
        activities::search,
    ),
    get(
        "api/v1/athlete/{id}/activities/search-full",
        &[("q", Kind::Text), LIMIT],
        activities::search_full,
    ),
    get(
        "api/v1/athlete/{id}/activities/interval-search",
        &[
            ("minSecs", Kind::Integer),
            ("maxSecs", Kind::Integer),
            ("minIntensity", Kind::Integer),
            ("maxIntensity", Kind::Integer),
            ("type", INTERVAL_TYPES),
            ("minReps", Kind::Integer),
            ("maxReps", Kind::Integer),
            LIMIT,
        ],
        activities::interval_search,
    ),
    get(
        "api/v1/athlete/{id}/activities/{ids}",
        &[("intervals", Kind::Boolean)],
        activities::by_ids,
    ),
    get(
        "api/v1/athlete/{id}/activities-around",
        &[
            ("activity_id", Kind::Text),
            ("route_id", Kind::Integer),
            LIMIT,
        ],
        activities::around,
    ),
    get(
        "api/v1/activity/{id}",
        &[("intervals", Kind::Boolean)],
        activity::detail,
    ),
    put("api/v1/activity/{id}", done::put),
    write(Method::DELETE, "api/v1/activity/{id}", &[], done::delete),
    get("api/v1/activity/{id}/intervals", &[], activity::intervals),
    get(
        "api/v1/activity/{id}/streams",
        &[("types", ANY), ("includeDefaults", Kind::Boolean)],
        streams::streams,
    ),
    get(
        "api/v1/activity/{id}/messages",
        &[("sinceId", Kind::Integer), LIMIT],
        activity::messages,
    ),
    Entry {
        method: Method::POST,
        pattern: "api/v1/activity/{id}/messages",
        parameters: &[],
        handler: activity::add_message,
    },
    write(
        Method::DELETE,
        "api/v1/chats/{chat}/messages/{message}",
        &[],
        activity::delete_message,
    ),
    get(
        "api/v1/activity/{id}/weather-summary",
        &[
            ("start_index", Kind::Integer),
            ("end_index", Kind::Integer),
            ("descr_config", Kind::Text),
        ],
        activity::weather,
    ),
    get("api/v1/activity/{id}/segments", &[], activity::segments),
    get(
        "api/v1/activity/{id}/power-histogram",
        &[("bucketSize", Kind::Integer)],
        analysis::power_histogram,
    ),
    get(
        "api/v1/activity/{id}/hr-histogram",
        &[("bucketSize", Kind::Integer)],
        analysis::hr_histogram,
    ),
    get(
        "api/v1/activity/{id}/pace-histogram",
        &[],
        analysis::pace_histogram,
    ),
    get(
        "api/v1/activity/{id}/best-efforts",
        &[
            ("stream", Kind::Text),
            ("duration", Kind::Integer),
            ("distance", Kind::Number),
            ("count", Kind::Integer),
            ("minValue", Kind::Number),
            ("excludeIntervals", Kind::Boolean),
            ("startIndex", Kind::Integer),
            ("endIndex", Kind::Integer),
        ],
        analysis::best_efforts,
    ),
    get(
        "api/v1/activity/{id}/power-vs-hr",
        &[],
        analysis::power_vs_hr,
    ),
    get(
        "api/v1/athlete/{id}/power-curves",
        &[
            ("newest", Kind::Day),
            ("curves", ANY),
            ("type", ACTIVITY_TYPES),
            ("includeRanks", Kind::Boolean),
            ("subMaxEfforts", Kind::Integer),
            ("now", Kind::Moment),
            (
                "pmType",
                Kind::Choice(&["MS_2P", "MORTON_3P", "FFT_CURVES", "ECP"]),
            ),
            ("filters", Kind::Text),
        ],
        curves::power,
    ),
    get(
        "api/v1/athlete/{id}/hr-curves",
        &[
            ("newest", Kind::Day),
            ("curves", ANY),
            ("type", ACTIVITY_TYPES),
            ("subMaxEfforts", Kind::Integer),
            ("now", Kind::Moment),
            ("filters", Kind::Text),
        ],
        curves::heart_rate,
    ),
    get(
        "api/v1/athlete/{id}/pace-curves",
        &[
            ("newest", Kind::Day),
            ("curves", ANY),
            ("type", ACTIVITY_TYPES),
            ("includeRanks", Kind::Boolean),
            ("subMaxEfforts", Kind::Integer),
            ("now", Kind::Moment),
            ("gap", Kind::Boolean),
            ("pmType", Kind::Choice(&["CS"])),
            ("filters", Kind::Text),
        ],
        curves::pace,
    ),
    get(
        "api/v1/athlete/{id}/wellness",
        &[
            ("oldest", Kind::Day),
            ("newest", Kind::Day),
            ("fields", ANY),
            ("cols", ANY),
        ],
        wellness::list,
    ),
    put("api/v1/athlete/{id}/wellness", wellness::put),
    put("api/v1/athlete/{id}/wellness-bulk", wellness::put_bulk),
    get("api/v1/athlete/{id}/wellness/{date}", &[], wellness::one),
    put("api/v1/athlete/{id}/wellness/{date}", wellness::put_day),
    get(
        "api/v1/athlete/{id}/events",
        &[
            ("oldest", Kind::Day),
            ("newest", Kind::Day),
            ("category", CATEGORIES),
            LIMIT,
            ("calendar_id", Kind::Integer),
            ("locale", Kind::Text),
            ("resolve", Kind::Boolean),
        ],
        calendar::list,
    ),
    post(
        "api/v1/athlete/{id}/events",
        &[("upsertOnUid", Kind::Boolean)],
        events::create,
    ),
    write(
        Method::DELETE,
        "api/v1/athlete/{id}/events",
        &[
            ("oldest", Kind::Day),
            ("newest", Kind::Day),
            ("category", CATEGORIES),
            ("createdById", Kind::Text),
        ],
        events::delete_range,
    ),
    post(
        "api/v1/athlete/{id}/events/bulk",
        &[
            ("upsert", Kind::Boolean),
            ("upsertOnUid", Kind::Boolean),
            ("updatePlanApplied", Kind::Boolean),
        ],
        events::create_bulk,
    ),
    put(
        "api/v1/athlete/{id}/events/bulk-delete",
        events::delete_bulk,
    ),
    post("api/v1/athlete/{id}/events/apply-plan", &[], plans::apply),
    post(
        "api/v1/athlete/{id}/duplicate-events",
        &[],
        plans::duplicate,
    ),
    get("api/v1/athlete/{id}/events/{event}", &[], calendar::one),
    put("api/v1/athlete/{id}/events/{event}", events::update),
    write(
        Method::DELETE,
        "api/v1/athlete/{id}/events/{event}",
        &[("others", Kind::Boolean), ("notBefore", Kind::Day)],
        events::delete,
    ),
    post(
        "api/v1/athlete/{id}/events/{event}/mark-done",
        &[],
        done::mark_done,
    ),
    get("api/v1/athlete/{id}/folders", &[], library::folders),
    get("api/v1/athlete/{id}/workouts", &[], library::workouts),
    get(
        "api/v1/athlete/{id}/workouts/{workout}",
        &[],
        library::workout,
    ),
];
