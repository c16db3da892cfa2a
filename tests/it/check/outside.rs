//! What stands between Claude and the server, wrong in one way at a time.

use axum::extract::Request;
use axum::response::Response;
use http::{HeaderValue, Method, header};

use super::proxy::{self, page, redirect};
use super::site::{HOST, Site};
use crate::support::certificates::{Authority, expired, self_signed};

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_does_not_resolve() {
    let site = Site::new().await;
    let said = site
        .check_with(&[("BASE_URL", "https://mcp.example.invalid")])
        .await;
    said.finds_only(
        &["mcp.example.invalid", "does not exist"],
        &["BASE_URL", "DNS record"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_that_apps_refuse() {
    let own = Authority::new();
    type Make = fn(&Site, &Authority) -> tokio_rustls::rustls::ServerConfig;
    let cases: [(Make, &str, &str); 5] = [
        (
            |_, _| without_certificates(),
            "no certificate for mcp.localhost",
            "Caddyfile",
        ),
        (
            |site, _| site.authority.certify("www.localhost", |_| {}),
            "is for www.localhost",
            "Get one for mcp.localhost",
        ),
        (
            |site, _| site.authority.certify(HOST, expired),
            "has expired",
            "Renew it",
        ),
        (|_, _| self_signed(HOST), "self-signed", "fullchain.pem"),
        (
            |_, stranger| stranger.certify(HOST, |_| {}),
            "authority that this machine does not know",
            "SSL_CERT_FILE",
        ),
    ];
    for (certificate, what, remedy) in cases {
        let mut site = Site::new().await;
        site.start(&[]);
        let tls = certificate(&site, &own);
        site.put_in_front_with(Some(tls), proxy::passing_to(site.port));
        site.check().await.finds_only(&[what], &[remedy]);
    }
}

/// As a proxy does that has not been told of the name.
fn without_certificates() -> tokio_rustls::rustls::ServerConfig {
    use tokio_rustls::rustls::ServerConfig;
    use tokio_rustls::rustls::server::ResolvesServerCertUsingSni;
    ServerConfig::builder()
        .with_no_client_auth()
        .with_cert_resolver(std::sync::Arc::new(ResolvesServerCertUsingSni::new()))
}

#[tokio::test(flavor = "multi_thread")]
async fn http_where_https_should_be() {
    let mut site = Site::new().await;
    site.start(&[]);
    site.put_in_front_with(None, proxy::passing_to(site.port));
    site.check()
        .await
        .finds_only(&["does not speak https"], &["proxy with a certificate"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_front_of_a_server_that_runs() {
    let mut site = Site::new().await;
    site.start(&[]);
    site.leave_without_front();
    let port = site.base_url.rsplit_once(':').unwrap().1.to_owned();
    site.check().await.finds_only(
        &["accepts no connection", "although a server runs"],
        &["firewall", &format!("port {port}")],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_forwards_to_another_port() {
    let mut site = Site::new().await;
    site.start(&[]);
    site.put_in_front(proxy::passing_to(crate::support::process::free_port()));
    let port = format!("port {}", site.port);
    site.check().await.finds_only(
        &["502", "although a server runs", &port],
        &["forward to", &port, "PORT"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_to_another_host() {
    let site = Site::behind(|router| {
        proxy::answering(router, |request| {
            let to = format!("https://www.mcp.localhost{}", request.uri());
            Some(redirect(301, &to))
        })
    })
    .await;
    site.check().await.finds_only(
        &["redirects (301) to https://www.mcp.localhost"],
        &["BASE_URL=https://www.mcp.localhost", "remove the redirect"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_to_another_path() {
    let site = Site::behind(|router| {
        proxy::answering(router, |request| {
            let path = request.uri().path();
            (path == "/mcp").then(|| redirect(308, "/mcp/"))
        })
    })
    .await;
    site.check()
        .await
        .finds_only(&["/mcp redirects (308)", "/mcp/"], &["trailing slashes"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_to_itself() {
    let site = Site::behind(|router| {
        proxy::answering(router, |request| {
            let host = request.headers()[header::HOST].to_str().unwrap();
            Some(redirect(301, &format!("https://{host}{}", request.uri())))
        })
    })
    .await;
    site.check()
        .await
        .finds_only(&["to itself"], &["Full (strict)"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_program_behind_the_url() {
    let mut site = Site::new().await;
    site.put_in_front(
        axum::Router::new().fallback(|| async {
            page(200, "<title>This domain is for sale</title><h1>Buy it</h1>")
        }),
    );
    site.check().await.finds_only(
        &["Another program", "This domain is for sale"],
        &["lead to this server"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_does_not_know_the_address() {
    let mut site = Site::new().await;
    site.put_in_front(axum::Router::new().fallback(|| async {
        let mut response = page(404, "{\"message\":\"Application not found\"}");
        let mark = HeaderValue::from_static("true");
        response.headers_mut().insert("x-railway-fallback", mark);
        response
    }));
    site.check()
        .await
        .finds_only(&["platform", "404"], &["dashboard", "domain"]);
}

/// The proxy asks in the name of a server that was moved.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_calls_itself_by_another_name() {
    let mut site = Site::new().await;
    site.start(&[("BASE_URL", "https://old.localhost")]);
    site.put_in_front(proxy::changing_requests(
        proxy::passing_to(site.port),
        |request: &mut Request| {
            let old = HeaderValue::from_static("old.localhost");
            request.headers_mut().insert(header::HOST, old);
        },
    ));
    let right = format!("BASE_URL={}", site.base_url);
    let said = site.check_from_elsewhere().await;
    said.finds_only(
        &["calls itself https://old.localhost", "refuse to log in"],
        &[&right, "restart"],
    );
    // On its own machine it is found from inside as well.
    site.check().await.finds(
        &["on port", "another address", &site.base_url],
        &[&right, "restart"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_started_for_another_name() {
    let mut site = Site::new().await;
    site.start(&[("BASE_URL", "https://old.localhost")]);
    site.put_in_front(proxy::passing_to(site.port));
    let right = format!("BASE_URL is not {}", site.base_url);
    site.check_from_elsewhere()
        .await
        .finds_only(&["421", "BASE_URL"], &[&right, "restart", "Host header"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_does_not_pass_the_host_on() {
    let site = Site::behind(|router| {
        proxy::changing_requests(router, |request: &mut Request| {
            let backend = HeaderValue::from_static("127.0.0.1");
            request.headers_mut().insert(header::HOST, backend);
        })
    })
    .await;
    site.check()
        .await
        .finds_only(&["421", "does not tell the server"], &["Host header"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_takes_the_challenge_away() {
    let site = Site::behind(|router| {
        proxy::changing_answers(router, |response: &mut Response| {
            response.headers_mut().remove(header::WWW_AUTHENTICATE);
        })
    })
    .await;
    site.check()
        .await
        .finds_only(&["WWW-Authenticate", "/mcp"], &["headers of answers"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_with_a_login_of_its_own() {
    let basic = |_: &Request| {
        let mut response = page(401, "<h1>401 Authorization Required</h1>");
        let challenge = HeaderValue::from_static("Basic realm=\"private\"");
        let headers = response.headers_mut();
        headers.insert(header::WWW_AUTHENTICATE, challenge);
        Some(response)
    };
    let access = |request: &Request| {
        let path = request.uri().path();
        let login = "https://team.cloudflareaccess.com/cdn-cgi/access/login/mcp.localhost";
        (path != "/health").then(|| redirect(302, login))
    };
    for site in [
        Site::behind(|router| proxy::answering(router, basic)).await,
        Site::behind(|router| proxy::answering(router, access)).await,
    ] {
        site.check()
            .await
            .finds_only(&["login of its own"], &["Cloudflare Access", "basic auth"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_firewall_that_turns_programs_away() {
    let site = Site::behind(|router| {
        proxy::answering(router, |request| {
            let hit = request.method() == Method::POST;
            hit.then(|| page(403, "<title>Just a moment...</title>"))
        })
    })
    .await;
    site.check()
        .await
        .finds(&["firewall", "/mcp", "403"], &["bot protection"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_takes_tokens_away() {
    let site = Site::behind(|router| {
        proxy::changing_requests(router, |request: &mut Request| {
            request.headers_mut().remove(header::AUTHORIZATION);
        })
    })
    .await;
    site.check().await.finds_only(
        &["Authorization header", "tokens"],
        &["pass the Authorization"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_holds_answers_back() {
    let site = Site::behind(proxy::buffering).await;
    site.check()
        .await
        .only_warns(&["holds answers back"], &["proxy_buffering off"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cache_that_answers_for_the_server() {
    let site = Site::behind(|router| {
        proxy::changing_answers(router, |response: &mut Response| {
            if response.status() == 401 {
                let hit = HeaderValue::from_static("HIT");
                response.headers_mut().insert("cf-cache-status", hit);
            }
        })
    })
    .await;
    site.check()
        .await
        .only_warns(&["cache", "/mcp"], &["Bypass cache"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_and_bodies_that_the_proxy_swallows() {
    let authorize = |request: &Request| {
        let path = request.uri().path();
        (path == "/authorize").then(|| page(200, "<title>My other app</title>"))
    };
    let site = Site::behind(|router| proxy::answering(router, authorize)).await;
    site.check()
        .await
        .finds_only(&["/authorize", "My other app"], &["every path"]);

    let token = |request: &Request| {
        let path = request.uri().path();
        (path == "/token").then(|| page(404, "<title>404 Not Found</title>"))
    };
    let site = Site::behind(|router| proxy::answering(router, token)).await;
    site.check()
        .await
        .finds_only(&["/token", "404"], &["every path"]);

    let large = |request: &Request| {
        let length = request.headers().get(header::CONTENT_LENGTH)?;
        let bytes: usize = length.to_str().unwrap().parse().unwrap();
        (bytes > 8 * 1024).then(|| page(413, "<title>413 Request Entity Too Large</title>"))
    };
    let site = Site::behind(|router| proxy::answering(router, large)).await;
    site.check()
        .await
        .finds_only(&["/register", "413"], &["client_max_body_size"]);
}
