//! Who answers at the public URL?

use super::finding::Finding;
use super::intruder;
use super::local::Local;
use super::situation::Situation;
use super::visitor::{Answer, Failure, Flaw, Visitor};

/// The answer of `/health`, when it is this server's.
pub async fn examine(
    situation: &Situation,
    visitor: &Visitor,
) -> Result<(Answer, Finding), Finding> {
    let answer = visitor
        .get("/health")
        .await
        .map_err(|failure| unreached(situation, &failure))?;
    let document = answer.json();
    let version = document["version"].as_str();
    let (200, Some("ok"), Some(version)) = (answer.status, document["status"].as_str(), version)
    else {
        return Err(intruder::name(situation, "/health", &answer));
    };
    let finding = greeted(situation, version);
    Ok((answer, finding))
}

fn greeted(situation: &Situation, version: &str) -> Finding {
    let public_url = &situation.public_url;
    let own = env!("CARGO_PKG_VERSION");
    if version != own {
        let version: String = version
            .chars()
            .filter(|c| !c.is_control())
            .take(20)
            .collect();
        return Finding::warning(
            format!("At {public_url} runs version {version} of this server; this is {own}."),
            "Update the older of the two, and restart the server if it was updated.",
        );
    }
    let how = if public_url.is_https() {
        " over https with a valid certificate"
    } else {
        ""
    };
    Finding::ok(format!(
        "This server (version {own}) answers at {public_url}{how}."
    ))
}

/// The finding for no answer at all.
pub fn unreached(situation: &Situation, failure: &Failure) -> Finding {
    let public_url = &situation.public_url;
    let authority = public_url.authority();
    match failure {
        Failure::Certificate(flaw) => certificate(situation, flaw),
        Failure::Tls(why) => Finding::problem(
            format!("What listens at {authority} does not speak https: {why}."),
            "Let a proxy with a certificate (such as Caddy) listen there; this server itself speaks http only.",
        ),
        Failure::Refused | Failure::Timeout | Failure::Broken => {
            let what = match failure {
                Failure::Refused => "accepts no connection",
                Failure::Timeout => "does not answer in time",
                _ => "breaks the connection off",
            };
            absent(situation, what)
        }
    }
}

fn absent(situation: &Situation, what: &str) -> Finding {
    let public_url = &situation.public_url;
    let port = situation.port;
    if situation.local == Local::Nobody {
        return Finding::warning(
            format!(
                "{public_url} {what}, and no server runs on this machine. That is expected before the first start."
            ),
            format!(
                "Start the server and what stands in front of it, then run the check again. If they should be running: look at \
                 their logs, and whether the firewall lets {} in.",
                door(situation)
            ),
        );
    }
    Finding::problem(
        format!("{public_url} {what}, although a server runs on port {port} of this machine."),
        format!(
            "Start the proxy in front of it, let the firewall and the router pass {} to this machine, and let the name lead \
             here. If apps outside do get through, only this network cannot call itself: run the check from elsewhere.",
            door(situation)
        ),
    )
}

/// The port that apps come to.
fn door(situation: &Situation) -> String {
    let authority = situation.public_url.authority();
    let host = situation.public_url.host();
    let port = authority
        .strip_prefix(host)
        .and_then(|rest| rest.strip_prefix(':'));
    let usual = if situation.public_url.is_https() {
        "443"
    } else {
        "80"
    };
    format!("port {}", port.unwrap_or(usual))
}

fn certificate(situation: &Situation, flaw: &Flaw) -> Finding {
    let authority = situation.public_url.authority();
    let host = situation.public_url.host();
    let (text, remedy) = match flaw {
        Flaw::Expired => (
            format!("The certificate of {authority} has expired."),
            "Renew it, and see that it renews itself from now on (Caddy and the platforms do). If it is not old, the clock of \
             this machine is wrong."
                .to_owned(),
        ),
        Flaw::NotYetValid => (
            format!("The certificate of {authority} is not valid yet."),
            "Set the clock of this machine, or of the one that made the certificate.".to_owned(),
        ),
        Flaw::OtherName(names) => {
            let theirs = match names.as_slice() {
                [] => "another name".to_owned(),
                names => names.iter().take(5).cloned().collect::<Vec<_>>().join(", "),
            };
            (
                format!("The certificate that {authority} shows is for {theirs}."),
                format!(
                    "Get one for {host} (Caddy and the platforms do so for every domain that they are told of), or set \
                     BASE_URL to the name that the certificate has."
                ),
            )
        }
        Flaw::UnknownIssuer => (
            format!(
                "The certificate of {authority} is self-signed, of an authority that this machine does not know, or lacks the \
                 certificates in between."
            ),
            "Use one that everybody trusts, such as Let's Encrypt's, with its whole chain (fullchain.pem). For an authority of \
             your own, let SSL_CERT_FILE name its certificate; Claude.ai will not know it."
                .to_owned(),
        ),
        Flaw::Missing => (
            format!("What listens at {authority} has no certificate for {host}."),
            format!(
                "Tell the proxy that {host} is one of its names (Caddy: the first line of the Caddyfile), and look at its log: \
                 getting a certificate needs the name to lead to it and ports 80 and 443 to be open."
            ),
        ),
        Flaw::Other(why) => (
            format!("The certificate of {authority} is refused: {why}."),
            "Get a new one, such as Let's Encrypt's.".to_owned(),
        ),
    };
    Finding::problem(text, remedy)
}
