//! Clients that are not who they say, and forms that are not what they seem.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::client::{CALLBACK, approved, public, redemption, register, token};
use super::message::{Ask, Reply};
use super::site::Site;
use super::target::Target;
use super::tokens::is_refused;
use crate::support::flow::{Client, encode};

#[tokio::test]
async fn tok_09_the_body_is_one_plain_form_without_repetitions() {
    let target = Target::start().await;
    let client = public(&target).await;
    let (code, proof) = approved(&target, &client).await;
    let fields = redemption(&client, &code, &proof);
    let form = encode(&fields);
    let as_json = serde_json::to_string(
        &fields
            .iter()
            .copied()
            .collect::<std::collections::BTreeMap<_, _>>(),
    )
    .unwrap();
    let multipart: String = fields
        .iter()
        .map(|(name, value)| {
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        })
        .collect();
    for (kind, body) in [
        (Some("application/json"), as_json.clone()),
        (Some("application/json"), form.clone()),
        (Some("application/x-www-form-urlencoded"), as_json),
        (
            Some("multipart/form-data; boundary=x"),
            format!("{multipart}--x--\r\n"),
        ),
        (Some("text/plain"), form.clone()),
        (None, form.clone()),
        (Some(""), form.clone()),
        (
            Some("application/json, application/x-www-form-urlencoded"),
            form.clone(),
        ),
        (Some("application/x-www-form-urlencodedx"), form.clone()),
        (
            Some("application/x-www-form-urlencoded"),
            format!("{form}&broken=%zz"),
        ),
        (
            Some("application/x-www-form-urlencoded"),
            format!("{form}&x=%ff"),
        ),
    ] {
        let mut ask = Ask::post("/oauth/token").body(body);
        if let Some(kind) = kind {
            ask = ask.header("Content-Type", kind);
        }
        is_refused(
            &target.send(&ask).await,
            400,
            "invalid_request",
            kind.unwrap_or("no type"),
        );
    }
    let two = Ask::post("/oauth/token")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header("Content-Type", "application/json")
        .body(form.clone());
    is_refused(
        &target.send(&two).await,
        400,
        "invalid_request",
        "two types",
    );
    for (name, value) in &fields {
        for again in [*value, "other"] {
            let twice: Vec<_> = fields.iter().copied().chain([(*name, again)]).collect();
            is_refused(&token(&target, &twice).await, 400, "invalid_request", name);
        }
    }
    let query = format!("/oauth/token?{form}");
    let in_query = Ask::post(&query).form(&[]);
    is_refused(
        &target.send(&in_query).await,
        400,
        "invalid_request",
        "all in the query",
    );
    let read = target.send(&Ask::get(&query)).await;
    assert_eq!(read.status, 405);
    // After all this the code is as good as new.
    assert_eq!(token(&target, &fields).await.status, 200);
    target.finish().await;
}

