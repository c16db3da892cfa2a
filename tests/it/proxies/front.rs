//! A proxy in front of the binary in front of the invented athlete.

use std::io::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use intervals_mcp_server::clock::Clock;
use intervals_mcp_server::demo::Demo;
use intervals_mcp_server::public_url::PublicUrl;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tokio::net::TcpListener;
use tokio::time::sleep;

use super::site_files::{self, HOST, Ports};
use crate::support::process::{Room, Running, free_port, serving, wait_for};
use crate::support::{Server, secrets};

/// For what must happen, however loaded the machine is.
pub const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proxy {
    Nginx,
    Caddy,
}

impl Proxy {
    fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Caddy => "caddy",
        }
    }

    pub fn program(self) -> Command {
        let mut command = Command::new(self.name());
        command
            .env_clear()
            .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin")
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        command
    }

    fn is_installed(self) -> bool {
        let asked = if self == Self::Nginx { "-v" } else { "version" };
        let said = self.program().arg(asked).stderr(Stdio::null()).status();
        said.is_ok_and(|status| status.success())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "nothing may be skipped where everything is installed"
)]
fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true")
}

/// The proxies that are installed.
///
/// # Panics
/// When one is missing and `CI=true`.
pub fn installed() -> Vec<Proxy> {
    let curl = Command::new("curl").arg("--version").output().is_ok();
    let is_here = |proxy: &Proxy| {
        let missing = match proxy {
            _ if !curl => "curl",
            proxy if !proxy.is_installed() => proxy.name(),
            _ => return true,
        };
        assert!(!is_ci(), "{missing} is not installed");
        // Past the capture of the test harness, which swallows what passing tests print.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: behind {}: {missing} is not installed",
            proxy.name()
        );
        false
    };
    [Proxy::Nginx, Proxy::Caddy]
        .into_iter()
        .filter(is_here)
        .collect()
}

/// Everything runs until this value is dropped.
pub struct Front {
    pub proxy: Proxy,
    pub demo: Demo,
    /// As the outside sees it: `https://mcp.localhost:PORT`.
    pub server: Server,
    /// Past the proxy.
    pub direct: Server,
    pub ports: Ports,
    pub room: Room,
    binary: Option<Running>,
    upstream: SocketAddr,
    _proxy: Running,
}

impl Front {
    pub async fn of(proxy: Proxy) -> Self {
        let demo = Demo::new(Clock::system());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let upstream = listener.local_addr().unwrap();
        tokio::spawn(demo.clone().serve(listener));

        let room = Room::new();
        let ports = Ports {
            https: free_port(),
            http: free_port(),
            server: free_port(),
        };
        let binary = binary(&room, ports, upstream);
        wait_for(ports.server);
        let started = Running(start(proxy, &room.0, ports));
        wait_for(ports.https);
        let authority = authority(proxy, &room.0).await;
        let public_url = PublicUrl::parse(&format!("https://{HOST}:{}", ports.https)).unwrap();
        let mut server = Server::elsewhere(ports.https);
        server.address = public_url.origin().to_owned();
        server.public_url = public_url.clone();
        server.http = outside(&authority, (Ipv4Addr::LOCALHOST, ports.https).into());
        let mut direct = Server::elsewhere(ports.server);
        let host = public_url.authority().parse().unwrap();
        direct.public_url = public_url;
        direct.http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .default_headers(std::iter::once((reqwest::header::HOST, host)).collect())
            .build()
            .unwrap();
        let front = Self {
            proxy,
            demo,
            server,
            direct,
            ports,
            room,
            binary: Some(binary),
            upstream,
            _proxy: started,
        };
        front.is_up().await;
        front
    }

    /// The same site over IPv6.
    pub fn over_ipv6(&self) -> Server {
        let mut server = Server::elsewhere(self.ports.https);
        server.address.clone_from(&self.server.address);
        server.public_url = self.server.public_url.clone();
        let root = std::fs::read(self.authority_file()).unwrap();
        let root = reqwest::Certificate::from_pem(&root).unwrap();
        server.http = outside(&root, (Ipv6Addr::LOCALHOST, self.ports.https).into());
        server
    }

    /// The certificate that clients have to trust, as PEM.
    pub fn authority_file(&self) -> PathBuf {
        authority_file(self.proxy, &self.room.0)
    }

