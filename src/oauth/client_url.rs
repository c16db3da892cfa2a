//! Client ids that are URLs: which are accepted at all.
//!
//! Judged as raw text, like redirect URIs and for the same reason: the id is compared byte for byte, shown to the owner and
//! fetched, and all three must mean the same site. What is not already canonical is refused.

/// They travel in queries, tokens' digests and forms.
const MAX_LENGTH: usize = 512;
const MAX_HOST: usize = 253;

/// Names that are never on the public internet (RFC 6761, RFC 6762, RFC 8375, RFC 9476 and what networks use at home). Reserved
/// names that resolve nowhere, such as `.invalid`, are left to the resolver.
const LOCAL_SUFFIXES: [&str; 13] = [
    "localhost",
    "localdomain",
    "local",
    "internal",
    "intranet",
    "private",
    "corp",
    "home",
    "lan",
    "arpa",
    "onion",
    "alt",
    "i2p",
];

/// The `https` URL of a client's metadata document, exactly as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientUrl {
    text: String,
    host: String,
}

impl ClientUrl {
    /// Whether `id` means to be a URL. The ids of registered clients have no colon.
    pub fn is_meant_by(id: &str) -> bool {
        id.contains(':')
    }

    /// # Errors
    /// A sentence that says what is wrong, without repeating the input.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.len() > MAX_LENGTH {
            return Err("The client_id is longer than 512 characters");
        }
        let rest = text
            .strip_prefix("https://")
            .ok_or("A client_id that is a URL must begin with https://")?;
        // Before the parts, so that the reason is the plain one.
        if rest.contains('#') {
            return Err("A client_id must not have a fragment");
        }
        // Queries are discouraged by the draft, nobody uses them, and a site that echoes one would speak for its visitors.
        if rest.contains('?') {
            return Err("A client_id must not have a query");
        }
        let (host, path) = rest
            .find('/')
            .and_then(|at| rest.split_at_checked(at))
            .ok_or("A client_id must have a path")?;
        check_host(host)?;
        check_path(path)?;
        Ok(Self {
            text: text.to_owned(),
            host: host.to_owned(),
        })
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// In lower case, with a dot, never an address.
    pub fn host(&self) -> &str {
        &self.host
    }
}

fn check_host(host: &str) -> Result<(), &'static str> {
    const BAD_HOST: &str = "A client_id must have a domain name in lower case as its host";
    if host.contains('@') {
        return Err("A client_id must not have a user name");
    }
    if host.contains(':') && !host.starts_with('[') {
        return Err("A client_id must not have a port");
    }
    let label_ok = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let (_, last) = host.rsplit_once('.').ok_or(BAD_HOST)?;
    // A last label that begins with a letter keeps out every spelling of an IPv4 address.
    if host.len() > MAX_HOST
        || !host.split('.').all(label_ok)
        || !last.starts_with(|c: char| c.is_ascii_lowercase())
    {
        return Err(BAD_HOST);
    }
    // Punycode that does not decode has no meaning that could be shown to anybody.
    if host.contains("xn--") && url::Host::parse(host).is_err() {
        return Err(BAD_HOST);
    }
    if LOCAL_SUFFIXES.contains(&last) {
        return Err("A client_id must be on the public internet");
    }
    Ok(())
}

