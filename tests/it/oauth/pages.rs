//! What all pages have in common: colours that can be read, movement that can be switched off, one language.

use std::collections::BTreeMap;

use crate::support::flow::{self, Answer, Browser, Request};
use crate::support::{Server, secrets};

/// The style sheet as the page carries it, without the blocks of other media.
fn style(page: &Answer) -> &str {
    let rest = page.body.split("<style nonce=").nth(1).unwrap();
    let rest = rest.split_once('>').unwrap().1;
    rest.split("</style>").next().unwrap()
}

fn declarations(block: &str) -> BTreeMap<&str, &str> {
    block
        .split(';')
        .filter_map(|declaration| declaration.split_once(':'))
        .map(|(name, value)| (name.trim(), value.trim()))
        .collect()
}

/// The variables of the light and of the dark theme.
fn themes(css: &str) -> [BTreeMap<&str, &str>; 2] {
    let of = |start: &str| {
        let rest = css.split(start).nth(1).unwrap();
        declarations(rest.split('}').next().unwrap())
    };
    let light = of(":root{");
    let mut dark = light.clone();
    dark.extend(of("@media (prefers-color-scheme:dark){:root{"));
    assert_ne!(light, dark);
    [light, dark]
}

/// The relative luminance of WCAG 2.2.
fn luminance(hex: &str) -> f64 {
    let digits = hex.strip_prefix('#').unwrap();
    let step = digits.len() / 3;
    let channel = |n: usize| {
        let text = &digits[n * step..(n + 1) * step];
        let value = f64::from(u8::from_str_radix(&text.repeat(2 / step), 16).unwrap()) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * channel(0) + 0.7152 * channel(1) + 0.0722 * channel(2)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn contrast_is_computed_as_the_guideline_has_it() {
    assert!((contrast("#000", "#ffffff") - 21.0).abs() < 1e-9);
    assert!((contrast("#777777", "#fff") - 4.478).abs() < 1e-3);
}

/// Every page that asks, tells or lists.
async fn every_page(server: &Server) -> Vec<Answer> {
    let client = flow::register(server).await;
    let browser = Browser::new(server);
    let consent = browser.open(&Request::of(server, &client)).await.answer;
    let notice = browser.get("client_id=unknown").await;
    let url = server.url("/connections");
    let ask = browser.send(server.http.get(&url)).await;
    let form = server
        .http
        .post(&url)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(flow::encode(&[("secret", secrets::OWNER)]));
    let list = browser.send(form).await;
    assert_eq!(list.status, 200);
    vec![consent, notice, ask, list]
}

#[tokio::test]
async fn every_text_can_be_read_in_both_themes() {
    let server = Server::start().await;
    for page in every_page(&server).await {
        let css = style(&page);
        let mut checked = 0;
        for theme in themes(css) {
            let value = |text: &str| {
                let name = text.strip_prefix("var(")?.strip_suffix(')')?;
                Some(*theme.get(name).unwrap_or_else(|| panic!("{name}")))
            };
            let rules = css.split('}').filter_map(|rule| rule.rsplit_once('{'));
            for (selector, block) in rules {
                let block = declarations(block);
                let Some(text) = block.get("color").copied().and_then(value) else {
                    assert!(
                        block.get("color").is_none_or(|color| *color == "inherit"),
                        "{selector}"
                    );
                    continue;
                };
                let own = block.get("background").copied().and_then(value);
                // What has no ground of its own may stand on any of the three.
                let grounds = match own {
                    Some(own) => vec![own],
                    None => ["--paper", "--card", "--hostbg"]
                        .map(|name| theme[name])
                        .to_vec(),
                };
                for ground in grounds {
                    let ratio = contrast(text, ground);
                    assert!(ratio >= 4.5, "{selector}: {text} on {ground} is {ratio:.2}");
                    checked += 1;
                }
            }
            // Borders of fields and the ring around what has the focus (WCAG 2.2, 1.4.11).
            for line in ["--field", "--accent", "--bad"] {
                for ground in ["--paper", "--card"] {
                    assert!(
                        contrast(theme[line], theme[ground]) >= 3.0,
                        "{line} on {ground}"
                    );
                }
            }
        }
        assert!(checked > 40, "{checked}");
    }
}

#[tokio::test]
async fn nothing_moves_for_those_who_asked_for_that_and_forced_colours_keep_their_edges() {
    let server = Server::start().await;
    for page in every_page(&server).await {
        let css = style(&page);
        let (still, moving) = css
            .split_once("@media (prefers-reduced-motion:no-preference){")
            .unwrap();
        for word in ["transition", "animation", "@keyframes", "scroll-behavior"] {
            assert!(!still.contains(word), "{word}");
        }
        let after = moving.split_once("}}").unwrap().1;
        assert!(!after.contains("transition") && after.contains("@media (forced-colors:active){"));
        assert!(!css.contains("outline:0") && !css.contains("outline:none"));
    }
}

#[tokio::test]
async fn every_page_is_one_document_with_landmarks_a_heading_and_a_language() {
    let server = Server::start().await;
    for page in every_page(&server).await {
        let html = &page.body;
        assert!(html.starts_with("<!doctype html>\n<html lang=\"en\">"));
        assert!(
            html.contains(
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
            )
        );
        for (once, count) in [
            ("<main", 1),
            ("<header", 1),
            ("<h1", 1),
            ("<title>", 1),
            ("autofocus", 1),
        ] {
            assert!(html.matches(once).count() <= count, "{once}");
            assert!(once == "autofocus" || html.contains(once), "{once}");
        }
        // Zooming is never switched off, the order of the focus never bent.
        assert!(
            !html.contains("user-scalable")
                && !html.contains("maximum-scale")
                && !html.contains("tabindex")
        );
        for input in html.split("<input").skip(1) {
            let tag = input.split('>').next().unwrap();
            // The other hidden one tells password managers whose secret it is.
            let hidden = tag.contains("type=\"hidden\"") || tag.ends_with(" hidden");
            let by_for = tag.contains("id=\"secret\"") && html.contains("<label for=\"secret\">");
            let inside = tag.contains("type=\"checkbox\"");
            assert!(hidden || by_for || inside, "{tag}");
        }
        assert_eq!(
            html.matches("type=\"checkbox\"").count(),
            html.matches("\"><input type=\"checkbox\"").count(),
            "every box is inside its label"
        );
    }
}

#[tokio::test]
async fn all_pages_of_the_server_agree_about_the_language() {
    let server = Server::start().await;
    for (accepted, lang) in [
        ("ja", "ja"),
        ("ja-JP,ja;q=0.9,en-US;q=0.8", "ja"),
        ("en;q=0.5, ja;q=0.9", "ja"),
        ("ja;q=0.2, en", "en"),
        ("ja;q=0", "en"),
        ("de, JA;q=0.5", "ja"),
        ("fr", "en"),
        ("", "en"),
    ] {
        for path in ["/", "/connections", "/authorize"] {
            let request = server
                .http
                .get(server.url(path))
                .header("Accept", "text/html")
                .header("Accept-Language", accepted);
            let page = Answer::of(request.send().await.unwrap()).await;
            let start = format!("<html lang=\"{lang}\">");
            assert!(page.body.contains(&start), "{path} {accepted:?}");
            assert!(page.header("vary").contains("Accept-Language") || path == "/");
        }
    }
}
