//! An authorization request (RFC 6749 section 4.1.1), checked in the order in which its parts can be trusted.

use super::cimd::ClientDocuments;
use super::client::{Asker, Client};
use super::client_url::ClientUrl;
use super::error::Error;
use super::form::Form;
use super::keys::Keys;
use super::pkce::Challenge;
use super::redirect::RedirectUri;
use super::resource::Resource;
use super::scope::Requested;
use crate::public_url::PublicUrl;

/// Longer values are no CSRF token but somebody's database.
const MAX_STATE: usize = 4096;

/// A request that the owner can be asked about.
pub struct AuthorizationRequest {
    pub asker: Asker,
    pub redirect_uri: RedirectUri,
    pub state: Option<String>,
    pub challenge: Challenge,
    pub resource: Resource,
    pub requested: Requested,
}

/// Why there is nothing to ask. Each knows whether it may leave this server: until client and redirect URI are proved,
/// nothing says where to (mcp-oauth.md Z-2, X-4).
#[derive(Debug)]
pub enum Refusal {
    UnknownClient,
    BadRedirect,
    Malformed,
    /// Stays here: the client id is a URL, and it is none that a client can have, or it has not been read yet.
    Local(Error),
    /// Goes to the client if its address may receive errors.
    Error(Error, ReturnTo),
}

impl Refusal {
    /// What it is called, wherever it goes.
    pub const fn error(&self) -> Error {
        match self {
            Self::UnknownClient => Error::InvalidClient { basic: false },
            Self::BadRedirect => {
                Error::InvalidRequest("redirect_uri is not registered for this client")
            }
            Self::Malformed => Error::InvalidRequest("The request is malformed"),
            Self::Local(error) | Self::Error(error, _) => *error,
        }
    }
}

/// Where the answer goes.
#[derive(Debug)]
pub struct ReturnTo {
    pub redirect_uri: RedirectUri,
    pub state: Option<String>,
}

impl ReturnTo {
    /// The `Location` of an answer: what is given, then `state` as it came and `iss` (RFC 9207), each exactly once.
    pub fn location(&self, issuer: &str, answer: &[(&str, &str)]) -> String {
        let mut parameters = answer.to_vec();
        if let Some(state) = &self.state {
            parameters.push(("state", state));
        }
        parameters.push(("iss", issuer));
        self.redirect_uri.with_parameters(&parameters)
    }

    pub fn error_location(&self, issuer: &str, error: Error) -> String {
        let answer = [
            ("error", error.code()),
            ("error_description", error.description()),
        ];
        self.location(issuer, &answer)
    }
}

impl AuthorizationRequest {
    pub async fn read(
        keys: &Keys,
        documents: &ClientDocuments,
        public_url: &PublicUrl,
        query: &str,
    ) -> Result<Self, Refusal> {
        let form = Form::parse(query.as_bytes()).ok_or(Refusal::Malformed)?;
        let id = form
            .one("client_id")
            .map_err(|_| Refusal::Malformed)?
            .ok_or(Refusal::UnknownClient)?;
        let asker = asker(keys, documents, public_url, id).await?;
        let requested = form.one("redirect_uri").map_err(|_| Refusal::BadRedirect)?;
        let redirect_uri = match &asker {
            Asker::Known(client) => client.redirect(requested),
            // Without the document there is no only one that could be meant.
            Asker::Unread(_) => requested.and_then(|uri| RedirectUri::parse(uri).ok()),
        }
        .ok_or(Refusal::BadRedirect)?;
        let state = form.only("state").map(str::to_owned);
        match Asked::read(&form, public_url) {
            Ok(asked) => Ok(Self {
                asker,
                redirect_uri,
                state,
                challenge: asked.challenge,
                resource: asked.resource,
                requested: asked.requested,
            }),
            Err(error) if matches!(asker, Asker::Unread(_)) => Err(Refusal::Local(error)),
            Err(error) => Err(Refusal::Error(
                error,
                ReturnTo {
                    redirect_uri,
                    state: state.filter(|state| state.len() <= MAX_STATE),
                },
            )),
        }
    }
}

async fn asker(
    keys: &Keys,
    documents: &ClientDocuments,
    public_url: &PublicUrl,
    id: &str,
) -> Result<Asker, Refusal> {
    if !ClientUrl::is_meant_by(id) {
        return Client::known(keys, id)
            .map(Asker::Known)
            .ok_or(Refusal::UnknownClient);
    }
    let url = ClientUrl::parse(id).map_err(|why| Refusal::Local(Error::InvalidRequest(why)))?;
    if url.host() == public_url.host() {
        let why = "A client_id must not be a URL of this server";
        return Err(Refusal::Local(Error::InvalidRequest(why)));
    }
    Ok(match documents.shown(&url).await {
        Some(client) => Asker::Known(client),
        None => Asker::Unread(url),
    })
}

/// The parts whose errors the client may hear.
struct Asked {
    challenge: Challenge,
    resource: Resource,
    requested: Requested,
}

impl Asked {
    fn read(form: &Form, public_url: &PublicUrl) -> Result<Self, Error> {
        if form
            .one("state")?
            .is_some_and(|state| state.len() > MAX_STATE)
        {
            return Err(Error::InvalidRequest("state is too long"));
        }
        match form.one("response_type")? {
            Some("code") => {}
            Some(_) => return Err(Error::UnsupportedResponseType),
            None => return Err(Error::InvalidRequest("response_type is required")),
        }
        if form
            .one("response_mode")?
            .is_some_and(|mode| mode != "query")
        {
            return Err(Error::InvalidRequest("Use response_mode=query"));
        }
        if form.one("request")?.is_some() {
            return Err(Error::RequestNotSupported);
        }
        if form.one("request_uri")?.is_some() {
            return Err(Error::RequestUriNotSupported);
        }
        let challenge = form
            .one("code_challenge")?
            .ok_or(Error::InvalidRequest("code_challenge is required"))?;
        // Absent means `plain` (RFC 7636 section 4.3), which is refused.
        if form.one("code_challenge_method")? != Some("S256") {
            return Err(Error::InvalidRequest("Use code_challenge_method=S256"));
        }
        let challenge = Challenge::parse(challenge).ok_or(Error::InvalidRequest(
            "code_challenge must be a SHA-256 in base64url",
        ))?;
        let resource =
            Resource::of_request(public_url, form.all("resource")).ok_or(Error::InvalidTarget)?;
        let requested = Requested::parse(form.one("scope")?.unwrap_or_default());
        Ok(Self {
            challenge,
            resource,
            requested,
        })
    }
}
