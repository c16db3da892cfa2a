//! The owner's page of connected apps, as his browser sees it.

use super::message::{Ask, Reply};
use super::owner::Browser;
use super::page::Form;
use super::site::Site;
use crate::support::flow::attributes;

pub const PAGE: &str = "/connections";

/// What a form sends when its button is pressed and its boxes are ticked.
pub type Fields = Vec<(String, String)>;

/// The owner's browser, and the list that it shows for the right secret.
pub async fn unlocked(site: &Site) -> (Browser<'_>, Reply) {
    let browser = Browser::new(site);
    let list = type_secret(&browser, &site.owner_secret).await;
    assert_eq!(list.status, 200, "{}", list.text());
    for form in forms(&list.text()) {
        for (_, value) in form.iter().filter(|(name, _)| name == "ticket") {
            site.note("a ticket", value);
        }
    }
    (browser, list)
}

/// Asks for the page and types a secret into it, right or wrong.
pub async fn type_secret(browser: &Browser<'_>, secret: &str) -> Reply {
    let page = browser.send(Ask::get(PAGE)).await;
    assert_eq!(page.status, 200, "{}", page.text());
    let form = Form::of(&page);
    assert_eq!(form.action, PAGE);
    let field = form.secret_field().to_owned();
    press(browser, &[(field, secret.to_owned())]).await
}

/// Every form of a page.
pub fn forms(html: &str) -> Vec<Fields> {
    html.split("<form ")
        .skip(1)
        .map(|rest| {
            let form = rest.split("</form>").next().unwrap();
            form.split("<input ")
                .skip(1)
                .map(|rest| attributes(rest.split('>').next().unwrap()))
                .filter_map(|tag| Some((tag.get("name")?.clone(), tag.get("value")?.clone())))
                .collect()
        })
        .collect()
}

/// The form that ends the connection of the app at `host`.
#[track_caller]
pub fn ending(list: &Reply, host: &str) -> Fields {
    let html = list.text();
    let mut entries = html.split("<h2 id=\"app-").skip(1).filter(|entry| {
        let heading = entry.split("</h2>").next().unwrap();
        heading.ends_with(&format!(">{host}"))
    });
    let entry = entries
        .next()
        .unwrap_or_else(|| panic!("no {host}: {html}"));
    assert!(entries.next().is_none(), "{host} is there twice");
    forms(entry).into_iter().next().unwrap()
}

/// The form that ends everything.
#[track_caller]
pub fn ending_all(list: &Reply) -> Fields {
    let mut all = forms(&list.text());
    all.retain(|form| form.iter().any(|(name, _)| name == "sure"));
    assert_eq!(all.len(), 1, "{}", list.text());
    all.remove(0)
}

/// The post that pressing the button of a form makes.
pub fn pressed(fields: &[(String, String)]) -> Ask {
    let pairs: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    Ask::post(PAGE).form(&pairs)
}

/// Presses the button of a form on a page of ours.
pub async fn press(browser: &Browser<'_>, fields: &[(String, String)]) -> Reply {
    browser
        .send(pressed(fields).header("Origin", browser.origin()))
        .await
}
