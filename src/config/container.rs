//! Where this process runs, as far as it matters to what it stores.

use std::path::Path;

use super::{PLATFORM, Sources};

/// Files that container engines leave in each container, Docker and Podman.
const MARKS: [&str; 2] = ["/.dockerenv", "/run/.containerenv"];

/// Whether `directory` goes when the container goes that this process runs in: it is on the container's own file system and on no
/// volume. `false` where nobody can say.
#[must_use]
pub fn discards(directory: &Path, sources: &Sources) -> bool {
    let in_container = MARKS.iter().any(|mark| Path::new(mark).exists())
        || PLATFORM
            .iter()
            .chain(&["KUBERNETES_SERVICE_HOST"])
            .any(|name| sources.set(name).is_some());
    in_container && is_on_root(directory)
}

/// Whether `directory`, or what of the path to it exists, is on the file system of `/`.
#[cfg(unix)]
fn is_on_root(directory: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let device = |path: &Path| std::fs::metadata(path).ok().map(|found| found.dev());
    let Ok(directory) = std::path::absolute(directory) else {
        return false;
    };
    let here = directory.ancestors().find_map(device);
    here.is_some() && here == device(Path::new("/"))
}

#[cfg(not(unix))]
fn is_on_root(_: &Path) -> bool {
    false
}