fn basic(scheme: &str, id: &str, secret: &str) -> String {
    format!("{scheme} {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// Redeems with what `fields` say and this `Authorization`, if any.
async fn authenticated(site: &Site, fields: &[(&str, &str)], authorization: Option<&str>) -> Reply {
    let mut ask = Ask::post("/oauth/token").form(fields);
    if let Some(authorization) = authorization {
        ask = ask.header("Authorization", authorization);
    }
    site.send(&ask).await
}

#[tokio::test]
async fn tok_10_a_client_that_does_not_prove_itself_learns_nothing_and_costs_no_code() {
    let target = Target::start().await;
    let client = register(&target, CALLBACK, "client_secret_basic").await;
    let open = public(&target).await;
    let secret = client.secret.clone().unwrap();
    let other = register(&target, CALLBACK, "client_secret_post").await;
    let (code, proof) = approved(&target, &client).await;
    let bare = Client {
        secret: None,
        ..client.clone()
    };
    let fields = redemption(&bare, &code, &proof);
    let without_id: Vec<_> = fields
        .iter()
        .copied()
        .filter(|(name, _)| *name != "client_id")
        .collect();
    let with = |more: &[(&'static str, &'static str)]| -> Vec<(&str, &str)> {
        fields.iter().copied().chain(more.iter().copied()).collect()
    };
    let unknown = Client {
        id: "unknown".to_owned(),
        ..bare.clone()
    };
    let of_public = redemption(&open, &code, &proof);
    let foreign: Vec<_> = fields
        .iter()
        .copied()
        .chain([("client_secret", other.secret.as_deref().unwrap())])
        .collect();
    let upper = secret.to_uppercase();
    // A right secret is right by either method, whichever was registered: clients get that wrong, and it proves as much.
    let cases = [
        (
            "an unknown client",
            redemption(&unknown, &code, &proof),
            None,
        ),
        ("no secret", fields.clone(), None),
        (
            "a wrong secret",
            with(&[("client_secret", "s1.wrong")]),
            None,
        ),
        ("the secret of another client", foreign, None),
        (
            "no secret in Basic",
            without_id.clone(),
            Some(basic("Basic", &client.id, "")),
        ),
        (
            "a wrong secret in Basic",
            without_id.clone(),
            Some(basic("Basic", &client.id, &upper)),
        ),
        (
            "an unknown client in Basic",
            without_id.clone(),
            Some(basic("Basic", "unknown", &secret)),
        ),
        (
            "the id of another client in the body",
            fields_of(&other, &fields),
            Some(basic("Basic", &client.id, &secret)),
        ),
        (
            "an escape too many",
            without_id.clone(),
            Some(basic("Basic", &client.id, &secret.replace('.', "%252E"))),
        ),
        (
            "a broken escape",
            without_id.clone(),
            Some(basic("Basic", &client.id, &format!("{secret}%"))),
        ),
        (
            "not base64",
            without_id.clone(),
            Some("Basic ~~~~".to_owned()),
        ),
        (
            "no colon",
            without_id.clone(),
            Some(format!("Basic {}", STANDARD.encode("nocolon"))),
        ),
        (
            "no credentials",
            without_id.clone(),
            Some("Basic".to_owned()),
        ),
        (
            "another scheme",
            without_id.clone(),
            Some(format!("Bearer {secret}")),
        ),
        (
            "a secret of a client that has none",
            [of_public.clone(), vec![("client_secret", "x")]].concat(),
            None,
        ),
    ];
    let mut bodies = Vec::new();
    for (what, fields, authorization) in &cases {
        let reply = authenticated(&target, fields, authorization.as_deref()).await;
        is_refused(&reply, 401, "invalid_client", what);
        let challenge = reply.header("www-authenticate");
        assert_eq!(
            challenge.starts_with("Basic "),
            authorization.is_some(),
            "{what}"
        );
        bodies.push(reply.text());
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:?}");

    let both: Vec<_> = fields
        .iter()
        .copied()
        .chain([("client_secret", secret.as_str())])
        .collect();
    let header = basic("Basic", &client.id, &secret);
    let reply = authenticated(&target, &both, Some(&header)).await;
    is_refused(&reply, 400, "invalid_request", "two methods at once");
    let reply = authenticated(&target, &without_id, None).await;
    is_refused(&reply, 400, "invalid_request", "no client at all");

    // The code has survived it, the scheme has no case, and both halves may be escaped as a form is.
    let escaped = basic(
        "bAsIc",
        &client.id.replace('.', "%2E"),
        &secret.replace('.', "%2e"),
    );
    let reply = authenticated(&target, &without_id, Some(&escaped)).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    target.finish().await;
}

/// The same fields with the id of another client.
fn fields_of<'a>(
    client: &'a Client,
    fields: &[(&'static str, &'a str)],
) -> Vec<(&'static str, &'a str)> {
    fields
        .iter()
        .map(|(name, value)| match *name {
            "client_id" => (*name, client.id.as_str()),
            _ => (*name, *value),
        })
        .collect()
}
