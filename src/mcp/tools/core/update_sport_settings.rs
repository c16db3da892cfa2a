//! Changing thresholds and zones.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::intervals::sports::SportSettings;
use crate::mcp::changes::{self, Changes, Object};
use crate::mcp::context::Context;
use crate::mcp::error::ToolError;
use crate::mcp::params::{DateSpec, Flag, Int, Text, Zones};
use crate::mcp::registry::{Access, Tool};
use crate::mcp::render::sport_change as render;
use crate::mcp::reply::Reply;
use crate::mcp::rewrite::Rewrite;
use crate::mcp::sport_apply::Reach;
use crate::mcp::sport_change::{Draft, Given, entry, name};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    sport: Text,
    /// W
    ftp: Option<Int>,
    indoor_ftp: Option<Int>,
    /// bpm
    lthr: Option<Int>,
    max_hr: Option<Int>,
    /// e.g. 4:00/km
    threshold_pace: Option<Text>,
    zones: Option<Zones>,
    /// analyse past activities anew, from this day
    apply_from: Option<DateSpec>,
    dry_run: Option<Flag>,
    if_unchanged: Option<Text>,
}

pub struct UpdateSportSettings;

impl Tool for UpdateSportSettings {
    const NAME: &'static str = "update_sport_settings";
    const TITLE: &'static str = "Change thresholds and zones";
    const ACCESS: Access = Access::Settings;
    const SUMMARY: &'static str =
        "thresholds and zones of a sport, applied to past activities if wanted";
    const DESCRIPTION: &'static str = "Changes thresholds and zones of a sport; what is not given stays. HR zones follow lthr and max_hr unless given.";
    type Params = Params;

    async fn run(context: &Context, params: Params) -> Result<Reply, ToolError> {
        let given = Given {
            ftp: params.ftp,
            indoor_ftp: params.indoor_ftp,
            lthr: params.lthr,
            max_hr: params.max_hr,
            threshold_pace: params.threshold_pace,
            zones: params.zones,
        };
        let _turn = context.changes().turn().await?;
        let client = context.client();
        client.forget();
        let sports = client.sports();
        let (local, all) = tokio::join!(context.local(), async { client.sports().list().await });
        let (local, all) = (local?, all?);
        let before = entry(&all, &params.sport.0).map_err(ToolError::Invalid)?;
        let draft = given.draft(before, &params.sport.0);
        let Draft {
            members,
            moves_hr_zones,
            notes,
        } = draft.map_err(ToolError::Invalid)?;
        let object = Object::Sport { id: before.id };
        let mut rewrite = Rewrite::of(Self::NAME, object, name(before), before.members(), members);
        changes::check(params.if_unchanged.as_ref(), &rewrite.token())?;
        let from = params.apply_from.map(|from| from.day(local.today()));
        let reach = match from {
            Some(from) => Reach::of(context, before.id, from).await?,
            None => None,
        };
        let heading = format!("sport settings of {} ({})", name(before), local.zone_name());
        let sent = rewrite.wanted.clone();
        let moves_hr_zones =
            moves_hr_zones && ["lthr", "max_hr"].iter().any(|key| sent.contains_key(*key));
        if params.dry_run == Some(Flag(true)) {
            let mut reply = Reply::new(format!(
                "Dry run, nothing was written: {heading} would change"
            ));
            let after = before.with(&sent);
            if sent.is_empty() {
                reply.line("They are like that already.");
            }
            render::lines(&mut reply, before, &after, local.units);
            if moves_hr_zones {
                reply
                    .line("Intervals.icu would move the HR zones with it, the last one to max HR.");
            }
            render::notes(&mut reply, before, &after, &sent, &notes);
            if let Some(reach) = reach {
                reply.footer(format!("It would analyse {} anew.", reach.shown()));
            }
            reply.footer(format!("if_unchanged {}", rewrite.token()));
            return Ok(reply);
        }
        let mut reply = Reply::new(format!("Changed {heading}"));
        let mut undo = String::new();
        if sent.is_empty() {
            reply = Reply::new(format!("The {heading} are like that already."));
        } else {
            rewrite.label = format!("sport settings of {}", name(before));
            let put = sports.put(before.id, &sent, moves_hr_zones);
            let read = sports.get(before.id);
            let members = SportSettings::members;
            let done = rewrite
                .carry_out(context.changes(), put, read, members)
                .await?;
            render::lines(&mut reply, before, &done.now, local.units);
            if moves_hr_zones && before.hr_zones == done.now.hr_zones {
                reply.footer("Intervals.icu left the HR zones as they were.");
            }
            render::notes(&mut reply, before, &done.now, &sent, &notes);
            done.tell(&mut reply, render::names);
            undo = Changes::undo_hint(&done.change);
        }
        match (reach, from) {
            (Some(reach), _) => {
                reply.footer(reach.apply(context, before.id, &undo).await?);
            }
            (None, Some(_)) => {
                reply.footer("There is no activity of these sports to apply it to.");
            }
            (None, None) if !undo.is_empty() => {
                reply.footer(
                    "Past activities keep what they were analysed with; apply_from changes that.",
                );
            }
            (None, None) => {}
        }
        if !undo.is_empty() {
            reply.footer(undo);
        }
        Ok(reply)
    }
}
