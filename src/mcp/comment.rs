//! Comments on an activity, written and recognized.

use serde_json::json;

use super::changes::{Change, Item, Object};
use super::context::Context;
use super::error::ToolError;
use crate::intervals::activities::Message;
use crate::intervals::{ActivityId, Error, Members};

/// Comments that are looked through.
pub const MOST: u32 = 100;

/// The comments on an activity that are not deleted.
///
/// # Errors
/// When they cannot be read.
pub async fn standing(context: &Context, activity: &ActivityId) -> Result<Vec<Message>, Error> {
    let all = context
        .client()
        .activities()
        .messages(activity, MOST)
        .await?;
    let standing = all.iter().filter(|message| message.deleted.is_none());
    Ok(standing.cloned().collect())
}

/// Whether `message` is the athlete's own and says `text`.
#[must_use]
pub fn says(context: &Context, message: &Message, text: &str) -> bool {
    message.athlete_id.as_deref() == Some(context.client().athlete_id().as_str())
        && message.content.as_deref().map(str::trim) == Some(text.trim())
}

/// A comment as changes know it.
#[must_use]
pub fn image(activity: &ActivityId, message: &Message) -> (Object, Members) {
    let content = json!(message.content);
    (
        object(activity, Some(message.id)),
        Members::from_iter([("content".to_owned(), content)]),
    )
}

fn object(activity: &ActivityId, id: Option<i64>) -> Object {
    Object::Message {
        activity: activity.to_string(),
        id,
    }
}

/// Writes a comment, recorded under `label`; whether the service left the write unanswered. `before` is what stands there.
///
/// # Errors
/// When nothing was written, or when it is not known whether it was.
pub async fn write(
    context: &Context,
    tool: &str,
    label: String,
    activity: &ActivityId,
    text: &str,
    before: &[Message],
) -> Result<(Change, bool), ToolError> {
    let changes = context.changes();
    let item = Item {
        object: object(activity, None),
        label,
        before: None,
        after: Some(Members::from_iter([("content".to_owned(), json!(text))])),
    };
    let mut change = changes.begin(tool, vec![item]).await?;
    let (id, unanswered) = match context.client().activities().message(activity, text).await {
        Ok(new) => (new.id, false),
        Err(error) if error.leaves_write_uncertain() => {
            let now = standing(context, activity).await.unwrap_or_default();
            let is_new = |message: &&Message| {
                says(context, message, text) && before.iter().all(|old| old.id != message.id)
            };
            let found = now.iter().find(is_new).map(|message| message.id);
            (found.ok_or_else(|| uncertain(error, &change))?, true)
        }
        Err(error) => {
            changes.drop_record(&change.id).await;
            return Err(ToolError::Upstream(error));
        }
    };
    for item in &mut change.items {
        item.object = object(activity, Some(id));
    }
    changes.settle(&mut change).await;
    Ok((change, unanswered))
}

fn uncertain(error: Error, change: &Change) -> ToolError {
    ToolError::Unfinished(format!(
        "{} get_activity with messages shows it; should it be there, undo_change {} takes it back.",
        ToolError::UncertainWrite(error).sentence(),
        change.id
    ))
}
