//! The owner's browser: cookies, the consent page, yes and no.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::message::{Ask, Reply};
use super::page::Form;
use super::site::{Site, cookie_value};
use crate::support::flow::Request;

/// Keeps cookies and sends what browsers send with a form.
pub struct Browser<'s> {
    site: &'s Site,
    cookies: Mutex<BTreeMap<String, String>>,
    headers: Vec<(String, String)>,
}

impl<'s> Browser<'s> {
    pub fn new(site: &'s Site) -> Self {
        Self {
            site,
            cookies: Mutex::default(),
            headers: Vec::new(),
        }
    }

    /// Sends this header with every request.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Where the server's own pages are.
    pub fn origin(&self) -> &str {
        &self.site.origin
    }

    /// Names and values, as the browser would send them back.
    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies.lock().unwrap().clone()
    }

    /// The `Cookie` line; empty when there is none.
    pub fn cookie_line(&self) -> String {
        let pairs: Vec<String> = self
            .cookies()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    pub async fn send(&self, mut ask: Ask) -> Reply {
        let line = self.cookie_line();
        if !line.is_empty() {
            ask = ask.header("Cookie", &line);
        }
        for (name, value) in &self.headers {
            ask = ask.header(name, value);
        }
        let reply = self.site.send(&ask).await;
        for cookie in reply.all("set-cookie") {
            let (name, _) = cookie.split_once('=').unwrap();
            self.cookies
                .lock()
                .unwrap()
                .insert(name.to_owned(), cookie_value(cookie).to_owned());
        }
        reply
    }

    /// Opens a URL that must show a question.
    pub async fn open_target(&self, target: &str) -> Form {
        let reply = self.send(Ask::get(target)).await;
        assert_eq!(reply.status, 200, "{target}: {}", reply.text());
        let form = Form::of(&reply);
        for (_, value) in form.hidden() {
            self.site.note("a transaction", &value);
        }
        form
    }

    pub async fn open(&self, request: &Request) -> Form {
        self.open_target(&target_of(request)).await
    }

    /// What [`Self::submit`] sends, for those who send it themselves.
    pub fn filled(&self, form: &Form, fields: &[(String, String)]) -> Ask {
        let pairs: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        Ask::post(&form.action)
            .header("Origin", &self.site.origin)
            .form(&pairs)
    }

    /// Sends a form with these fields.
    pub async fn submit(&self, form: &Form, fields: &[(String, String)]) -> Reply {
        self.send(self.filled(form, fields)).await
    }

    /// Types a secret, right or wrong, and says yes.
    pub async fn type_secret(&self, form: &Form, secret: &str) -> Reply {
        if secret.len() >= 8 {
            self.site.note("what was typed", secret);
        }
        self.submit(form, &form.approval(secret)).await
    }

    pub async fn approve(&self, form: &Form) -> Reply {
        self.submit(form, &form.approval(&self.site.owner_secret))
            .await
    }

    pub async fn deny(&self, form: &Form) -> Reply {
        self.submit(form, &form.denial()).await
    }
}

/// The consent page's address for a request.
pub fn target_of(request: &Request) -> String {
    format!("/oauth/authorize?{}", request.query())
}
