//! Clients. The id of one from dynamic registration carries the registration and is signed, so nothing is stored and nothing is
//! lost when the server is redeployed (mcp-oauth.md section 6.2); the id of any other is the URL of its metadata document.

use serde::{Deserialize, Serialize};

use super::client_url::ClientUrl;
use super::error::Error;
use super::keys::{Keys, Purpose};
use super::redirect::RedirectUri;
use super::secret;

const PREFIX: &str = "dcr1";
const SECRET_PREFIX: &str = "s1.";
/// Keeps ids near 1 KB: they travel in URLs, and some proxies cap all headers of a request at 32 KB.
const MAX_PAYLOAD: usize = 800;

/// How a client proves itself at the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuthMethod {
    #[serde(rename = "n")]
    None,
    #[serde(rename = "p")]
    SecretPost,
    #[serde(rename = "b")]
    SecretBasic,
}

impl AuthMethod {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::SecretPost => "client_secret_post",
            Self::SecretBasic => "client_secret_basic",
        }
    }
}

/// A client whose registration was proved, or whose document was read.
#[derive(Debug, Clone)]
pub struct Client {
    pub id: String,
    /// Where its metadata document is, if it has one.
    pub url: Option<ClientUrl>,
    /// Chosen by the client, cleaned, and true of nothing.
    pub name: Option<String>,
    pub redirect_uris: Vec<RedirectUri>,
    pub auth_method: AuthMethod,
    /// Whether it wants refresh tokens.
    pub refreshes: bool,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    #[serde(rename = "r")]
    redirect_uris: Vec<String>,
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(rename = "m")]
    auth_method: AuthMethod,
    #[serde(rename = "o", default, skip_serializing_if = "std::ops::Not::not")]
    once: bool,
    #[serde(rename = "t")]
    issued_at: i64,
    /// 128 bits: two equal registrations are two clients with two secrets.
    #[serde(rename = "k")]
    nonce: String,
}

/// What a registration asks for, after validation.
pub struct Registration {
    pub name: Option<String>,
    pub redirect_uris: Vec<RedirectUri>,
    pub auth_method: AuthMethod,
    pub refreshes: bool,
}

impl Client {
    pub fn register(keys: &Keys, registration: Registration, now: i64) -> Result<Self, Error> {
        let payload = Payload {
            redirect_uris: registration
                .redirect_uris
                .iter()
                .map(|uri| uri.as_str().to_owned())
                .collect(),
            name: registration.name.clone(),
            auth_method: registration.auth_method,
            once: !registration.refreshes,
            issued_at: now,
            nonce: secret::random_text::<16>()?,
        };
        let bytes = serde_json::to_vec(&payload).map_err(|_| Error::Unavailable)?;
        if bytes.len() > MAX_PAYLOAD {
            return Err(Error::InvalidClientMetadata(
                "The redirect URIs and the name are too long together",
            ));
        }
        Ok(Self {
            id: keys.seal(Purpose::ClientId, PREFIX, &bytes),
            url: None,
            name: registration.name,
            redirect_uris: registration.redirect_uris,
            auth_method: registration.auth_method,
            refreshes: registration.refreshes,
        })
    }

    /// The client whose registration `id` is.
    pub fn known(keys: &Keys, id: &str) -> Option<Self> {
        let bytes = keys.open(Purpose::ClientId, PREFIX, id)?;
        let payload: Payload = serde_json::from_slice(&bytes).ok()?;
        // Validated again: a rule may have become stricter since.
        let redirect_uris = payload
            .redirect_uris
            .iter()
            .map(|uri| RedirectUri::parse(uri).ok())
            .collect::<Option<Vec<_>>>()?;
        Some(Self {
            id: id.to_owned(),
            url: None,
            name: payload.name,
            redirect_uris,
            auth_method: payload.auth_method,
            refreshes: !payload.once,
        })
    }

    /// The client that calls itself `id` where no document is needed: all that a code or a refresh token asks of it is the id
    /// that they are bound to, and PKCE or the token itself is the proof.
    pub fn presented(keys: &Keys, id: &str) -> Option<Self> {
        if !ClientUrl::is_meant_by(id) {
            return Self::known(keys, id);
        }
        let url = ClientUrl::parse(id).ok()?;
        Some(Self {
            id: id.to_owned(),
            url: Some(url),
            name: None,
            redirect_uris: Vec::new(),
            auth_method: AuthMethod::None,
            refreshes: false,
        })
    }

    /// Never stored; the nonce in the id makes it unique.
    pub fn secret(&self, keys: &Keys) -> Option<String> {
        match self.auth_method {
            AuthMethod::None => None,
            AuthMethod::SecretPost | AuthMethod::SecretBasic => Some(format!(
                "{SECRET_PREFIX}{}",
                keys.tag(Purpose::ClientSecret, self.id.as_bytes())
            )),
        }
    }

    /// Whether `presented` is what this client has to show. A client with a secret may send it either way (T-2); a public one
    /// has none to send.
    pub fn authenticates(&self, keys: &Keys, presented: Option<&str>) -> bool {
        match (self.auth_method, presented) {
            (AuthMethod::None, None) => true,
            (AuthMethod::None, Some(_)) | (_, None) => false,
            (_, Some(presented)) => presented
                .strip_prefix(SECRET_PREFIX)
                .is_some_and(|tag| keys.verifies(Purpose::ClientSecret, self.id.as_bytes(), tag)),
        }
    }

