"""What docker/compose.yaml has to say: which doors are open, what the services may do, and where secrets are."""

import re
from pathlib import Path

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
text = (ROOT / "docker/compose.yaml").read_text()
compose = YAML(typ="safe").load(text)
services = compose["services"]
example = (ROOT / ".env.example").read_text()
variables = set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE))


def check(condition, what):
    if not condition:
        raise SystemExit(f"FAILED: docker/compose.yaml: {what}")


def is_confined(name, service):
    check(service.get("read_only") is True, f"{name} can write to its own files")
    check(service.get("cap_drop") == ["ALL"], f"{name} keeps capabilities")
    check("no-new-privileges:true" in service.get("security_opt", []), f"{name} may gain privileges")
    check("privileged" not in service, f"{name} is privileged")
    check("pid" not in service and "network_mode" not in service, f"{name} shares with the machine")
    for limit in ("mem_limit", "pids_limit"):
        check(limit in service, f"{name} has no {limit}")
    check(service.get("restart") == "unless-stopped", f"{name} does not come back")
    options = service.get("logging", {}).get("options", {})
    check("max-size" in options and "max-file" in options, f"the log of {name} grows for ever")
    check(not any("docker.sock" in str(volume) for volume in service.get("volumes", [])), f"{name} rules Docker")


check(set(services) == {"server", "caddy", "redis"}, f"the services are {sorted(services)}")
for name, service in services.items():
    is_confined(name, service)
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        check(source.startswith("./") or source in compose["volumes"], f"{source} is no volume")
    for network in service["networks"]:
        check(network in compose["networks"], f"{network} is no network")

server, caddy, redis = services["server"], services["caddy"], services["redis"]
check([name for name in services if "ports" in services[name]] == ["caddy"], "somebody but Caddy has ports")
check(sorted(caddy["ports"]) == ["443:443", "443:443/udp", "80:80"], f"the ports are {caddy['ports']}")
check(caddy["cap_add"] == ["NET_BIND_SERVICE"], "Caddy has the wrong capabilities")
check("cap_add" not in server and "cap_add" not in redis, "somebody but Caddy has capabilities")

# Secrets reach the server alone, from a file that is in no repository and in no image.
check(server["env_file"] == ".env", "the server's secrets come from elsewhere")
check("env_file" not in caddy and "env_file" not in redis, "somebody but the server has the secrets")
check(set(caddy["environment"]) == {"BASE_URL", "UPSTREAM"}, "Caddy is told too much")
check(".env" in (ROOT / ".gitignore").read_text().split(), "docker/.env would be committed")
ignored = (ROOT / ".dockerignore").read_text().split("\n")
check("*" in ignored and not any(line.startswith(("!docker", "!.env")) for line in ignored), "docker/.env would be in the image")

environment = server["environment"]
check(set(environment) <= variables, f"unknown variables: {set(environment) - variables}")
for named in re.findall(r"^\s*#.*?\b([A-Z]+_[A-Z_]+)=", text, re.MULTILINE):
    check(named in variables | {"COMPOSE_PROFILES"}, f"{named} is unknown")
check(environment["TRUST_PROXY"] == "1", "the visitor's address is not that which Caddy saw")
port = environment["PORT"]
check(caddy["environment"]["UPSTREAM"] == f"server:{port}", "Caddy asks elsewhere")
check(server["expose"] == [port], "another port is exposed")
check(f"state:{environment['DATA_DIR']}" in server["volumes"], "state is not kept")
check(server["healthcheck"]["test"][1:] == ["/usr/local/bin/intervals-mcp-server", "check", "--health"], "health is not asked for")
dockerfile = ROOT / "docker/Dockerfile"
if dockerfile.exists():
    check(f'"{server["healthcheck"]["test"][1]}"' in dockerfile.read_text(), "the program is elsewhere in the image")
seconds = int(server["stop_grace_period"].removesuffix("s"))
check(seconds > 10, "running calls are cut off")

caddyfile = (ROOT / "docker/Caddyfile").read_text()
used = set(re.findall(r"\{\$([A-Z_]+)", caddyfile))
check(used == set(caddy["environment"]), f"the Caddyfile reads {used}")
check("./Caddyfile:/etc/caddy/Caddyfile:ro" in caddy["volumes"], "Caddy has no Caddyfile")

check(redis["profiles"] == ["redis"], "Redis starts unasked")
check(compose["networks"]["store"] == {"internal": True} and redis["networks"] == ["store"], "Redis can be reached")
command = redis["command"]
settings = dict(zip(command[1::2], command[2::2], strict=True))
check(settings["--appendonly"] == "yes" and settings["--appendfsync"] == "always", "Redis forgets")
check(settings["--maxmemory-policy"] == "noeviction", "Redis throws away what it was told to keep")
print("ok   docker/compose.yaml keeps its promises")
