//! Commenting on an activity.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::mcp::changes::{self, Changes};
use crate::mcp::comment;
use crate::mcp::context::Context;
use crate::mcp::error::ToolError;
use crate::mcp::params::{ActivityId, Flag, Text};
use crate::mcp::registry::{Access, Tool};
use crate::mcp::render::activity::{brief, withheld};
use crate::mcp::render::count;
use crate::mcp::reply::Reply;

const MAX_CHARACTERS: usize = 4_000;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    id: ActivityId,
    text: Text,
    dry_run: Option<Flag>,
    if_unchanged: Option<Text>,
}

pub struct AddActivityMessage;

impl Tool for AddActivityMessage {
    const NAME: &'static str = "add_activity_message";
    const TITLE: &'static str = "Comment on an activity";
    const ACCESS: Access = Access::Write;
    const SUMMARY: &'static str = "comments on an activity in the athlete's name";
    const DESCRIPTION: &'static str =
        "Adds a comment to an activity in the athlete's name; coaches and followers see it.";
    type Params = Params;

    async fn run(context: &Context, params: Params) -> Result<Reply, ToolError> {
        let text = params.text.0.trim();
        let length = text.chars().count();
        if !(1..=MAX_CHARACTERS).contains(&length) {
            return Err(ToolError::Invalid(format!(
                "text must have 1 to {MAX_CHARACTERS} characters. Nothing was written."
            )));
        }
        let _turn = context.changes().turn().await?;
        let client = context.client();
        client.forget();
        let id = &params.id.0;
        let (local, found, before) = tokio::join!(
            context.local(),
            async { client.activities().get(id).await },
            comment::standing(context, id),
        );
        let (local, found) = (local?, found?);
        if found.is_stub() {
            let why = withheld(&found, &local);
            return Err(ToolError::Invalid(format!("Nothing was written. {why}")));
        }
        let before = before?;
        let images: Vec<_> = before.iter().map(|m| comment::image(id, m)).collect();
        let token = changes::token(images.iter().map(|(object, image)| (object, Some(image))));
        changes::check(params.if_unchanged.as_ref(), &token)?;
        let heading = format!("{} ({})", brief(&found), local.zone_name());
        if before.iter().any(|m| comment::says(context, m, text)) {
            return Ok(Reply::new(format!(
                "Nothing was written: the athlete's comment says this already on {heading}."
            )));
        }
        let place = match before.len() {
            0 => "the first comment".to_owned(),
            there => format!("after {}", count(there, "comment")),
        };
        let size = format!("{}, {place}", count(length, "character"));
        if params.dry_run == Some(Flag(true)) {
            let mut reply = Reply::new(format!(
                "Dry run, nothing was written: a comment on {heading}"
            ));
            reply.line(size).footer(format!("if_unchanged {token}"));
            return Ok(reply);
        }
        let label = format!("comment on {}", brief(&found));
        let (change, unanswered) =
            comment::write(context, Self::NAME, label, id, text, &before).await?;
        let mut reply = Reply::new(format!("Commented on {heading}"));
        reply.line(size);
        if unanswered {
            reply.footer("Intervals.icu did not answer the write; read again, it is there.");
        }
        reply.footer(Changes::undo_hint(&change));
        Ok(reply)
    }
}
