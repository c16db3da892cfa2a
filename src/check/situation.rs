//! What the examinations of the public URL know beforehand.

use super::local::Local;
use crate::public_url::PublicUrl;

/// Whom is asked, and what runs on this very machine.
pub struct Situation {
    pub public_url: PublicUrl,
    pub port: u16,
    pub local: Local,
}

impl Situation {
    /// `GET https://mcp.example.com/health`, shortened to what people type.
    pub fn url(&self, path: &str) -> String {
        self.public_url.at(path)
    }

    /// Whether our server with this very configuration runs here.
    pub fn runs_here(&self) -> bool {
        matches!(self.local, Local::Ours { .. })
    }
}