    /// Kills the server; the proxy stays.
    pub fn stop_server(&mut self) {
        self.binary = None;
    }

    pub fn start_server(&mut self) {
        self.binary = Some(binary(&self.room, self.ports, self.upstream));
    }

    /// Waits for the certificate, which Caddy gets while it already listens.
    async fn is_up(&self) {
        let started = Instant::now();
        loop {
            let said = self
                .server
                .http
                .get(self.server.url("/health"))
                .send()
                .await;
            match said {
                Ok(answer) if answer.status() == 200 => return,
                _ if started.elapsed() < PATIENCE => sleep(Duration::from_millis(20)).await,
                said => panic!("{:?} does not come up: {said:?}", self.proxy),
            }
        }
    }
}

/// A client that finds the site at `address`. It makes a connection for each request: a proxy ends the one on which it refused
/// a body without always having announced it, and a request that meets its end there is lost.
fn outside(authority: &reqwest::Certificate, address: SocketAddr) -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(Duration::from_secs(60))
        .tls_certs_only([authority.clone()])
        .pool_max_idle_per_host(0)
        .resolve(HOST, address)
        .build()
        .unwrap()
}

fn binary(room: &Room, ports: Ports, upstream: SocketAddr) -> Running {
    let child = serving(room, ports.server)
        .env("HOST", "127.0.0.1")
        .env("BASE_URL", format!("https://{HOST}:{}", ports.https))
        .env("TRUST_PROXY", "1")
        .env("OWNER_PASSWORD", secrets::OWNER)
        .env("MCP_API_KEY", secrets::MCP_API_KEY)
        .env("INTERVALS_BASE_URL", format!("http://{upstream}"))
        .env("DATA_DIR", "data")
        .spawn();
    Running(child.unwrap())
}

fn start(proxy: Proxy, room: &Path, ports: Ports) -> Child {
    let log = std::fs::File::create(room.join("proxy.log")).unwrap();
    let mut command = proxy.program();
    match proxy {
        Proxy::Nginx => {
            certify(room);
            let file = site_files::nginx(room, ports);
            command.arg("-p").arg(room).arg("-c").arg(file).args([
                "-e",
                "stderr",
                "-g",
                "daemon off; master_process off;",
            ]);
        }
        Proxy::Caddy => {
            let file = site_files::caddy(room, ports);
            command
                .env("HOME", room)
                .env("BASE_URL", format!("https://{HOST}:{}", ports.https))
                .env("UPSTREAM", format!("127.0.0.1:{}", ports.server))
                .args(["run", "--adapter", "caddyfile", "--config"])
                .arg(file);
        }
    }
    command.stderr(log).spawn().unwrap()
}

/// An authority of the test's own, and a certificate of it for the site.
pub fn certify(room: &Path) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params
        .distinguished_name
        .push(DnType::CommonName, "Authority of the tests");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = params.self_signed(&key).unwrap();
    let issuer = Issuer::new(params, key);
    let site_key = KeyPair::generate().unwrap();
    let site = CertificateParams::new(vec![HOST.to_owned()])
        .unwrap()
        .signed_by(&site_key, &issuer)
        .unwrap();
    for (name, pem) in [
        ("root.crt", root.pem()),
        ("site.crt", site.pem()),
        ("site.key", site_key.serialize_pem()),
    ] {
        std::fs::write(room.join(name), pem).unwrap();
    }
}

fn authority_file(proxy: Proxy, room: &Path) -> PathBuf {
    match proxy {
        Proxy::Nginx => room.join("root.crt"),
        Proxy::Caddy => room.join("caddy/pki/authorities/local/root.crt"),
    }
}

async fn authority(proxy: Proxy, room: &Path) -> reqwest::Certificate {
    let started = Instant::now();
    loop {
        let pem = std::fs::read(authority_file(proxy, room)).unwrap_or_default();
        match reqwest::Certificate::from_pem(&pem) {
            Ok(certificate) if !pem.is_empty() => return certificate,
            _ if started.elapsed() < PATIENCE => sleep(Duration::from_millis(20)).await,
            other => panic!("{proxy:?} has no authority: {other:?}"),
        }
    }
}
