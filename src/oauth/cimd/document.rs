//! What a client metadata document may say.

use std::fmt;

use serde::de::{self, Deserializer as _, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::oauth::client_metadata;
use crate::oauth::client_url::ClientUrl;
use crate::oauth::redirect::RedirectUri;

/// More than any client has, with room for one per port and host.
const MAX_REDIRECT_URIS: usize = 32;

/// The members of a JSON Web Key that are private (RFC 7518 section 6): a document with one has published it.
const PRIVATE_KEY_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// What is kept of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub name: String,
    pub redirect_uris: Vec<RedirectUri>,
    /// Whether it wants refresh tokens.
    pub refreshes: bool,
}

impl Document {
    /// Reads the document at `url`.
    ///
    /// # Errors
    /// A sentence for the developer of the client.
    pub fn read(url: &ClientUrl, bytes: &[u8]) -> Result<Self, &'static str> {
        let members = members(bytes)?;
        // Simple string comparison (RFC 3986 section 6.2.1).
        if members.get("client_id").and_then(Value::as_str) != Some(url.as_str()) {
            return Err("client_id in the document must equal its URL");
        }
        if members.keys().any(|name| name.starts_with("client_secret")) {
            return Err("A client metadata document must not have a client_secret");
        }
        check_auth_method(&members)?;
        check_keys(members.get("jwks"))?;
        check_logo(members.get("logo_uri"))?;
        check_grant_types(members.get("grant_types"))?;
        let name = members
            .get("client_name")
            .and_then(client_metadata::clean_name)
            .ok_or("client_name is required in the document")?;
        let redirect_uris = members
            .get("redirect_uris")
            .and_then(Value::as_array)
            .filter(|list| !list.is_empty())
            .ok_or("redirect_uris is required in the document and must be a list")?;
        if redirect_uris.len() > MAX_REDIRECT_URIS {
            return Err("The document has more than 32 redirect URIs");
        }
        Ok(Self {
            name,
            redirect_uris: client_metadata::redirect_uris(redirect_uris)?,
            refreshes: client_metadata::refreshes(members.get("grant_types")),
        })
    }
}

/// The members of a JSON object, none of them twice: readers differ about which of two counts.
fn members(bytes: &[u8]) -> Result<Map<String, Value>, &'static str> {
    struct Members;

    impl<'de> Visitor<'de> for Members {
        type Value = Map<String, Value>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object without repeated members")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
            let mut members = Map::new();
            while let Some((name, value)) = access.next_entry::<String, Value>()? {
                if members.insert(name, value).is_some() {
                    return Err(de::Error::custom("a member is repeated"));
                }
            }
            Ok(members)
        }
    }

    let mut reader = serde_json::Deserializer::from_slice(bytes);
    (&mut reader)
        .deserialize_map(Members)
        .and_then(|members| reader.end().map(|()| members))
        .map_err(|_| "The document must be a JSON object without repeated members")
}

/// A client without a registration has no secret, so it can only be a public one here. The preferred method may be another as long
/// as `none` is among those it offers, as in ChatGPT's document.
fn check_auth_method(members: &Map<String, Value>) -> Result<(), &'static str> {
    let offers_none = members
        .get("token_endpoint_auth_methods_supported")
        .and_then(Value::as_array)
        .is_some_and(|methods| methods.iter().any(|method| method == "none"));
    match members.get("token_endpoint_auth_method").map(Value::as_str) {
        None | Some(Some("none")) => Ok(()),
        Some(Some(method)) if method.starts_with("client_secret") => {
            Err("A client with a metadata document cannot use a shared secret")
        }
        Some(Some(_)) if offers_none => Ok(()),
        Some(Some("private_key_jwt")) => {
            Err("This server supports token_endpoint_auth_method none, not private_key_jwt")
        }
        Some(_) => Err("token_endpoint_auth_method must be none"),
    }
}

fn check_keys(jwks: Option<&Value>) -> Result<(), &'static str> {
    let keys = jwks
        .and_then(|jwks| jwks.get("keys"))
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let is_private = |key: &Value| {
        PRIVATE_KEY_MEMBERS
            .iter()
            .any(|member| key.get(member).is_some())
    };
    if keys.into_iter().any(is_private) {
        return Err("The document publishes a private key");
    }
    Ok(())
}

/// Never fetched or shown; a document that names a script as its logo is hostile all the same.
fn check_logo(logo: Option<&Value>) -> Result<(), &'static str> {
    match logo {
        None | Some(Value::Null) => Ok(()),
        Some(Value::String(uri)) if uri.is_empty() || uri.starts_with("https://") => Ok(()),
        Some(_) => Err("logo_uri must be an https URL"),
    }
}

