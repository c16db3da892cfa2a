"""How the image's process behaves: `process.py IMAGE.tar ROOT WORK`, in a network namespace of its own."""

import datetime
import errno
import fcntl
import http.client
import http.server
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

import guide
from contents import check, read
from container import MEMORY, Container

PORT = 8000
DEMO, API, UPSTREAM = 8100, 8101, 8102
KEY = "mcp-key-of-the-image-test-0123456789"
# What a person puts into the file after `--env-file`.
ENVIRONMENT = {
    "ATHLETE_ID": "i424242",
    "API_KEY": "demo-key-of-the-invented-athlete",
    "JWT_SECRET_KEY": "q8V0l2yB1u7dXz9fJm3Rk5TnWc6EhPsA4gLo",
    "MCP_API_KEY": KEY,
    "BASE_URL": "https://mcp.example.com",
    "TRUST_PROXY": "1",
    "INTERVALS_BASE_URL": f"http://127.0.0.1:{UPSTREAM}",
}


def loopback_up():
    with socket.socket() as control:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(control, 0x8913, request))[1]
        fcntl.ioctl(control, 0x8914, struct.pack("16sh14x", b"lo", flags | 1))


class Upstream(http.server.BaseHTTPRequestHandler):
    """The invented athlete's Intervals.icu, slower or somewhere else on earth if a test wants it."""

    delay = 0.0
    zone = None
    writes = 0

    def forward(self):
        time.sleep(Upstream.delay)
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "accept-encoding")}
        api = http.client.HTTPConnection("127.0.0.1", API, timeout=30)
        api.request(self.command, self.path, body or None, headers)
        answer = api.getresponse()
        data = answer.read()
        if self.command != "GET":
            Upstream.writes += 1
        if Upstream.zone:
            data = data.replace(b"Europe/Zurich", Upstream.zone)
        self.send_response(answer.status)
        self.send_header("content-type", answer.getheader("content-type") or "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_PUT = do_POST = do_DELETE = forward

    def log_message(self, *_):
        pass


def ask(method, path, body=None, headers=None, port=PORT):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body, {"Host": "mcp.example.com"} | (headers or {}))
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def call(tool, arguments):
    """The answer of a tool: (whether it is an error, its text)."""
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}
    status, body = ask("POST", "/mcp", json.dumps(message), {
        "Authorization": f"Bearer {KEY}",
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": "2025-11-25",
    })
    check(status == 200, f"{tool} answers {status}: {body}")
    result = json.loads(body)["result"]
    return bool(result.get("isError")), result["content"][0]["text"]


def step(what):
    print(f"  {what}", flush=True)