    /// The redirect URI of a request: a registered one, or the only one when the request names none (RFC 6749 section 3.1.2.3).
    pub fn redirect(&self, requested: Option<&str>) -> Option<RedirectUri> {
        match requested {
            Some(text) => {
                let uri = RedirectUri::parse(text).ok()?;
                self.redirect_uris
                    .iter()
                    .any(|registered| uri.is_covered_by(registered))
                    .then_some(uri)
            }
            None => match self.redirect_uris.as_slice() {
                [only] => Some(only.clone()),
                _ => None,
            },
        }
    }

    /// Stands for the id where the id itself is too long: in tokens and stored records.
    pub fn digest(&self) -> String {
        id_digest(&self.id)
    }
}

/// Who asks the owner.
#[derive(Debug, Clone)]
pub enum Asker {
    Known(Client),
    /// A URL whose document is read only after the owner has proved to be there. Until then nothing is known, not even whether the
    /// redirect URI of the request is the client's.
    Unread(ClientUrl),
}

impl Asker {
    pub fn id(&self) -> &str {
        match self {
            Self::Known(client) => &client.id,
            Self::Unread(url) => url.as_str(),
        }
    }

    pub const fn url(&self) -> Option<&ClientUrl> {
        match self {
            Self::Known(client) => client.url.as_ref(),
            Self::Unread(url) => Some(url),
        }
    }

    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Known(client) => client.name.as_deref(),
            Self::Unread(_) => None,
        }
    }
}

/// 128 bits of SHA-256: ids of up to 1 KB do not fit into tokens that proxies let pass.
pub fn id_digest(id: &str) -> String {
    let digest = secret::digest(id);
    secret::encode(digest.first_chunk::<16>().unwrap_or(&[0; 16]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys() -> Keys {
        Keys::derive(
            &"a-signing-secret-that-is-long-enough".into(),
            None,
            "https://a.example",
            "i1",
        )
        .unwrap()
    }

    fn named(name: &str, auth_method: AuthMethod) -> Result<Client, Error> {
        let registration = Registration {
            name: Some(name.to_owned()),
            redirect_uris: vec![RedirectUri::parse("https://client.test/cb").unwrap()],
            auth_method,
            refreshes: true,
        };
        Client::register(&keys(), registration, 0)
    }

    fn registered(auth_method: AuthMethod) -> Client {
        named("Suite", auth_method).unwrap()
    }

    #[test]
    fn an_id_carries_800_bytes_and_not_one_more() {
        let carried = |client: &Client| {
            let payload = keys().open(Purpose::ClientId, PREFIX, &client.id);
            payload.unwrap().len()
        };
        let longest = (1..1000)
            .map_while(|length| named(&"n".repeat(length), AuthMethod::None).ok())
            .last()
            .unwrap();
        assert_eq!(carried(&longest), 800);
        assert!(longest.id.len() < 1200);
    }

    #[test]
    fn the_id_brings_the_registration_back() {
        let client = registered(AuthMethod::SecretPost);
        let known = Client::known(&keys(), &client.id).unwrap();
        assert_eq!(known.name.as_deref(), Some("Suite"));
        assert_eq!(known.redirect_uris, client.redirect_uris);
        assert_eq!(known.auth_method, AuthMethod::SecretPost);
        assert!(known.refreshes);
    }

    #[test]
    fn the_secret_belongs_to_one_client() {
        let (one, other) = (
            registered(AuthMethod::SecretBasic),
            registered(AuthMethod::SecretBasic),
        );
        let secret = one.secret(&keys()).unwrap();
        assert!(one.authenticates(&keys(), Some(&secret)));
        assert!(!other.authenticates(&keys(), Some(&secret)));
        assert!(!one.authenticates(&keys(), None));
        assert!(!one.authenticates(&keys(), Some("")));
        assert!(!registered(AuthMethod::None).authenticates(&keys(), Some(&secret)));
    }

    proptest! {
        #[test]
        fn no_text_is_a_client_id_by_chance(text in "(dcr1\\.)?[A-Za-z0-9_.-]{0,80}") {
            prop_assert!(Client::known(&keys(), &text).is_none());
        }

        #[test]
        fn a_changed_id_is_unknown(at in 0usize..200, flip in 1u8..=127) {
            let id = registered(AuthMethod::None).id;
            let mut bytes = id.clone().into_bytes();
            let at = at % bytes.len();
            bytes[at] ^= flip;
            if let Ok(text) = String::from_utf8(bytes) {
                prop_assert!(Client::known(&keys(), &text).is_none());
            }
        }

        #[test]
        fn redirect_uris_are_judged_without_panic(text in "\\PC{0,60}") {
            let _ = RedirectUri::parse(&text);
        }

        #[test]
        fn an_accepted_redirect_uri_means_the_same_to_a_browser(
            text in "(https|http)://(localhost|127\\.0\\.0\\.1|\\[::1\\]|[a-z0-9.@:%x-]{1,16}|[a-z0-9]{1,5}(\\.[a-z0-9]{1,4}){0,3})(:[0-9]{1,5})?(/[a-z0-9.%;@:/-]{0,8})?(\\?[a-z=&%0-9]{0,6})?"
        ) {
            if let Ok(uri) = RedirectUri::parse(&text) {
                let parsed = url::Url::parse(&text).unwrap();
                let host = parsed.host_str().unwrap();
                let shown = uri.shown_host();
                prop_assert!(shown == host || shown.strip_prefix(host).is_some_and(|rest| rest.starts_with(':')), "{} {}", shown, host);
                prop_assert!(parsed.username().is_empty() && parsed.password().is_none());
                let path = text.splitn(4, '/').nth(3).unwrap_or("").split('?').next().unwrap();
                prop_assert_eq!(parsed.path().trim_start_matches('/'), path.trim_start_matches('/'));
            }
        }
    }
}
