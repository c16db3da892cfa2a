//! One activity: its row, intervals, messages, weather and segments.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::{Call, activities, locked, print};
use crate::demo::ATHLETE_ID;
use crate::demo::athlete::profile;
use crate::demo::document::{decimals, float};
use crate::demo::rules::Refusal;

/// The id of the first message.
const FIRST_MESSAGE: i64 = 7_300_001;
/// Ids of conversations count from here.
const FIRST_CHAT: usize = 610_000;

pub fn detail(call: &Call<'_>) -> Result<String, Refusal> {
    let id = call.value(0);
    activities::one(call, id, call.query.flag("intervals"))
        .map(Cow::into_owned)
        .ok_or_else(|| Refusal::not_found(format!("Activity {id} not found")))
}

pub fn intervals(call: &Call<'_>) -> Result<String, Refusal> {
    print(Value::Object(call.recorded()?.intervals()))
}

/// The id of a path, if there is such an activity.
fn known<'a>(call: &'a Call<'_>) -> Result<&'a str, Refusal> {
    let id = call.value(0);
    match activities::one(call, id, false) {
        Some(_) => Ok(id),
        None => Err(Refusal::not_found(format!("Activity {id} not found"))),
    }
}

pub fn messages(call: &Call<'_>) -> Result<String, Refusal> {
    let id = known(call)?;
    let since = call.query.number("sinceId");
    let limit = call.query.count("limit").unwrap_or(100);
    let written = locked(&call.writes.messages);
    let of_activity = written
        .iter()
        .filter(|message| message["activity_id"] == id)
        .cloned();
    let rows: Vec<Value> = comment_of_the_coach(call, id)
        .into_iter()
        .chain(of_activity)
        .filter(|message| {
            since.is_none_or(|since| message["id"].as_f64().is_some_and(|id| id > since))
        })
        .take(limit)
        .collect();
    print(rows)
}

pub fn add_message(call: &Call<'_>) -> Result<String, Refusal> {
    let activity = known(call)?;
    let body = call.json()?;
    let members = body
        .as_object()
        .ok_or_else(|| Refusal::unprocessable("Expected an object"))?;
    if let Some(member) = members.keys().find(|member| *member != "content") {
        return Err(
            Refusal::unprocessable(format!("Unrecognized field [{member}]"))
                .violating(format!("POST messages: unknown member {member}")),
        );
    }
    let content = body["content"].as_str().unwrap_or_default();
    if content.is_empty() {
        return Err(Refusal::unprocessable("Content is required"));
    }
    let mut written = locked(&call.writes.messages);
    let id = FIRST_MESSAGE + 1 + i64::try_from(written.len()).unwrap_or(0);
    written.push(message(
        id,
        ATHLETE_ID,
        profile::NAME,
        call.timestamp,
        content,
        activity,
    ));
    // The first comment opens a conversation.
    let chat = chat(call, activity).is_none().then(|| {
        let chat = FIRST_CHAT + written.len();
        let members = Map::from_iter([("icu_chat_id".to_owned(), Value::from(chat))]);
        locked(&call.writes.activities).change(activity, members);
        json!({"id": chat, "type": "ACTIVITY", "activity_id": activity})
    });
    print(json!({"id": id, "new_chat": chat}))
}

/// The conversation about an activity.
fn chat(call: &Call<'_>, activity: &str) -> Option<u64> {
    let row = activities::one(call, activity, false)?;
    let row: Value = serde_json::from_str(&row).ok()?;
    row["icu_chat_id"].as_u64()
}

/// A comment that is deleted stays in the list, marked.
pub fn delete_message(call: &Call<'_>) -> Result<String, Refusal> {
    let mut written = locked(&call.writes.messages);
    let message = written
        .iter_mut()
        .find(|message| {
            let activity = message["activity_id"].as_str().unwrap_or_default();
            let known = |place| call.value(place).parse::<u64>().ok();
            message["id"].as_u64() == known(1) && chat(call, activity) == known(0)
        })
        .ok_or_else(|| Refusal::not_found("Message not found"))?;
    message["deleted"] = Value::from(call.timestamp);
    message["deleted_by_id"] = Value::from(ATHLETE_ID);
    print(json!({}))
}

