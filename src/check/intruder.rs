//! Something else than this server answered: what is it, and how is it made to step aside?

use http::header;
use url::Url;

use super::finding::Finding;
use super::local::{Local, is_misdirected};
use super::situation::Situation;
use super::visitor::Answer;

/// Longest text of somebody else that is repeated.
const MAX_REPEATED: usize = 200;

/// The finding for an answer to `path` that this server does not give.
pub fn name(situation: &Situation, path: &str, answer: &Answer) -> Finding {
    let url = situation.url(path);
    let status = answer.status;
    match status {
        300..=399 if status != 304 => redirect(situation, &url, answer),
        421 if is_misdirected(answer) => misdirected(situation, &url),
        401 | 407 => login(&url, status),
        403 | 503 if answer.headers.contains_key("cf-mitigated") => firewall(&url, status),
        403 | 429 => firewall(&url, status),
        413 => Finding::problem(
            format!(
                "Something in front of the server refuses a request to {url} as too large (413)."
            ),
            "Let the proxy pass bodies of up to 1 MiB (nginx: client_max_body_size 1m).",
        ),
        404 if is_platform(answer) => Finding::problem(
            format!("The platform behind {url} does not know this address (404)."),
            "Look in the platform's dashboard whether this domain belongs to this service and whether the service is running.",
        ),
        500..=599 => silent(situation, &url, status),
        404 | 405 => Finding::problem(
            format!(
                "{url} answers {status}, and this server does not: another program answers there, or the proxy passes only some paths."
            ),
            "Let the proxy pass every path of this host to this server, unchanged.",
        ),
        _ => Finding::problem(
            format!("Another program answers at {url}: {}.", described(answer)),
            "Let BASE_URL's name lead to this server, and let the proxy pass every path of this host to it, unchanged.",
        ),
    }
}

fn described(answer: &Answer) -> String {
    let kind = if answer.is_html() {
        "a web page"
    } else {
        "something that this server does not say"
    };
    match title(answer) {
        Some(title) => format!("{kind} named \"{title}\", status {}", answer.status),
        None => format!("{kind}, status {}", answer.status),
    }
}

/// The title of a page, made safe for a terminal.
fn title(answer: &Answer) -> Option<String> {
    let text = String::from_utf8_lossy(&answer.body);
    let (_, rest) = text.split_once("<title>")?;
    let (title, _) = rest.split_once("</title>")?;
    let title: String = title.chars().filter(|c| !c.is_control()).take(60).collect();
    let title = title.trim().to_owned();
    (!title.is_empty()).then_some(title)
}

/// Marks that platforms leave on answers of their own.
fn is_platform(answer: &Answer) -> bool {
    let marks = ["x-railway-fallback", "x-render-routing", "fly-request-id"];
    let routed = marks.iter().any(|mark| answer.headers.contains_key(*mark));
    let page = String::from_utf8_lossy(&answer.body);
    routed || page.contains("no-such-app") || page.contains("herokucdn.com")
}

fn login(url: &str, status: u16) -> Finding {
    Finding::problem(
        format!(
            "Something in front of the server asks for a login of its own at {url} ({status})."
        ),
        "Switch off the proxy's login (basic auth, Cloudflare Access, an authenticating proxy) for this host: apps cannot pass \
         it, and the server has its own login.",
    )
}

fn firewall(url: &str, status: u16) -> Finding {
    Finding::problem(
        format!("A firewall in front of the server turns programs away at {url} ({status})."),
        "Switch off bot protection, browser challenges and country filters for this host: Claude is a program, too.",
    )
}

fn silent(situation: &Situation, url: &str, status: u16) -> Finding {
    let port = situation.port;
    match &situation.local {
        Local::Nobody => Finding::warning(
            format!(
                "{url} answers {status}: the proxy is there and the server behind it is not. That is expected before the first start."
            ),
            format!(
                "Start the server, then run the check again. If it should be running: look at its log, and let the proxy \
                 forward to its port (PORT={port})."
            ),
        ),
        _ => Finding::problem(
            format!(
                "{url} answers {status}, although a server runs on port {port} of this machine: the proxy does not find it."
            ),
            format!(
                "Let the proxy (or the platform) forward to port {port}, or set PORT to the port that it forwards to; in a \
                 container, publish that port."
            ),
        ),
    }
}

fn misdirected(situation: &Situation, url: &str) -> Finding {
    let public_url = &situation.public_url;
    let host = public_url.authority();
    let pass_on = "Let the proxy pass the Host header on unchanged (nginx: proxy_set_header Host $http_host; Caddy does so by itself)";
    if situation.runs_here() {
        return Finding::problem(
            format!(
                "The proxy does not tell the server that {host} was asked for: {url} answers 421."
            ),
            format!("{pass_on}."),
        );
    }
    Finding::problem(
        format!("The server at {url} answers 421: it was not asked for the host of its BASE_URL."),
        format!(
            "If BASE_URL is not {public_url} where the server runs, set it so and restart the server. Otherwise: {pass_on}."
        ),
    )
}

fn redirect(situation: &Situation, url: &str, answer: &Answer) -> Finding {
    let status = answer.status;
    let location: String = answer
        .header(header::LOCATION)
        .chars()
        .take(MAX_REPEATED)
        .collect();
    let target = Url::parse(url)
        .ok()
        .and_then(|base| base.join(&location).ok());
    let Some(target) = target else {
        return Finding::problem(
            format!("{url} redirects ({status}) to nowhere."),
            "Remove the redirect from the proxy.",
        );
    };
    if looks_like_login(&target) {
        return login(url, status);
    }
    if target.as_str() == url {
        return Finding::problem(
            format!("{url} redirects ({status}) to itself, without end."),
            "Something behind the proxy insists on https and is asked with http. Cloudflare: set SSL/TLS to \"Full (strict)\".",
        );
    }
    let origin = target.origin().ascii_serialization();
    if origin == situation.public_url.origin() {
        return Finding::problem(
            format!("{url} redirects ({status}) to {target}: apps do not follow with their token."),
            "Switch off what the proxy does to paths: trailing slashes, languages, prefixes.",
        );
    }
    let text =
        format!("{url} redirects ({status}) to {origin}: apps do not follow with their token.");
    let remedy = if target.scheme() == "https" {
        format!(
            "If {origin} is the address that you want, set BASE_URL={origin} and paste that one into Claude. If not, remove \
             the redirect."
        )
    } else {
        "Remove the redirect: everything must stay on https.".to_owned()
    };
    Finding::problem(text, remedy)
}

fn looks_like_login(target: &Url) -> bool {
    let host = target.host_str().unwrap_or_default();
    let path = target.path().to_ascii_lowercase();
    host.ends_with("cloudflareaccess.com")
        || [
            "login",
            "signin",
            "sign-in",
            "cdn-cgi/access",
            "oauth2/",
            "/sso",
        ]
        .iter()
        .any(|word| path.contains(word))
}