class Tests:
    def __init__(self, archive, root, work):
        self.config = read(archive)[0]["config"]
        self.root, self.work = root, work
        self.health = self.config["Healthcheck"]["Test"][1:]

    def volume(self, size=None, owner=True):
        """A new volume, with the owner and the mode that an engine takes over from the image; of `size` if given."""
        folder = tempfile.mkdtemp(dir=self.work)
        if size:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True)
        if owner:
            user, group = (int(part) for part in self.config["User"].split(":"))
            os.chown(folder, user, group)
        os.chmod(folder, 0o700 if owner else 0o755)
        return folder

    def start(self, data, environment=None):
        container = Container(self.config, self.root, data, ENVIRONMENT | (environment or {}))
        for _ in range(600):
            if container.process.poll() is not None:
                break
            try:
                if ask("GET", "/health")[0] == 200:
                    return container
            except OSError:
                time.sleep(0.02)
        container.close()
        sys.exit(f"FAILED: image: it does not get healthy:\n{container.said()}")

    def stop(self, container):
        os.kill(container.pid, signal.SIGTERM)
        code = container.wait(10)
        check(code == 0, f"told to stop, it ends with {code}:\n{container.said()}")

    def refused(self, data, environment=None):
        """The code and the words with which it refuses to start."""
        container = Container(self.config, self.root, data, ENVIRONMENT | (environment or {}))
        return container.wait(10), container.said()

    def confined(self):
        step("it runs confined, healthy, and listens on PORT alone")
        data = self.volume()
        container = self.start(data)
        for name, expected in (("Uid", [str(container.user)] * 4), ("Gid", [str(container.group)] * 4), ("Groups", []),
                               ("NoNewPrivs", ["1"]), ("CapEff", ["0" * 16]), ("CapPrm", ["0" * 16]), ("CapBnd", ["0" * 16])):
            check(container.status(name) == expected, f"{name} is {container.status(name)}")
        check(container.listening() == [("00000000", PORT)], f"it listens on {container.listening()}")

        healthy = container.execute(self.health)
        check(healthy.returncode == 0, f"the health check says {healthy}")
        for program in ("sh", "/bin/sh", "/bin/bash", "curl", "apt-get"):
            found = container.execute([program, "-c", "true"])
            check(found.returncode == 127 and "No such file" in found.stderr, f"{program} is there: {found}")

        for folder in ("", "/tmp", "/var/tmp", "/etc", "/home/nonroot", "/usr/local/bin"):
            if not os.path.isdir(f"{self.root}{folder}"):
                continue
            try:
                open(f"/proc/{container.pid}/root{folder}/x", "w").close()
                check(False, f"{folder or '/'} can be written to, even by root")
            except OSError as error:
                check(error.errno == errno.EROFS, f"{folder or '/'}: {error}")
        kept = sorted(os.listdir(data))
        check("state.sqlite3" in kept, f"/data has {kept}")
        for name in kept:
            file = os.stat(f"{data}/{name}")
            check((file.st_uid, file.st_mode & 0o777) == (container.user, 0o600), f"{name} is {file}")

        wrong, text = call("get_today", {})
        check(not wrong, text)
        self.stop(container)

    def follows_the_guide(self):
        step("what the guide tells to type for plain Docker works as written")
        with open("DEPLOY.md") as file:
            typed = guide.commands(file.read())
        name = "intervals-mcp-server"
        check(["docker", "build", "-f", "docker/Dockerfile", "-t", name, "."] in typed, "the guide builds another image")
        check(["cp", ".env.example", ".env"] in typed, "the guide has another way to the configuration")
        told, image = guide.options(next(command for command in typed if command[:2] == ["docker", "run"]))
        check(image == name and ("--read-only", None) in told and ("--name", name) in told, f"the guide runs {image} with {told}")

        # The editor's part: what is asked for is filled in, and what the test needs beside it.
        with open(".env.example") as file:
            text = file.read()
        for variable, value in ENVIRONMENT.items():
            if variable != "TRUST_PROXY":
                text, times = re.subn(rf"^(# )?{variable}=.*$", f"{variable}={value}", text, flags=re.MULTILINE)
                check(times == 1, f".env.example has {variable} {times} times")
        environment = guide.environment(text)
        environment |= dict(value.split("=", 1) for option, value in told if option == "-e")
        (volume,), (published,) = ([value for option, value in told if option == wanted] for wanted in ("-v", "-p"))
        check(volume.endswith(":/data"), f"the volume is {volume}")
        check(published.endswith(f":{PORT}"), f"the port is {published}")
        data = self.volume()
        container = self.start(data, environment)
        check("state is kept in DATA_DIR" in container.said() and "state.sqlite3" in os.listdir(data), container.said())
        wrong, text = call("get_today", {})
        check(not wrong, text)
        for command in typed:
            if command[:2] == ["docker", "exec"]:
                check(command[2] == name, command)
                # There is no web here for `check` to look at the server from.
                done = container.execute(command[3:])
                check(done.returncode in (0, 1), f"{command} says {done}")
        self.stop(container)

    def other_port(self):
        step("it goes where a platform's PORT says, and so does its health check")
        container = Container(self.config, self.root, self.volume(), ENVIRONMENT | {"PORT": "9999"})
        for _ in range(300):
            if container.listening():
                break
            time.sleep(0.02)
        check(container.listening() == [("00000000", 9999)], f"it listens on {container.listening()}")
        healthy = container.execute(self.health)
        check(healthy.returncode == 0, f"the health check says {healthy}")
        self.stop(container)

    def drains(self):
        step("SIGTERM: a running call is answered, and it ends with 0 in under 10 s")
        container = self.start(self.volume())
        Upstream.delay, answers = 3.0, []
        caller = threading.Thread(target=lambda: answers.append(call("get_athlete", {})))
        caller.start()
        time.sleep(1)
        told = time.monotonic()
        os.kill(container.pid, signal.SIGTERM)
        code = container.wait(10)
        took = time.monotonic() - told
        caller.join()
        Upstream.delay = 0.0
        check(code == 0, f"it ends with {code}:\n{container.said()}")
        check(1 < took < 10, f"it takes {took:.1f} s, with a call that wants two more")
        check(answers and not answers[0][0], f"the call is answered with {answers}")

    def knows_time_zones(self):
        step("it knows the athlete's day without a time zone database in the image")
        check(not os.path.exists(f"{self.root}/usr/share/zoneinfo"), "the image has a time zone database")
        now = datetime.datetime.now(datetime.timezone.utc)
        for zone, hours in ((b"Pacific/Kiritimati", 14), (b"Pacific/Pago_Pago", -11)):
            Upstream.zone = zone
            container = self.start(self.volume())
            text = call("get_today", {})[1]
            day = (now + datetime.timedelta(hours=hours)).date().isoformat()
            check(day in text.splitlines()[0], f"in {zone.decode()} it is {day}, and not:\n{text[:300]}")
            self.stop(container)
        Upstream.zone = None

    def knows_authorities(self):
        step("it brings certificate authorities along, and starts against https with nothing in /etc/ssl")
        check(not os.path.exists(f"{self.root}/etc/ssl/certs"), "the image has certificate authorities")
        container = self.start(self.volume(), {"INTERVALS_BASE_URL": "https://intervals.icu", "RUST_LOG": "debug"})
        check("trusting Mozilla's" in container.said(), container.said())
        self.stop(container)

    def survives_a_full_volume(self):
        step("a full /data refuses changes, tells so, and recovers")
        data = self.volume("2m")
        container = self.start(data)
        with open(f"{data}/filler", "wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(bytes(4096))
            except OSError as error:
                check(error.errno == errno.ENOSPC, error)
        entry = {"entries": [{"date": datetime.date.today().isoformat(), "weight": 67.4}]}
        Upstream.writes = 0
        refused = [call("update_wellness", entry) for _ in range(40)]
        check(refused[-1][0], f"it changes what it cannot remember: {refused[-1][1]}")
        before = Upstream.writes
        check(call("update_wellness", entry)[0] and Upstream.writes == before, "it changes what it refuses to change")
        check(ask("GET", "/health")[0] == 200 and not call("get_today", {})[0], "it answers nothing more")
        os.remove(f"{data}/filler")
        wrong, text = call("update_wellness", entry)
        check(not wrong and Upstream.writes > before, f"it does not recover: {text}")
        self.stop(container)

    def names_what_is_wrong_with_a_volume(self):
        step("a volume of another user, and none at all on a read-only root, are refused with the remedy")
        code, said = self.refused(self.volume(owner=False))
        check(code == 3 and "chown 65532:65532" in said and "RAILWAY_RUN_UID=0" in said, f"{code}: {said}")
        code, said = self.refused(None)
        check(code == 3 and "DATA_DIR" in said, f"{code}: {said}")
        # Railway without a volume, and Heroku.
        container = self.start(None, {"RAILWAY_ENVIRONMENT_ID": "1"})
        check("DATA_DIR is not used" in container.said(), container.said())
        self.stop(container)

    def stays_small(self):
        step("it stays within its memory")
        container = self.start(self.volume())
        for _ in range(200):
            call("get_today", {})
        peak = int(container.status("VmHWM")[0]) * 1024
        check(peak < MEMORY, f"it took {peak / 2**20:.0f} MiB")
        print(f"    at most {peak / 2**20:.1f} MiB resident, {len(os.listdir(f'/proc/{container.pid}/task'))} threads")
        self.stop(container)


def main():
    loopback_up()
    tests = Tests(*sys.argv[1:])
    # The image's own invented athlete, in a container beside it.
    demo = Container(tests.config, tests.root, tests.volume(), {"PORT": str(DEMO)}, arguments=["demo", "--api", str(API)])
    upstream = http.server.ThreadingHTTPServer(("127.0.0.1", UPSTREAM), Upstream)
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    try:
        for _ in range(300):
            if demo.process.poll() is not None or any(port == API for _, port in demo.listening()):
                break
            time.sleep(0.02)
        check(demo.process.poll() is None, f"the demo does not run:\n{demo.said()}")
        tests.confined()
        tests.follows_the_guide()
        tests.other_port()
        tests.drains()
        tests.knows_time_zones()
        tests.knows_authorities()
        tests.survives_a_full_volume()
        tests.names_what_is_wrong_with_a_volume()
        tests.stays_small()
    finally:
        demo.close()


if __name__ == "__main__":
    main()
