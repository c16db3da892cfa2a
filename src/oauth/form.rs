//! Strict reading of parameters: a query or an `application/x-www-form-urlencoded` body.
//!
//! By hand, because the ready-made extractors answer in plain text with statuses that RFC 6749 does not know, keep the last of
//! two equal names and repair what is malformed.

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Request, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use super::error::Error;

/// More pairs than any client sends.
const MAX_PAIRS: usize = 64;

/// Decoded pairs in their order.
#[derive(Debug, Default)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// `None` when an escape is broken, the text is not UTF-8 or there are too many pairs.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut pairs = Vec::new();
        for pair in bytes.split(|b| *b == b'&').filter(|pair| !pair.is_empty()) {
            if pairs.len() == MAX_PAIRS {
                return None;
            }
            let mut halves = pair.splitn(2, |b| *b == b'=');
            let name = unescape(halves.next().unwrap_or_default())?;
            let value = unescape(halves.next().unwrap_or_default())?;
            pairs.push((name, value));
        }
        Some(Self(pairs))
    }

    /// The one value of `name`; an empty one counts as absent (RFC 6749 section 3.1).
    pub fn one(&self, name: &str) -> Result<Option<&str>, Error> {
        let mut values = self.all(name);
        let first = values.next();
        if values.next().is_some() {
            return Err(Error::InvalidRequest("A parameter is repeated"));
        }
        Ok(first.filter(|value| !value.is_empty()))
    }

    /// The value of `name` if there is exactly one, whatever else is wrong.
    pub fn only(&self, name: &str) -> Option<&str> {
        self.one(name).ok().flatten()
    }

    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// `+` and `%XX` undone; `None` for a broken escape or what is not UTF-8.
pub fn unescape(bytes: &[u8]) -> Option<String> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let high = char::from(*rest.next()?).to_digit(16)?;
                let low = char::from(*rest.next()?).to_digit(16)?;
                out.push(u8::try_from(high * 16 + low).ok()?);
            }
            other => out.push(*other),
        }
    }
    String::from_utf8(out).ok()
}

/// Everything but unreserved characters escaped, so that readers of forms and of URIs agree about it.
pub fn escape(text: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for digit in [byte >> 4, byte & 15] {
                out.extend(HEX.get(usize::from(digit)).copied().map(char::from));
            }
        }
    }
    out
}

/// The body up to `limit` bytes.
pub async fn body(body: Body, limit: usize) -> Result<Bytes, Error> {
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.downcast_ref::<LengthLimitError>().is_some() => Err(Error::TooLarge),
        Err(_) => Err(Error::InvalidRequest("The body could not be read")),
    }
}

/// The parameters of a form post.
pub async fn posted(request: Request<Body>, limit: usize) -> Result<Form, Error> {
    if !is_form(request.headers()) {
        return Err(Error::InvalidRequest(
            "The body must be application/x-www-form-urlencoded",
        ));
    }
    let bytes = body(request.into_body(), limit).await?;
    Form::parse(&bytes).ok_or(Error::InvalidRequest("The body is malformed"))
}

fn is_form(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return false;
    };
    value.to_str().is_ok_and(|text| {
        let media_type = text.split(';').next().unwrap_or_default();
        media_type
            .trim()
            .eq_ignore_ascii_case("application/x-www-form-urlencoded")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_decoded_and_empty_values_are_absent() {
        let form = Form::parse(b"a=1+2&b=%E3%81%82&&c=&d&e=x=y").unwrap();
        assert_eq!(form.one("a").unwrap(), Some("1 2"));
        assert_eq!(form.one("b").unwrap(), Some("あ"));
        assert_eq!(form.one("c").unwrap(), None);
        assert_eq!(form.one("d").unwrap(), None);
        assert_eq!(form.one("e").unwrap(), Some("x=y"));
        assert_eq!(form.one("f").unwrap(), None);
    }

    #[test]
    fn a_repeated_name_is_refused_even_when_one_is_empty() {
        assert!(Form::parse(b"a=1&a=").unwrap().one("a").is_err());
        assert!(Form::parse(b"a=1&%61=2").unwrap().one("a").is_err());
    }

    #[test]
    fn broken_escapes_and_bad_utf8_are_refused() {
        for bytes in [
            b"a=%".as_slice(),
            b"a=%4",
            b"a=%zz",
            b"a=%+1",
            b"a=%ff",
            b"\xff=1",
        ] {
            assert!(Form::parse(bytes).is_none(), "{bytes:?}");
        }
        assert!(Form::parse("a=1&".repeat(100).as_bytes()).is_none());
    }

    #[test]
    fn escaping_is_undone_by_both_kinds_of_reader() {
        let text = "a b+c&d=é%/~";
        assert_eq!(unescape(escape(text).as_bytes()).as_deref(), Some(text));
        assert!(!escape(text).contains('+'));
    }
}
