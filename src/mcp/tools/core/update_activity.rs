//! Changing what the athlete says about an activity.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::intervals::activities::Activity;
use crate::mcp::activity_change::{self, Given};
use crate::mcp::changes::{self, Changes, Object};
use crate::mcp::context::{Context, Local};
use crate::mcp::error::ToolError;
use crate::mcp::params::{ActivityId, Flag, Int, List, Text};
use crate::mcp::registry::{Access, Tool};
use crate::mcp::render::activity::brief;
use crate::mcp::render::{activity, activity_change as render};
use crate::mcp::reply::Reply;
use crate::mcp::rewrite::Rewrite;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    id: ActivityId,
    name: Option<Text>,
    description: Option<Text>,
    rpe: Option<Int>,
    feel: Option<Text>,
    /// name or id
    gear: Option<Text>,
    tags: Option<List<Text>>,
    carbs_g: Option<Int>,
    dry_run: Option<Flag>,
    if_unchanged: Option<Text>,
}

pub struct UpdateActivity;

impl Tool for UpdateActivity {
    const NAME: &'static str = "update_activity";
    const TITLE: &'static str = "Change an activity";
    const ACCESS: Access = Access::Write;
    const SUMMARY: &'static str =
        "name, description, RPE, feel, gear, tags and carbohydrates of an activity";
    const DESCRIPTION: &'static str = "Changes what is given of an activity; tags and description replace. rpe 1-10, feel very \
        strong|strong|normal|weak|very weak; -1 clears a number, \"\" the description.";
    type Params = Params;

    async fn run(context: &Context, params: Params) -> Result<Reply, ToolError> {
        let given = Given {
            name: params.name,
            description: params.description,
            rpe: params.rpe,
            feel: params.feel,
            gear: params.gear,
            tags: params.tags,
            carbs_g: params.carbs_g,
        };
        let mut wanted = given.members().map_err(ToolError::Invalid)?;
        let _turn = context.changes().turn().await?;
        let client = context.client();
        client.forget();
        let id = &params.id.0;
        let (local, found, gear) = tokio::join!(
            context.local(),
            async { client.activities().get(id).await },
            async {
                match given.gear {
                    Some(_) => client.gear().list().await.map(Some),
                    None => Ok(None),
                }
            },
        );
        let (local, found, gear) = (local?, found?, gear?);
        if found.is_stub() {
            let why = activity::withheld(&found, &local);
            return Err(ToolError::Invalid(format!("Nothing was written. {why}")));
        }
        let gear = gear.as_deref().map(Vec::as_slice).unwrap_or_default();
        given
            .add_gear(&mut wanted, gear)
            .map_err(ToolError::Invalid)?;
        let object = Object::Activity { id: id.to_string() };
        let before = found.members();
        let rewrite = Rewrite::of(Self::NAME, object, brief(&found), before.clone(), wanted);
        changes::check(params.if_unchanged.as_ref(), &rewrite.token())?;
        let sent = rewrite.wanted.clone();
        if sent.is_empty() {
            return Ok(Reply::new(format!(
                "Nothing was written: {} is like that already.",
                heading(&found, &local)
            )));
        }
        if params.dry_run == Some(Flag(true)) {
            let mut reply = Reply::new(format!(
                "Dry run, nothing was written: {} would change",
                heading(&found, &local)
            ));
            render::lines(&mut reply, &before, &sent, &sent, gear);
            reply.footer(format!("if_unchanged {}", rewrite.token()));
            return Ok(reply);
        }
        let body = activity_change::body(&sent);
        let activities = client.activities();
        let (put, read) = (activities.put(id, &body), activities.get(id));
        let done = rewrite
            .carry_out(context.changes(), put, read, Activity::members)
            .await?;
        let mut reply = Reply::new(format!("Changed {}", heading(&done.now, &local)));
        let mut taken = sent;
        taken.retain(|key, _| !done.lost.contains(key));
        render::lines(&mut reply, &before, &done.now.members(), &taken, gear);
        if let Some(effort) = done
            .now
            .session_rpe
            .filter(|_| taken.contains_key("icu_rpe"))
        {
            reply.line(format!("session RPE {effort} (RPE × minutes)"));
        }
        done.tell(&mut reply, render::names);
        reply.footer(Changes::undo_hint(&done.change));
        Ok(reply)
    }
}

fn heading(activity: &Activity, local: &Local) -> String {
    format!("{} ({})", brief(activity), local.zone_name())
}