/// The newest hard session has been commented on.
fn comment_of_the_coach(call: &Call<'_>, activity: &str) -> Option<Value> {
    let newest = call
        .year
        .activities
        .iter()
        .rev()
        .find(|other| other.is_key() && !other.is_stub())?;
    let created = newest.start_utc.replace('Z', ".000+00:00");
    let content = "Well paced.\nKeep the last one as honest as the first.";
    (newest.id == activity).then(|| {
        message(
            FIRST_MESSAGE,
            "i500500",
            "Coach Ida",
            &created,
            content,
            activity,
        )
    })
}

fn message(
    id: i64,
    athlete: &str,
    name: &str,
    created: &str,
    content: &str,
    activity: &str,
) -> Value {
    json!({
        "id": id, "athlete_id": athlete, "name": name, "created": created, "type": "TEXT", "content": content,
        "activity_id": activity, "start_index": null, "end_index": null, "answer": null, "activity": null,
        "attachment_url": null, "attachment_mime_type": null, "deleted": null, "deleted_by_id": null,
        "join_group_id": null, "accept_coaching_group_id": null, "seen": true,
    })
}

pub fn weather(call: &Call<'_>) -> Result<String, Refusal> {
    let activity = call.recorded()?;
    let row = activity.row();
    let last = usize::try_from(activity.summary.moving).unwrap_or(0);
    let start = call.query.count("start_index").unwrap_or(0).min(last);
    let end = call
        .query
        .count("end_index")
        .filter(|end| *end > 0)
        .unwrap_or(last)
        .clamp(start, last);
    let outdoor = activity.session.workout.sport.is_outdoor();
    let member = |name: &str| row.get(name).cloned().unwrap_or(Value::Null);
    let wind = row.get("average_wind_speed").and_then(Value::as_f64);
    let temperature = row.get("average_weather_temp").and_then(Value::as_f64);
    let description = temperature
        .zip(wind)
        .map(|(temperature, wind)| format!("{temperature:.0} °C, wind {wind:.1} m/s"));
    print(json!({
        "start_index": start, "end_index": end, "start_secs": start, "end_secs": end, "moving_time": end - start,
        "whole_activity": start == 0 && end == last, "wind_speed": null, "wind_gust": null,
        "apparent_wind_speed": null, "apparent_wind_gust": null, "average_temp": member("average_temp"),
        "min_temp": null, "max_temp": null, "average_weather_temp": member("average_weather_temp"),
        "min_weather_temp": member("min_weather_temp"), "max_weather_temp": member("max_weather_temp"),
        "average_feels_like": member("average_feels_like"), "min_feels_like": null, "max_feels_like": null,
        "average_wind_speed": member("average_wind_speed"),
        "min_wind_speed": wind.map(|wind| float(wind * 0.6)), "max_wind_speed": wind.map(|wind| float(wind * 1.5)),
        "average_wind_gust": wind.map(|wind| float(wind * 1.7)), "min_wind_gust": null, "max_wind_gust": null,
        "prevailing_wind_deg": member("prevailing_wind_deg"), "average_yaw": null,
        "headwind_percent": member("headwind_percent"), "tailwind_percent": member("tailwind_percent"),
        "max_rain": member("max_rain"), "max_showers": if outdoor { decimals(0.0, 1) } else { Value::Null },
        "max_snow": null, "average_clouds": member("average_clouds"), "description": description,
    }))
}

pub fn segments(call: &Call<'_>) -> Result<String, Refusal> {
    let activity = call.recorded()?;
    let row = activity.row();
    if row.get("has_segments") != Some(&json!(true)) {
        return print(json!([]));
    }
    let laps = activity.summary.laps.iter().filter(|lap| lap.work).take(2);
    let rows: Vec<Value> = (0u32..)
        .zip(laps)
        .map(|(index, lap)| {
            json!({
                "id": 6_000_000_100u64 + u64::from(index), "start_index": lap.start + 60, "end_index": lap.start + 420,
                "name": format!("Kyburg climb {}", index + 1), "segment_id": 88_001 + index, "starred": index == 0,
            })
        })
        .collect();
    print(rows)
}
