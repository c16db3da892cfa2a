//! The shipped site files on a test's own ports and paths; everything else in them stays as it is.

use std::path::{Path, PathBuf};

/// What the site is called: Caddy has its own authority sign for such a name, and the server takes it for a public one.
pub const HOST: &str = "mcp.localhost";

/// A file of the folder `docker`.
pub fn shipped(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docker")
        .join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Where a proxy listens and what is behind it.
#[derive(Clone, Copy, Debug)]
pub struct Ports {
    pub https: u16,
    pub http: u16,
    pub server: u16,
}

/// Replaces what has to be there.
fn swap(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "the shipped file has no {from:?}");
    text.replace(from, to)
}

/// The nginx site within a configuration like Debian's; the certificate is `site.crt` and `site.key` in `room`.
pub fn nginx(room: &Path, ports: Ports) -> PathBuf {
    let Ports {
        https,
        http,
        server,
    } = ports;
    let at = room.display();
    let live = "/etc/letsencrypt/live/mcp.example.com";
    let mut site = shipped("nginx.conf");
    for (from, to) in [
        ("listen 80;", format!("listen 127.0.0.1:{http};")),
        ("listen [::]:80;", format!("listen [::1]:{http};")),
        ("listen 443 ", format!("listen 127.0.0.1:{https} ")),
        ("listen [::]:443 ", format!("listen [::1]:{https} ")),
        (&format!("{live}/fullchain.pem"), format!("{at}/site.crt")),
        (&format!("{live}/privkey.pem"), format!("{at}/site.key")),
        ("https://mcp.example.com", format!("https://{HOST}:{https}")),
        ("mcp.example.com", HOST.to_owned()),
        ("/var/log/nginx/mcp-server.log", format!("{at}/access.log")),
        (
            "http://127.0.0.1:8000",
            format!("http://127.0.0.1:{server}"),
        ),
    ] {
        site = swap(&site, from, &to);
    }
    // What Debian's own file has around a site, its `gzip on` above all; temporary files stay in the room.
    let around = format!(
        "pid {at}/nginx.pid;\nerror_log stderr warn;\nevents {{ worker_connections 256; }}\nhttp {{\n\
         sendfile on;\ntcp_nopush on;\ntypes_hash_max_size 2048;\ngzip on;\naccess_log off;\n\
         client_body_temp_path {at}/body;\nproxy_temp_path {at}/proxy;\nfastcgi_temp_path {at}/fastcgi;\n\
         uwsgi_temp_path {at}/uwsgi;\nscgi_temp_path {at}/scgi;\ninclude {at}/site.conf;\n}}\n"
    );
    std::fs::write(room.join("site.conf"), site).unwrap();
    let path = room.join("nginx.conf");
    std::fs::write(&path, around).unwrap();
    path
}

/// The Caddyfile below options that keep Caddy to loopback, to these ports and to `room`. What it takes from the environment is
/// still to be set.
pub fn caddy(room: &Path, ports: Ports) -> PathBuf {
    let at = room.display();
    let options = format!(
        "{{\n\tadmin off\n\tskip_install_trust\n\tdefault_bind 127.0.0.1 [::1]\n\thttp_port {}\n\
         \tstorage file_system {at}/caddy\n}}\n",
        ports.http
    );
    let path = room.join("Caddyfile");
    std::fs::write(&path, format!("{options}{}", shipped("Caddyfile"))).unwrap();
    path
}
