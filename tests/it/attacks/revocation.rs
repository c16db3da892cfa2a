//! Giving tokens back: one's own, at once and for good, and nobody else's.

use super::client::{
    self, CALLBACK, Proof, approved, connected, is_let_in, public, redeem, refresh, register,
    request, tokens,
};
use super::forge::part;
use super::message::{Ask, Reply};
use super::owner::Browser;
use super::policy::TOKEN_BODY;
use super::site::Site;
use super::target::{Profile, Target, random};
use super::tokens::is_refused;
use crate::support::flow::{Client, Tokens};

const PATHS: [&str; 2] = ["/revoke", "/oauth/revoke"];

fn fields<'a>(client: &'a Client, token: &'a str) -> Vec<(&'static str, &'a str)> {
    let mut fields = vec![("token", token), ("client_id", client.id.as_str())];
    fields.extend(client.secret.as_deref().map(|s| ("client_secret", s)));
    fields
}

async fn revoke(site: &Site, client: &Client, token: &str) -> Reply {
    site.send(&Ask::post(PATHS[0]).form(&fields(client, token)))
        .await
}

/// The answer to whoever may ask, whatever came of it.
#[track_caller]
fn is_done(reply: &Reply, what: &str) {
    assert_eq!(reply.status, 200, "{what}: {}", reply.text());
    assert!(reply.body.is_empty(), "{what}: {}", reply.text());
    assert_eq!(reply.header("cache-control"), "no-store", "{what}");
}

async fn is_over(site: &Site, tokens: &Tokens) {
    assert!(!is_let_in(site, &tokens.access_token).await);
    is_refused(
        &refresh(site, tokens).await,
        400,
        "invalid_grant",
        "a revoked grant",
    );
}

#[tokio::test]
async fn rule_10_either_token_takes_the_whole_connection_along_at_once() {
    let target = Target::start().await;
    for path in PATHS {
        for (kind, hint) in [
            ("access", ""),
            ("access", "refresh_token"),
            ("refresh", ""),
            ("refresh", "access_token"),
            ("refresh", "id_token"),
        ] {
            let first = connected(&target).await;
            let second = tokens(&refresh(&target, &first).await, &first.client);
            let given = match kind {
                "access" => &second.access_token,
                _ => &second.refresh_token,
            };
            let mut sent = fields(&second.client, given);
            if !hint.is_empty() {
                sent.push(("token_type_hint", hint));
            }
            is_done(&target.send(&Ask::post(path).form(&sent)).await, kind);
            is_over(&target, &second).await;
            is_over(&target, &first).await;
        }
    }
    target.finish().await;
}

#[tokio::test]
async fn ref_06_only_a_token_of_ones_own_revokes_anything() {
    let target = Target::with(Profile::Keyed, &[]).await;
    let mine = connected(&target).await;
    let theirs = connected(&target).await;
    let (code, proof) = approved(&target, &mine.client).await;
    let browser = Browser::new(&target);
    let form = browser
        .open(&request(&target, &mine.client, &Proof::new(&target)))
        .await;
    browser.approve(&form).await;
    let claims = part(&mine.access_token, 1);
    let claim = |name: &str| claims[name].as_str().unwrap().to_owned();
    let mut values = vec![
        ("a code", code.clone()),
        ("my client id", mine.client.id.clone()),
        ("their client id", theirs.client.id.clone()),
        ("the API key", target.mcp_api_key.clone()),
        ("the owner's password", target.owner_secret.clone()),
        ("a grant", claim("gid")),
        ("the id of a token", claim("jti")),
        ("a verifier", proof.verifier.clone()),
        ("their access token", theirs.access_token.clone()),
        ("their refresh token", theirs.refresh_token.clone()),
        ("a bearer line", format!("Bearer {}", mine.access_token)),
        (
            "two tokens",
            format!("{} {}", mine.access_token, mine.refresh_token),
        ),
        ("a cut token", mine.access_token[1..].to_owned()),
        ("another signature", format!("{}A", mine.refresh_token)),
        ("everything", "*".to_owned()),
    ];
    values.extend(
        form.hidden()
            .into_iter()
            .map(|(_, value)| ("a transaction", value)),
    );
    values.extend(
        browser
            .cookies()
            .into_values()
            .map(|value| ("a cookie", value)),
    );
    for (what, value) in &values {
        is_done(&revoke(&target, &mine.client, value).await, what);
    }
    for tokens in [&mine, &theirs] {
        assert!(is_let_in(&target, &tokens.access_token).await);
        assert_eq!(refresh(&target, tokens).await.status, 200);
    }
    assert!(is_let_in(&target, &target.mcp_api_key).await);
    assert_eq!(
        redeem(&target, &mine.client, &code, &proof).await.status,
        200
    );
    target.finish().await;
}

