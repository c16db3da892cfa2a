//! Who is calling and what they may do: made by `oauth`, read by `mcp`, so that the two need not know each other.

use std::fmt;
use std::sync::Arc;

/// One permission that the owner can give to an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// See training, wellness, calendar and settings.
    Read,
    /// Create and change.
    Write,
    /// Delete.
    Delete,
    /// Change thresholds, zones and gear.
    Settings,
}

impl Scope {
    pub const ALL: [Self; 4] = [Self::Read, Self::Write, Self::Delete, Self::Settings];

    /// The scope's name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "intervals:read",
            Self::Write => "intervals:write",
            Self::Delete => "intervals:delete",
            Self::Settings => "intervals:settings",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of scopes. Every other scope carries reading with it (a write answers with what it wrote).
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Scopes(u8);

impl Scopes {
    pub const NONE: Self = Self(0);
    pub const ALL: Self = Self(0b1111);
    /// How many different sets there are.
    pub const COUNT: usize = 16;

    #[must_use]
    pub const fn of(scope: Scope) -> Self {
        Self(scope.bit())
    }

    #[must_use]
    pub const fn with(self, scope: Scope) -> Self {
        Self(self.0 | scope.bit())
    }

    #[must_use]
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0 || (matches!(scope, Scope::Read) && self.0 != 0)
    }

    /// A number below [`Self::COUNT`] that only this set has.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL
            .into_iter()
            .filter(move |s| self.0 & s.bit() != 0)
    }

    /// The known scopes in a space-separated list; unknown names are ignored, since clients ask for all sorts.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        text.split_ascii_whitespace()
            .filter_map(|word| Scope::ALL.into_iter().find(|s| s.as_str() == word))
            .fold(Self::NONE, Self::with)
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, scope) in self.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.as_str())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{self}]")
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(iter: I) -> Self {
        iter.into_iter().fold(Self::NONE, Self::with)
    }
}

/// What the bearer guard leaves in a request's extensions. Nothing downstream reads the credential itself.
#[derive(Debug, Clone)]
pub struct Caller {
    /// A short, non-secret id of the grant, for log lines.
    pub session_id: Arc<str>,
    pub scopes: Scopes,
}

/// Left in a response's extensions by whoever refuses a call for lack of scopes; the guard turns it into the
/// `WWW-Authenticate` challenge, which only it knows how to write.
#[derive(Debug, Clone, Copy)]
pub struct MissingScopes(pub Scopes);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_carries_reading() {
        assert!(Scopes::of(Scope::Write).contains(Scope::Read));
        assert!(!Scopes::of(Scope::Read).contains(Scope::Write));
        assert!(!Scopes::NONE.contains(Scope::Read));
    }

    #[test]
    fn unknown_scope_names_are_ignored() {
        let scopes =
            Scopes::parse("openid intervals:write  offline_access intervals:read intervals:WRITE");
        assert_eq!(scopes.to_string(), "intervals:read intervals:write");
    }
}
