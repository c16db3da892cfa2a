//! Copies of the documents of clients that most owners use, so that their connection does not depend on a web site being up
//! (mcp-oauth.md C-5). Only what is needed of them, as of September 2026.

use super::document::Document;
use crate::oauth::client_url::ClientUrl;
use crate::oauth::redirect::RedirectUri;

struct BuiltIn {
    url: &'static str,
    name: &'static str,
    redirect_uris: &'static [&'static str],
}

const BUILT_IN: [BuiltIn; 4] = [
    BuiltIn {
        url: "https://claude.ai/oauth/mcp-oauth-client-metadata",
        name: "Claude",
        redirect_uris: &[
            "https://claude.ai/api/mcp/auth_callback",
            "https://claude.com/api/mcp/auth_callback",
        ],
    },
    BuiltIn {
        url: "https://claude.ai/oauth/claude-code-client-metadata",
        name: "Claude Code",
        redirect_uris: &["http://localhost/callback", "http://127.0.0.1/callback"],
    },
    BuiltIn {
        url: "https://chatgpt.com/oauth/client.json",
        name: "ChatGPT",
        redirect_uris: &["https://chatgpt.com/connector_platform_oauth_redirect"],
    },
    BuiltIn {
        url: "https://vscode.dev/oauth/client-metadata.json",
        name: "Visual Studio Code",
        redirect_uris: &[
            "https://vscode.dev/redirect",
            "https://insiders.vscode.dev/redirect",
            "http://127.0.0.1/",
            "http://127.0.0.1:33418/",
        ],
    },
];

/// The copy of the document at `url`, for exactly these URLs.
pub fn copy(url: &ClientUrl) -> Option<Document> {
    let known = BUILT_IN.iter().find(|known| known.url == url.as_str())?;
    Some(Document {
        name: known.name.to_owned(),
        redirect_uris: known
            .redirect_uris
            .iter()
            .filter_map(|uri| RedirectUri::parse(uri).ok())
            .collect(),
        refreshes: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_copy_is_whole() {
        for known in &BUILT_IN {
            let url = ClientUrl::parse(known.url).unwrap();
            let document = copy(&url).unwrap();
            assert_eq!(document.redirect_uris.len(), known.redirect_uris.len());
            assert!(
                document
                    .redirect_uris
                    .iter()
                    .all(RedirectUri::may_receive_errors)
            );
        }
        let other = ClientUrl::parse("https://claude.ai/oauth/other").unwrap();
        assert_eq!(copy(&other), None);
    }
}
