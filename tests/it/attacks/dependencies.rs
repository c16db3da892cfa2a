//! What the server is made of, as Cargo.lock has it: a crate with a known hole is a door that nobody need force.
//!
//! `cargo deny` and `cargo audit` know the advisories of RustSec (tests/supply/run.sh). The lowest versions here stand for
//! themselves, because not every hole is in that database: CVE-2026-25537 of jsonwebtoken is not.

use std::collections::{BTreeMap, BTreeSet};

use crate::tree::root;

const INDEX: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// The lowest versions without a known hole.
const LOWEST: [(&str, [u64; 3]); 7] = [
    ("rmcp", [1, 4, 0]),
    ("jsonwebtoken", [10, 3, 0]),
    ("h2", [0, 4, 16]),
    ("tracing-subscriber", [0, 3, 20]),
    ("time", [0, 3, 47]),
    ("bytes", [1, 11, 1]),
    ("rustls-webpki", [0, 103, 13]),
];
/// Of those, what the server has no need of; it must be new should it come.
const ABSENT: [&str; 1] = ["h2"];

/// TLS of the system, and RSA with RUSTSEC-2023-0071, for which there is no fix.
const NEVER: [&str; 4] = ["openssl", "openssl-sys", "native-tls", "rsa"];

#[derive(Debug, Default)]
struct Package {
    version: String,
    source: Option<String>,
    checksum: Option<String>,
    /// Names, without the versions that tell two of a name apart.
    needs: Vec<String>,
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// Every package of Cargo.lock, by its name.
fn locked() -> BTreeMap<String, Vec<Package>> {
    let text = read("Cargo.lock");
    let mut found: BTreeMap<String, Vec<Package>> = BTreeMap::new();
    for table in text.split("[[package]]").skip(1) {
        let mut name = "";
        let mut package = Package::default();
        for line in table.lines() {
            let quoted = line.split('"').nth(1).unwrap_or_default();
            match line.split('=').next().unwrap_or_default().trim_end() {
                "name" => name = quoted,
                "version" => quoted.clone_into(&mut package.version),
                "source" => package.source = Some(quoted.to_owned()),
                "checksum" => package.checksum = Some(quoted.to_owned()),
                _ if line.starts_with(" \"") => {
                    let need = quoted.split(' ').next().unwrap_or_default();
                    package.needs.push(need.to_owned());
                }
                _ => {}
            }
        }
        assert!(!name.is_empty(), "a package without a name: {table}");
        found.entry(name.to_owned()).or_default().push(package);
    }
    assert!(found.len() > 100, "{} packages are not all", found.len());
    found
}

/// Without what comes after a hyphen or a plus.
fn numbers(version: &str) -> [u64; 3] {
    let release = version.split(['-', '+']).next().unwrap();
    let parts: Vec<u64> = release
        .split('.')
        .map(|part| part.parse().unwrap())
        .collect();
    parts.try_into().unwrap()
}

#[test]
fn ops_03_nothing_is_older_than_the_version_that_closed_a_hole() {
    let locked = locked();
    for (name, lowest) in LOWEST {
        let Some(packages) = locked.get(name) else {
            assert!(
                ABSENT.contains(&name),
                "{name} is gone: is its place taken?"
            );
            continue;
        };
        for package in packages {
            let version = &package.version;
            assert!(numbers(version) >= lowest, "{name} {version} < {lowest:?}");
        }
    }
}

#[test]
fn ops_03_tls_is_not_the_systems_and_tokens_are_not_signed_with_rsa() {
    let locked = locked();
    let deny = read(".cargo/deny.toml");
    for name in NEVER {
        assert!(!locked.contains_key(name), "{name} is in Cargo.lock");
        let ban = format!("{{ crate = \"{name}\", reason = ");
        assert!(deny.contains(&ban), "deny.toml does not ban {name}");
    }
    let signing = &locked["jsonwebtoken"][0].needs;
    assert!(
        signing.iter().any(|need| need == "aws-lc-rs"),
        "{signing:?}"
    );
    // All of these are of its feature `rust_crypto`.
    for need in ["rsa", "p256", "p384", "ed25519-dalek"] {
        assert!(!signing.iter().any(|n| n == need), "{need}");
    }
}

#[test]
fn ops_03_every_dependency_comes_from_the_public_registry_and_is_known_by_its_checksum() {
    for (name, packages) in locked() {
        for package in packages {
            if name == env!("CARGO_PKG_NAME") {
                assert_eq!((package.source, package.checksum), (None, None));
                continue;
            }
            assert_eq!(package.source.as_deref(), Some(INDEX), "{name}");
            let checksum = package.checksum.unwrap_or_default();
            let is_sha256 = checksum.len() == 64 && checksum.bytes().all(|b| b.is_ascii_hexdigit());
            assert!(is_sha256, "{name}: {checksum}");
        }
    }
    let deny = read(".cargo/deny.toml");
    for rule in [
        "wildcards = \"deny\"",
        "unknown-registry = \"deny\"",
        "unknown-git = \"deny\"",
        "allow-git = []",
    ] {
        assert!(deny.lines().any(|line| line == rule), "{rule}");
    }
}

#[test]
fn ops_03_what_is_excused_from_an_advisory_is_so_everywhere_and_has_a_reason() {
    let advisories = |path: &str| {
        let text = read(path);
        let mut found = BTreeSet::new();
        for (at, _) in text.match_indices("RUSTSEC-") {
            let before = &text[..at];
            let line = before.rsplit('\n').next().unwrap();
            let in_list = before.rfind("ignore = [") > before.rfind(']');
            if line.trim_start().starts_with('#') || !in_list {
                continue;
            }
            let after = text[at..].lines().next().unwrap();
            let above = before.trim_end_matches(line).trim_end().lines().next_back();
            let has_reason = after.contains("reason = \"")
                || above.is_some_and(|above| above.trim_start().starts_with("# "));
            let id = &text[at..at + "RUSTSEC-2023-0071".len()];
            assert!(has_reason, "{path} does not say why {id} does not matter");
            found.insert(id.to_owned());
        }
        found
    };
    assert_eq!(
        advisories(".cargo/deny.toml"),
        advisories(".cargo/audit.toml")
    );
}