#[tokio::test]
async fn ref_06_no_token_proves_who_the_client_is() {
    let target = Target::with(Profile::Keyed, &[]).await;
    let confidential = register(&target, CALLBACK, "client_secret_post").await;
    let own = client::connect(&target, &confidential).await;
    let other = register(&target, CALLBACK, "client_secret_post").await;
    let strangers = public(&target).await;
    let with = |secret: Option<&str>| Client {
        secret: secret.map(str::to_owned),
        ..confidential.clone()
    };
    let mut pretenders = vec![with(None)];
    for secret in [
        "",
        "wrong",
        &own.access_token,
        &own.refresh_token,
        &target.mcp_api_key,
        &target.owner_secret,
        other.secret.as_deref().unwrap(),
    ] {
        pretenders.push(with(Some(secret)));
    }
    for id in [
        own.access_token.as_str(),
        &own.refresh_token,
        &target.mcp_api_key,
        "https://evil.test/client.json?",
        "unknown",
    ] {
        pretenders.push(Client {
            id: id.to_owned(),
            ..with(None)
        });
    }
    for pretender in &pretenders {
        let reply = revoke(&target, pretender, &own.refresh_token).await;
        is_refused(&reply, 401, "invalid_client", &pretender.id);
    }
    let bearer = Ask::post(PATHS[0])
        .bearer(&own.access_token)
        .form(&[("token", &own.access_token)]);
    let reply = target.send(&bearer).await;
    assert!([400, 401].contains(&reply.status), "{}", reply.status);
    let key = Ask::post(PATHS[0])
        .header("X-API-Key", &target.mcp_api_key)
        .form(&[("token", &own.access_token)]);
    assert_eq!(target.send(&key).await.status, 400);
    for client in [&other, &strangers] {
        is_done(
            &revoke(&target, client, &own.refresh_token).await,
            "another client",
        );
        is_done(
            &revoke(&target, client, &own.access_token).await,
            "another client",
        );
    }
    assert!(is_let_in(&target, &own.access_token).await);
    is_done(
        &revoke(&target, &confidential, &own.access_token).await,
        "its own",
    );
    is_over(&target, &own).await;
    target.finish().await;
}

#[tokio::test]
async fn leak_05_what_became_of_a_token_is_not_told() {
    let target = Target::start().await;
    let (mine, over, theirs) = (
        connected(&target).await,
        connected(&target).await,
        connected(&target).await,
    );
    let over = Tokens {
        client: mine.client.clone(),
        ..over
    };
    let rotated = tokens(&refresh(&target, &mine).await, &mine.client);
    let reference = revoke(&target, &mine.client, "garbage").await;
    is_done(&reference, "garbage");
    for (what, token) in [
        ("another's access token", theirs.access_token.as_str()),
        ("another's refresh token", &theirs.refresh_token),
        ("another's, said to be mine", &over.refresh_token),
        ("a forged one", &format!("{}A", mine.access_token)),
        ("nonsense", &random(4000)),
        ("mine, superseded", &mine.refresh_token),
        ("mine, revoked", &rotated.refresh_token),
        ("mine, revoked, access", &mine.access_token),
    ] {
        let reply = revoke(&target, &mine.client, token).await;
        assert_eq!(reply.but_for_chance(), reference.but_for_chance(), "{what}");
    }
    is_over(&target, &mine).await;
    assert!(is_let_in(&target, &theirs.access_token).await);
    assert!(is_let_in(&target, &over.access_token).await);
    target.finish().await;
}

