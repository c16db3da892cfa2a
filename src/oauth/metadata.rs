//! The discovery documents (RFC 9728, RFC 8414): built once, served as bytes.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header;
use serde::Serialize;

use super::scope::OFFLINE_ACCESS;
use crate::identity::Scope;
use crate::public_url::PublicUrl;

/// How clients prove themselves wherever they have to.
const AUTH_METHODS: [&str; 3] = ["none", "client_secret_post", "client_secret_basic"];

/// RFC 9728 section 2
#[derive(Serialize)]
struct ProtectedResource<'a> {
    /// Byte-identical to the URL that the user typed, hence one document per path.
    resource: &'a str,
    authorization_servers: [&'a str; 1],
    /// Without `offline_access`: it is not a permission of this resource.
    scopes_supported: Vec<&'a str>,
    bearer_methods_supported: [&'a str; 1],
    resource_name: &'a str,
}

/// RFC 8414 section 2
#[derive(Serialize)]
struct AuthorizationServer<'a> {
    issuer: &'a str,
    authorization_endpoint: String,
    token_endpoint: String,
    registration_endpoint: String,
    revocation_endpoint: String,
    response_types_supported: [&'a str; 1],
    response_modes_supported: [&'a str; 1],
    grant_types_supported: [&'a str; 2],
    /// Its absence obliges MCP clients to refuse.
    code_challenge_methods_supported: [&'a str; 1],
    token_endpoint_auth_methods_supported: [&'a str; 3],
    revocation_endpoint_auth_methods_supported: [&'a str; 3],
    /// With `offline_access`: Claude and ChatGPT ask for a refresh token only when they see it here.
    scopes_supported: Vec<&'a str>,
    /// RFC 9207 section 3
    authorization_response_iss_parameter_supported: bool,
    /// Claude and ChatGPT then name themselves by URL, provided that `none` is among the methods above.
    client_id_metadata_document_supported: bool,
    protected_resources: [String; 2],
}

/// The encoded documents.
pub struct Documents {
    root: Bytes,
    mcp: Bytes,
    server: Bytes,
}

impl Documents {
    pub fn new(public_url: &PublicUrl) -> Result<Self, serde_json::Error> {
        let scopes: Vec<&str> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
        let mut server_scopes = scopes.clone();
        server_scopes.push(OFFLINE_ACCESS);
        let issuer = public_url.origin();
        let resource = |resource: &str| {
            serde_json::to_vec(&ProtectedResource {
                resource,
                authorization_servers: [issuer],
                scopes_supported: scopes.clone(),
                bearer_methods_supported: ["header"],
                resource_name: "Intervals.icu MCP",
            })
        };
        let server = serde_json::to_vec(&AuthorizationServer {
            issuer,
            authorization_endpoint: public_url.at("/authorize"),
            token_endpoint: public_url.at("/token"),
            registration_endpoint: public_url.at("/register"),
            revocation_endpoint: public_url.at("/revoke"),
            response_types_supported: ["code"],
            response_modes_supported: ["query"],
            grant_types_supported: ["authorization_code", "refresh_token"],
            code_challenge_methods_supported: ["S256"],
            token_endpoint_auth_methods_supported: AUTH_METHODS,
            revocation_endpoint_auth_methods_supported: AUTH_METHODS,
            scopes_supported: server_scopes,
            authorization_response_iss_parameter_supported: true,
            client_id_metadata_document_supported: true,
            protected_resources: [issuer.to_owned(), public_url.mcp()],
        })?;
        Ok(Self {
            root: resource(issuer)?.into(),
            mcp: resource(&public_url.mcp())?.into(),
            server: server.into(),
        })
    }
}

fn document(bytes: &Bytes) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "public, max-age=300"),
    ];
    (headers, bytes.clone()).into_response()
}

/// For a client that was given the bare origin.
pub async fn get_root_resource(State(documents): State<Arc<Documents>>) -> Response {
    document(&documents.root)
}

/// For a client that was given `…/mcp`.
pub async fn get_mcp_resource(State(documents): State<Arc<Documents>>) -> Response {
    document(&documents.mcp)
}

pub async fn get_authorization_server(State(documents): State<Arc<Documents>>) -> Response {
    document(&documents.server)
}
