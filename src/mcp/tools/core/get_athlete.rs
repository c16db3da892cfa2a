//! Who the athlete is: units, zone, thresholds, zones, custom fields.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::mcp::context::Context;
use crate::mcp::error::ToolError;
use crate::mcp::measure::custom;
use crate::mcp::registry::{Access, Tool};
use crate::mcp::render::{athlete, days};
use crate::mcp::reply::Reply;
use crate::mcp::text;
use crate::units::number;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {}

pub struct GetAthlete;

impl Tool for GetAthlete {
    const NAME: &'static str = "get_athlete";
    const TITLE: &'static str = "Get the athlete";
    const ACCESS: Access = Access::Read;
    const SUMMARY: &'static str = "profile, units, time zone, thresholds and zones";
    const DESCRIPTION: &'static str = "Profile, units, time zone, thresholds per sport (FTP, LTHR, pace), zones in absolute \
                                       units, custom fields.";
    type Params = Params;

    async fn run(context: &Context, Params {}: Params) -> Result<Reply, ToolError> {
        let client = context.client();
        let (local, profile, sports, settings, fields) = tokio::join!(
            context.local(),
            async { client.athlete().profile().await },
            async { client.sports().list().await },
            async { client.preferences().get().await.ok() },
            custom::defined(context),
        );
        let (local, profile, sports) = (local?, profile?, sports?);
        let who = &profile.athlete;
        let mut facts: Vec<String> = Vec::new();
        facts.extend(who.name.as_deref().map(text::name));
        facts.extend(match who.sex.as_deref() {
            Some("M") => Some("male".to_owned()),
            Some("F") => Some("female".to_owned()),
            _ => None,
        });
        facts.extend(
            who.city
                .as_deref()
                .map(text::name)
                .filter(|c| !c.is_empty()),
        );
        let settings = settings.as_deref();
        facts.extend(settings.and_then(|s| s.icu_weight).map(|kg| {
            format!(
                "{} {}",
                number(local.units.weight(kg), 1),
                local.units.weight_name()
            )
        }));
        let resting = settings.and_then(|s| s.icu_resting_hr);
        facts.extend(resting.map(|bpm| format!("resting HR {bpm} bpm")));
        facts.push(format!("id {}", who.id));
        let mut reply = Reply::new(facts.join(" · "));
        let units = local.units;
        reply.line(format!(
            "{} ({}) · shown in {}, {}, {}{}",
            days::full(local.today()),
            local.zone_name(),
            units.distance_name(),
            units.weight_name(),
            units.temperature_name(),
            match units.form_percent {
                true => ", form in percent of fitness",
                false => "",
            }
        ));
        if sports.is_empty() {
            reply.footer("No sport settings: thresholds and zones are not set in Intervals.icu.");
        }
        for sport in sports.iter() {
            reply.line(athlete::sport(sport, units));
        }
        reply.line_if(athlete::custom_fields(&fields));
        if who.timezone.is_none() {
            reply.footer("No time zone is set in Intervals.icu: days are those of UTC.");
        }
        Ok(reply)
    }
}
