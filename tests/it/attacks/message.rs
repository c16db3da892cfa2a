//! A request before it becomes bytes, and an answer as it came back.

use serde_json::Value;

use crate::support::flow;

/// A request that says exactly what it is told to say: nothing is escaped, repaired or left out.
#[derive(Clone, Debug)]
pub struct Ask {
    pub method: String,
    /// The request target as it goes over the wire.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Option<Vec<u8>>,
}

impl Ask {
    pub fn new(method: &str, target: &str) -> Self {
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: Vec::new(),
            body: None,
        }
    }

    pub fn get(target: &str) -> Self {
        Self::new("GET", target)
    }

    pub fn post(target: &str) -> Self {
        Self::new("POST", target)
    }

    /// Adds a header line, even if there is one of that name already.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn bearer(self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    /// A body without a word about its type.
    pub fn body(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.body = Some(bytes.into());
        self
    }

    pub fn form(self, pairs: &[(&str, &str)]) -> Self {
        self.header("Content-Type", "application/x-www-form-urlencoded")
            .body(flow::encode(pairs))
    }

    pub fn json(self, body: impl Into<Vec<u8>>) -> Self {
        self.header("Content-Type", "application/json").body(body)
    }

    /// A JSON-RPC request as clients of 2025 post it to an MCP path.
    pub fn rpc(target: &str, body: &Value) -> Self {
        Self::post(target)
            .header("Accept", "application/json, text/event-stream")
            .header("MCP-Protocol-Version", "2025-06-18")
            .json(body.to_string())
    }

    fn has(&self, name: &str) -> bool {
        self.headers
            .iter()
            .any(|(key, _)| key.eq_ignore_ascii_case(name))
    }

    /// With `Host` and `Content-Length` where the headers do not speak of them.
    pub fn bytes(&self, authority: &str) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        if !self.has("host") {
            head.push_str(&format!("Host: {authority}\r\n"));
        }
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let body = self.body.as_deref();
        if let Some(body) = body
            && !self.has("content-length")
            && !self.has("transfer-encoding")
        {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        [head.as_bytes(), body.unwrap_or_default()].concat()
    }
}

/// A whole answer.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    /// Every value of a header, in their order.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.headers
            .iter()
            .filter(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .collect()
    }

    /// The value of a header that is there at most once; empty when it is not there.
    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        let all = self.all(name);
        assert!(all.len() < 2, "{name} is there {} times", all.len());
        all.first().copied().unwrap_or_default()
    }

    pub fn has(&self, name: &str) -> bool {
        !self.all(name).is_empty()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The JSON body; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The `error` member.
    pub fn error(&self) -> String {
        self.json()["error"].as_str().unwrap_or_default().to_owned()
    }

    /// Where the answer sends the browser; empty when nowhere.
    pub fn location(&self) -> &str {
        self.header("location")
    }

    /// Every value of a parameter of the redirect, wherever it stands.
    pub fn parameters(&self, name: &str) -> Vec<String> {
        let Ok(location) = url::Url::parse(self.location()) else {
            return Vec::new();
        };
        let fragment = location.fragment().unwrap_or_default().to_owned();
        let query = location.query_pairs();
        query
            .chain(url::form_urlencoded::parse(fragment.as_bytes()))
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
            .collect()
    }

    /// A parameter of the redirect, which is there at most once.
    #[track_caller]
    pub fn parameter(&self, name: &str) -> Option<String> {
        let mut values = self.parameters(name);
        assert!(
            values.len() < 2,
            "{name} is there twice: {}",
            self.location()
        );
        values.pop()
    }

    pub fn code(&self) -> Option<String> {
        self.parameter("code")
    }

    /// Head and body without what is new in every answer: the time, the request's id, cookies and the nonce of the style.
    pub fn but_for_chance(&self) -> String {
        let mut same = self.clone();
        for (name, value) in &mut same.headers {
            if ["date", "x-request-id", "set-cookie"].contains(&name.to_ascii_lowercase().as_str())
            {
                value.clear();
            }
        }
        let policy = self.header("content-security-policy");
        let nonce = policy.split('\'').find_map(|p| p.strip_prefix("nonce-"));
        let text = same.everything();
        nonce.map_or(text.clone(), |nonce| text.replace(nonce, ""))
    }

    /// Head and body as one text, for looking through.
    pub fn everything(&self) -> String {
        let head: String = self
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\n"))
            .collect();
        format!("{}\n{head}\n{}", self.status, self.text())
    }
}
