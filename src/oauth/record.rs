//! The stored form of a grant.

use serde::{Deserialize, Serialize};

use super::address::Family;
use super::error::Error;
use super::grant::{Approval, Chain};
use crate::identity::Scopes;

/// Seconds between two notes of the last use: a request that changes nothing else does not write.
const USE_NOTED_AFTER: i64 = 3600;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub standing: Standing,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<About>,
    pub begun_at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<Used>,
    /// Its app takes no refresh tokens, so that it ends with its one access token.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub once: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Approved, its code not yet redeemed.
    Reserved,
    Live(Chain),
    Revoked,
}

/// Who has it, as far as that is known: a grant that was taken up again after a restart knows what its token carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_host: Option<String>,
    scope: String,
}

impl About {
    pub fn new(client_name: Option<&str>, redirect_host: Option<&str>, scopes: Scopes) -> Self {
        Self {
            client_name: client_name.map(str::to_owned),
            redirect_host: redirect_host.map(str::to_owned),
            scope: scopes.to_string(),
        }
    }

    pub fn of(approval: &Approval) -> Self {
        Self::new(
            approval.client_name.as_deref(),
            Some(&approval.redirect_host),
            approval.scopes,
        )
    }

    /// What is noted, unless that was an access token's word, which says less than a refresh token's.
    pub fn fuller(noted: Option<Self>, told: Self) -> Self {
        noted
            .filter(|noted| noted.redirect_host.is_some())
            .unwrap_or(told)
    }

    pub fn scopes(&self) -> Scopes {
        Scopes::parse(&self.scope)
    }
}

/// When it was last used, to the hour, and over which kind of address; never which address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Used {
    pub at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<Family>,
}

impl Used {
    /// This use, with the family of the one before if its own is not known.
    pub fn noted(before: Option<Self>, family: Option<Family>, now: i64) -> Self {
        Self {
            at: now,
            family: family.or_else(|| before?.family),
        }
    }

    /// Whether what is noted is too old or says less than this use.
    pub fn is_due(noted: Option<Self>, family: Option<Family>, now: i64) -> bool {
        noted.is_none_or(|noted| {
            let says_less = noted.family.is_none() && family.is_some();
            says_less || now.saturating_sub(noted.at) >= USE_NOTED_AFTER
        })
    }
}

impl Record {
    /// A grant that this process does not remember, as one of its tokens tells it.
    pub const fn resumed(chain: Chain, about: About, begun_at: i64) -> Self {
        Self {
            standing: Standing::Live(chain),
            about: Some(about),
            begun_at,
            used: None,
            once: false,
        }
    }

    pub fn bytes(&self) -> Result<Vec<u8>, Error> {
        serde_json::to_vec(self).map_err(|_| Error::Unavailable)
    }

    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        serde_json::from_slice(bytes).map_err(|_| {
            tracing::error!("a stored grant cannot be read");
            Error::Unavailable
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_is_noted_at_first_then_hourly_and_when_the_family_becomes_known() {
        let noted = |at, family| Some(Used { at, family });
        let (four, six) = (Some(Family::V4), Some(Family::V6));
        assert!(Used::is_due(None, None, 5));
        assert!(!Used::is_due(noted(5, four), six, 3604));
        assert!(Used::is_due(noted(5, four), six, 3605));
        assert!(Used::is_due(noted(5, None), six, 6));
        assert!(!Used::is_due(noted(5, None), None, 6));
        assert_eq!(Some(Used::noted(noted(5, four), None, 9)), noted(9, four));
        assert_eq!(Some(Used::noted(noted(5, four), six, 9)), noted(9, six));
    }

    #[test]
    fn a_record_from_before_uses_were_noted_is_read() {
        let old = br#"{"standing":{"live":{"c":1,"t":5,"u":true}},"about":{"redirect_host":"a.test","scope":"intervals:read"},"begun_at":5}"#;
        let record = Record::parse(old).unwrap();
        assert_eq!(record.used, None);
        assert_eq!(
            record.about.unwrap().redirect_host.as_deref(),
            Some("a.test")
        );
    }
}
