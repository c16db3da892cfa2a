//! Folders, plans and their workouts.

use serde_json::Value;

use super::{Call, print};
use crate::demo::athlete::folders;
use crate::demo::rules::Refusal;

pub fn folders(_: &Call<'_>) -> Result<String, Refusal> {
    print(folders::all())
}

pub fn workouts(_: &Call<'_>) -> Result<String, Refusal> {
    print(folders::own_workouts())
}

pub fn workout(call: &Call<'_>) -> Result<String, Refusal> {
    let wanted = call.value(0);
    let id: i32 = wanted.parse().map_err(|_| {
        Refusal::unprocessable(format!("For input string: \"{wanted}\""))
            .violating(format!("workout id {wanted}"))
    })?;
    let found = folders::own_workouts()
        .into_iter()
        .find(|workout| workout["id"].as_i64() == Some(i64::from(id)));
    found.map_or_else(
        || Err(Refusal::not_found(format!("Workout {id} not found"))),
        |workout: Value| print(workout),
    )
}