fn check_grant_types(grant_types: Option<&Value>) -> Result<(), &'static str> {
    match grant_types.and_then(Value::as_array) {
        Some(list) if !list.is_empty() && !list.iter().any(|kind| kind == "authorization_code") => {
            Err("grant_types must include authorization_code")
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const URL: &str = "https://app.client.test/oauth/client.json";

    fn url() -> ClientUrl {
        ClientUrl::parse(URL).unwrap()
    }

    fn good() -> Value {
        json!({
            "client_id": URL,
            "client_name": "Track \u{202e}Log",
            "redirect_uris": ["https://app.client.test/cb", "http://127.0.0.1/cb"],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
        })
    }

    fn read(document: &Value) -> Result<Document, &'static str> {
        Document::read(&url(), document.to_string().as_bytes())
    }

    fn with(name: &str, value: Value) -> Value {
        let mut document = good();
        document[name] = value;
        document
    }

    fn without(name: &str) -> Value {
        let mut document = good();
        document.as_object_mut().unwrap().remove(name);
        document
    }

    #[test]
    fn a_good_document_is_read() {
        let document = read(&good()).unwrap();
        assert_eq!(document.name, "Track Log");
        assert_eq!(document.redirect_uris.len(), 2);
        assert!(document.refreshes);
        assert!(
            !read(&with("grant_types", json!(["authorization_code"])))
                .unwrap()
                .refreshes
        );
    }

    #[test]
    fn what_is_not_needed_may_be_missing_or_more() {
        for document in [
            without("grant_types"),
            without("response_types"),
            without("token_endpoint_auth_method"),
            with("logo_uri", json!("https://app.client.test/logo.png")),
            with("something_new", json!({ "a": [1] })),
            with("jwks_uri", json!("https://app.client.test/jwks.json")),
            with(
                "jwks",
                json!({ "keys": [{ "kty": "EC", "x": "a", "y": "b" }] }),
            ),
        ] {
            assert!(read(&document).is_ok(), "{document}");
        }
    }

    #[test]
    fn cimd_04_documents_that_say_the_wrong_thing_are_refused() {
        for document in [
            with("client_id", json!(format!("{URL}/"))),
            with(
                "client_id",
                json!("https://app.client.test:443/oauth/client.json"),
            ),
            with(
                "client_id",
                json!("https://App.client.test/oauth/client.json"),
            ),
            with("client_id", json!(null)),
            without("client_id"),
            with("client_name", json!("")),
            with("client_name", json!(" \u{200b}")),
            with("client_name", json!(7)),
            without("client_name"),
            without("redirect_uris"),
            with("redirect_uris", json!([])),
            with("redirect_uris", json!([1])),
            with("redirect_uris", json!("https://app.client.test/cb")),
            with("redirect_uris", json!(["javascript:alert(1)"])),
            with(
                "redirect_uris",
                json!(["https://app.client.test/cb", "javascript:alert(1)"]),
            ),
            with("redirect_uris", json!(["http://evil.test/cb"])),
            with(
                "redirect_uris",
                json!(vec!["https://app.client.test/cb"; 33]),
            ),
            with("client_secret", json!("s")),
            with("client_secret", json!(null)),
            with("client_secret_expires_at", json!(0)),
            with("token_endpoint_auth_method", json!("client_secret_basic")),
            with("token_endpoint_auth_method", json!("client_secret_post")),
            with("token_endpoint_auth_method", json!("client_secret_jwt")),
            with("token_endpoint_auth_method", json!("private_key_jwt")),
            with("token_endpoint_auth_method", json!("")),
            with("token_endpoint_auth_method", json!(null)),
            with("token_endpoint_auth_method", json!(["none"])),
            with("jwks", json!({ "keys": [{ "kty": "EC", "d": "x" }] })),
            with("jwks", json!({ "keys": [{ "kty": "oct", "k": "x" }] })),
            with("logo_uri", json!("http://app.client.test/logo.png")),
            with("logo_uri", json!("javascript:alert(1)")),
            with("grant_types", json!(["client_credentials"])),
        ] {
            assert!(read(&document).is_err(), "{document}");
        }
    }

    #[test]
    fn a_client_that_offers_none_beside_its_preference_is_a_public_one() {
        let mut document = with("token_endpoint_auth_method", json!("private_key_jwt"));
        document["token_endpoint_auth_methods_supported"] = json!(["private_key_jwt"]);
        assert!(read(&document).unwrap_err().contains("private_key_jwt"));
        document["token_endpoint_auth_methods_supported"] = json!(["none", "private_key_jwt"]);
        assert!(read(&document).is_ok());
        // A shared secret is never right, whatever stands beside it.
        document["token_endpoint_auth_method"] = json!("client_secret_post");
        assert!(read(&document).is_err());
    }

    #[test]
    fn only_one_object_without_repeated_members_is_a_document() {
        let good = good().to_string();
        for text in [
            String::new(),
            "[]".to_owned(),
            "null".to_owned(),
            format!("[{good}]"),
            format!("{good}{good}"),
            format!("{good} x"),
            format!("\u{feff}{good}"),
            good.replacen('{', "{\"redirect_uris\":[\"https://evil.test/cb\"],", 1),
            good.replacen('{', "{\"client\\u005fid\":\"https://evil.test/c\",", 1),
            "[".repeat(60_000),
            format!("{{\"a\":{}", "[".repeat(60_000)),
        ] {
            assert!(Document::read(&url(), text.as_bytes()).is_err());
        }
        assert!(Document::read(&url(), format!(" {good}\n").as_bytes()).is_ok());
    }

    proptest! {
        #[test]
        fn any_bytes_are_judged_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(Document::read(&url(), &bytes).is_err());
        }

        #[test]
        fn a_document_with_one_odd_member_is_judged_without_panic(
            name in "client_id|client_name|redirect_uris|token_endpoint_auth_method|grant_types|jwks|logo_uri|client_secret|[a-z_]{1,9}",
            value in "null|true|-1|1e999|\"\\PC{0,9}\"|\\[\\]|\\{\\}|\\[[0-9,\"a{}]{0,9}\\]|\\{\"keys\":[0-9\\[\\]{}\"d:]{0,9}\\}",
        ) {
            let mut text = without(&name).to_string();
            text.pop();
            let _ = Document::read(&url(), format!("{text},\"{name}\":{value}}}").as_bytes());
        }

        #[test]
        fn a_cut_document_is_none(at in 0usize..200) {
            let text = good().to_string();
            prop_assert!(Document::read(&url(), &text.as_bytes()[..at.min(text.len() - 1)]).is_err());
        }
    }
}
