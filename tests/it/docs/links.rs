//! Where links lead.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use super::markdown::{Document, read, root};

/// The sites that a reader is sent to, each looked at by a person.
const SITES: [&str; 6] = [
    "https://dashboard.render.com",
    "https://docs.railway.com/guides/cli",
    "https://fly.io/docs/flyctl/install/",
    "https://intervals.icu",
    "https://intervals.icu/settings",
    "https://rustup.rs",
];

fn documents() -> [Document; 3] {
    ["README.md", "DEPLOY.md", "docker/DEPLOY.ja.md"].map(read)
}

/// `docker/../x` is `x`.
fn shortened(path: &Path) -> PathBuf {
    let mut short = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => assert!(short.pop(), "{} leaves the project", path.display()),
            Component::CurDir => {}
            other => short.push(other),
        }
    }
    short
}

#[test]
fn every_link_leads_somewhere() {
    let documents = documents();
    let mut checked = 0;
    for document in &documents {
        let folder = Path::new(document.path).parent().unwrap();
        let links = document.sections.iter().flat_map(|s| s.targets());
        for link in links.filter(|link| !link.contains("://")) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let path = match file {
                "" => PathBuf::from(document.path),
                file => shortened(&folder.join(file)),
            };
            assert!(root().join(&path).is_file(), "{}: {link}", document.path);
            if !anchor.is_empty() {
                let named = documents.iter().find(|d| Path::new(d.path) == path);
                let named = named.unwrap_or_else(|| panic!("{}: {link}", document.path));
                let known = named.anchors();
                assert!(
                    known.iter().any(|a| a == anchor),
                    "{}: {link}",
                    document.path
                );
            }
            checked += 1;
        }
    }
    assert!(checked >= 10, "{checked}");
}

#[test]
fn a_link_to_elsewhere_is_https_and_was_reviewed() {
    let mut used = BTreeSet::new();
    for document in documents() {
        for link in document.sections.iter().flat_map(|s| s.targets()) {
            if link.contains("://") {
                assert!(SITES.contains(&link), "{}: {link}", document.path);
                used.insert(link.to_owned());
            }
        }
    }
    for site in SITES {
        assert!(site.starts_with("https://"), "{site}");
        assert!(used.contains(site), "nobody is sent to {site}");
    }
}