#[tokio::test]
async fn tok_09_a_revocation_that_is_not_one_clear_request_revokes_nothing() {
    let target = Target::start().await;
    let mine = connected(&target).await;
    let theirs = connected(&target).await;
    let whole = fields(&mine.client, &mine.access_token);
    let query: String = crate::support::flow::encode(&whole);
    let twice = |name: &'static str, value: &'static str| {
        let mut sent = whole.clone();
        sent.push((name, value));
        Ask::post(PATHS[0]).form(&sent)
    };
    for (ask, statuses) in [
        (Ask::get(&format!("{}?{query}", PATHS[0])), &[405][..]),
        (Ask::new("DELETE", &format!("{}?{query}", PATHS[0])), &[405]),
        (
            Ask::post(&format!("{}?{query}", PATHS[0])).form(&[]),
            &[400],
        ),
        (twice("token", "x"), &[400]),
        (twice("client_id", "x"), &[400]),
        (twice("token_type_hint", "a").clone(), &[200]),
        (
            Ask::post(PATHS[0])
                .header("Content-Type", "text/plain")
                .body(query.clone()),
            &[400],
        ),
        (
            Ask::post(PATHS[0]).json(format!("{{\"token\":\"{}\"}}", mine.access_token)),
            &[400],
        ),
        (Ask::post(PATHS[0]).body(query.clone()), &[400]),
        (
            Ask::post(PATHS[0]).form(&[("client_id", &mine.client.id)]),
            &[400],
        ),
        (
            Ask::post(PATHS[0]).form(&[("token", &mine.access_token)]),
            &[400],
        ),
    ] {
        let reply = target.send(&ask).await;
        assert!(
            statuses.contains(&reply.status),
            "{} {}: {}",
            ask.method,
            ask.target,
            reply.status
        );
        if statuses == [200] {
            continue;
        }
        assert!(is_let_in(&target, &theirs.access_token).await);
    }
    // An unknown hint was the one that was clear.
    is_over(&target, &mine).await;
    target.finish().await;
}

#[tokio::test]
async fn dos_02_a_revocation_has_its_size() {
    let target = Target::start().await;
    let mine = connected(&target).await;
    let sized = |size: usize| {
        let mut sent = fields(&mine.client, &mine.refresh_token);
        let room = size - Ask::post("").form(&sent).body.unwrap().len() - "&filler=".len();
        let filler = "f".repeat(room);
        sent.push(("filler", &filler));
        Ask::post(PATHS[1]).form(&sent)
    };
    let large = sized(TOKEN_BODY + 1);
    assert_eq!(target.send(&large).await.status, 413);
    let body = large.body.clone().unwrap();
    let chunks = [
        format!("{:x}\r\n", body.len()).as_bytes(),
        &body,
        b"\r\n0\r\n\r\n",
    ]
    .concat();
    let chunked = large
        .clone()
        .header("Transfer-Encoding", "chunked")
        .body(chunks);
    assert_eq!(target.send(&chunked).await.status, 413);
    // Announced and never sent: nobody waits for it.
    let announced = Ask::post(PATHS[0])
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header("Content-Length", "18446744073709551615");
    let refused = target.send(&announced).await;
    assert!(
        [400, 413, 431].contains(&refused.status),
        "{}",
        refused.status
    );
    let packed = sized(TOKEN_BODY).header("Content-Encoding", "gzip");
    assert_eq!(target.send(&packed).await.status, 415);
    assert!(is_let_in(&target, &mine.access_token).await);
    is_done(&target.send(&sized(TOKEN_BODY)).await, "as large as may be");
    is_over(&target, &mine).await;
    target.finish().await;
}