fn check_path(path: &str) -> Result<(), &'static str> {
    if path == "/" {
        return Err("A client_id must have a path");
    }
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=:@%".contains(&b);
    if !path.bytes().all(plain) {
        return Err("A client_id must be written in plain ASCII, without spaces or backslashes");
    }
    let mut rest = path;
    while let Some((_, after)) = rest.split_once('%') {
        let byte = after
            .get(..2)
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok())
            .ok_or("A client_id has a broken percent escape")?;
        if byte.is_ascii_control() || b"./\\%".contains(&byte) {
            return Err("A client_id must not escape dots, slashes or control characters");
        }
        rest = after;
    }
    if path.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err("A client_id must not have dot segments");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn clients_in_the_field_are_accepted() {
        for (text, host) in [
            (
                "https://claude.ai/oauth/mcp-oauth-client-metadata",
                "claude.ai",
            ),
            (
                "https://chatgpt.com/oauth/codex/a_B-9/client.json",
                "chatgpt.com",
            ),
            (
                "https://xn--bcher-kva.example/c.json",
                "xn--bcher-kva.example",
            ),
            ("https://app.client.test/a/b%20c;v=1/", "app.client.test"),
        ] {
            let url = ClientUrl::parse(text).unwrap_or_else(|why| panic!("{text}: {why}"));
            assert_eq!(url.host(), host);
            assert_eq!(url.as_str(), text);
        }
    }

    #[test]
    fn what_is_not_plainly_a_public_site_is_refused() {
        for text in [
            "",
            "https://",
            "https:///c",
            "https://client.test",
            "https://client.test/",
            "https://client.test?x=/c",
            "https://client.test/c?x=1",
            "https://client.test/c?",
            "https://client.test/c#",
            "https://client.test/c#f",
            "http://client.test/c",
            "HTTPS://client.test/c",
            "https:/client.test/c",
            "https:client.test/c",
            " https://client.test/c",
            "https://client.test/c ",
            "https://client.test/c\n",
            "https://client.test/a b",
            "https://client.test/a\tb",
            "https://client.test\\c/d",
            "https://client.test/a\\b",
            "https://Client.test/c",
            "https://client.test./c",
            "https://client..test/c",
            "https://.client.test/c",
            "https://client.test:443/c",
            "https://client.test:22/c",
            "https://client.test:/c",
            "https://user@client.test/c",
            "https://user:pw@client.test/c",
            "https://@client.test/c",
            "https://client.test%2fevil.test/c",
            "https://clienté.test/c",
            "https://client.test/é",
            "https://client.test/./c",
            "https://client.test/../c",
            "https://client.test/a/..",
            "https://client.test/a/.",
            "https://client.test/%2e%2e/c",
            "https://client.test/%2E/c",
            "https://client.test/a%2fb",
            "https://client.test/a%5cb",
            "https://client.test/a%00b",
            "https://client.test/a%0ab",
            "https://client.test/a%252e",
            "https://client.test/a%",
            "https://client.test/a%4",
            "https://client.test/a%zz",
            "https://client.test/a%+1",
            "https://client.test/<script>",
            "https://client/c",
            "https://localhost/c",
            "https://a.localhost/c",
            "https://printer.local/c",
            "https://metadata.google.internal/c",
            "https://nas.home.arpa/c",
            "https://box.lan/c",
            "https://hidden.onion/c",
            "https://127.0.0.1/c",
            "https://127.1/c",
            "https://2130706433/c",
            "https://0x7f.1/c",
            "https://1.0x7f/c",
            "https://0177.0.0.1/c",
            "https://1.2.3.4./c",
            "https://169.254.169.254/latest/meta-data",
            "https://[::1]/c",
            "https://[::ffff:127.0.0.1]/c",
            "https://[64:ff9b::7f00:1]/c",
            "https://[client.test]/c",
            "https://xn--\u{0}.test/c",
            "https://xn--a.test/c",
            "https://-a.test/c",
            "https://a-.test/c",
        ] {
            assert!(ClientUrl::parse(text).is_err(), "{text}");
        }
        let long = format!("https://client.test/{}", "a".repeat(500));
        assert!(ClientUrl::parse(&long).is_err());
        let label = format!("https://{}.test/c", "a".repeat(64));
        assert!(ClientUrl::parse(&label).is_err());
    }

    fn means_the_same_to_a_parser(text: &str) -> Result<(), TestCaseError> {
        if let Ok(accepted) = ClientUrl::parse(text) {
            let parsed = url::Url::parse(text).unwrap();
            prop_assert_eq!(parsed.as_str(), text);
            prop_assert_eq!(parsed.scheme(), "https");
            prop_assert_eq!(parsed.domain(), Some(accepted.host()));
            prop_assert_eq!(parsed.port(), None);
            prop_assert!(parsed.username().is_empty() && parsed.password().is_none());
            prop_assert!(parsed.query().is_none() && parsed.fragment().is_none());
            let path = text.splitn(4, '/').nth(3).unwrap();
            prop_assert_eq!(parsed.path().strip_prefix('/'), Some(path));
            prop_assert!(!path.is_empty());
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn an_accepted_url_means_the_same_to_a_parser(
            text in "(https://|HTTPS://|https:/|http://|https:///)?([a-z0-9.-]{0,9}|[0-9x.]{1,12}|\\[[0-9a-f:.]{1,9}\\]|[A-Za-z0-9%@:\\\\é-]{1,12})(\\.[a-z0-9-]{1,6}|\\.test){0,2}(:[0-9]{0,5})?(/[a-zA-Z0-9.%2eE@;:/?#\\\\ -]{0,12}){0,2}"
        ) {
            means_the_same_to_a_parser(&text)?;
        }

        #[test]
        fn any_path_of_a_good_host_is_judged_as_a_parser_reads_it(path in "\\PC{0,20}") {
            means_the_same_to_a_parser(&format!("https://client.test/{path}"))?;
        }

        #[test]
        fn any_text_is_judged_without_panic(text in "\\PC{0,60}") {
            means_the_same_to_a_parser(&text)?;
        }
    }
}
