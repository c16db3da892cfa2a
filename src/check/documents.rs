//! Do the documents by which apps find their way say what BASE_URL says?

use serde_json::Value;

use super::finding::Finding;
use super::intruder;
use super::local;
use super::reach;
use super::situation::Situation;
use super::visitor::Visitor;

const SERVER: &str = "/.well-known/oauth-authorization-server";
const RESOURCE: &str = "/.well-known/oauth-protected-resource/mcp";

/// Findings, the first problem last: what follows from it is not worth a line.
pub async fn examine(
    situation: &Situation,
    visitor: &Visitor,
    configured: &Value,
) -> Result<Vec<Finding>, Finding> {
    let public_url = &situation.public_url;
    let server = document(situation, visitor, SERVER).await?;
    same(situation, SERVER, &server["issuer"], public_url.origin())?;
    let resource = document(situation, visitor, RESOURCE).await?;
    same(
        situation,
        RESOURCE,
        &resource["resource"],
        &public_url.mcp(),
    )?;
    let authorities = &resource["authorization_servers"][0];
    same(situation, RESOURCE, authorities, public_url.origin())?;
    let mut findings = vec![Finding::ok(
        "Apps find the login: its documents name this address.",
    )];
    if situation.runs_here() {
        // It is asked on this machine, and what differs is said once.
        return Ok(findings);
    }
    let config = document(situation, visitor, "/config").await?;
    let differing = local::differing(&config, configured);
    if !differing.is_empty() {
        findings.push(Finding::warning(
            format!(
                "The server at {public_url} runs with other settings than these: {}.",
                differing.join(", ")
            ),
            "Restart it if it is to take these, or run the check where the server runs.",
        ));
    }
    Ok(findings)
}

async fn document(situation: &Situation, visitor: &Visitor, path: &str) -> Result<Value, Finding> {
    let answer = visitor
        .get(path)
        .await
        .map_err(|failure| reach::unreached(situation, &failure))?;
    let document = answer.json();
    if answer.status == 200 && document.is_object() {
        return Ok(document);
    }
    Err(intruder::name(situation, path, &answer))
}

fn same(situation: &Situation, path: &str, said: &Value, right: &str) -> Result<(), Finding> {
    if said.as_str() == Some(right) {
        return Ok(());
    }
    let url = situation.url(path);
    let said: String = match said.as_str() {
        Some(said) => said.chars().filter(|c| !c.is_control()).take(200).collect(),
        None => "nothing".to_owned(),
    };
    let public_url = &situation.public_url;
    Err(Finding::problem(
        format!("The server at {url} calls itself {said}, not {right}: apps refuse to log in."),
        format!(
            "If {public_url} is the address that you want, set BASE_URL={public_url} where the server runs and restart it. If \
             the other one is, set that here and paste it into Claude."
        ),
    ))
}
