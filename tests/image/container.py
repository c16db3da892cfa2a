"""An image's process as a container engine runs it: with namespaces of its own, a read-only root, no capabilities, no way to more,
128 MiB of memory and 128 processes. Root only, Linux only."""

import atexit
import ctypes
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

MEMORY = 128 * 1024 * 1024
PROCESSES = 128

CAPBSET_DROP, SET_NO_NEW_PRIVS = 24, 38
LAST_CAPABILITY = "/proc/sys/kernel/cap_last_cap"


def cgroups(name):
    """Folders of control groups made for `name`, with the limits set; none where this machine lets nobody make them."""
    base = "/sys/fs/cgroup"
    if os.path.exists(f"{base}/cgroup.controllers"):
        wanted = [(f"{base}/{name}", {"memory.max": MEMORY, "memory.swap.max": 0, "pids.max": PROCESSES})]
    else:
        wanted = [
            (f"{base}/memory/{name}", {"memory.limit_in_bytes": MEMORY}),
            (f"{base}/pids/{name}", {"pids.max": PROCESSES}),
        ]
    made = []
    for folder, limits in wanted:
        try:
            os.mkdir(folder)
            made.append(folder)
            for file, limit in limits.items():
                if file != "memory.swap.max" or os.path.exists(f"{folder}/{file}"):
                    with open(f"{folder}/{file}", "w") as out:
                        out.write(str(limit))
        except OSError as error:
            print(f"without a limit on {os.path.basename(os.path.dirname(folder))}: {error}")
            if folder in made:
                made.remove(folder)
                os.rmdir(folder)
    return made


class Container:
    """Runs the image at `root`, configured by `config`, with the folder `data` as its volume."""

    number = 0

    def __init__(self, config, root, data, environment=None, arguments=()):
        Container.number += 1
        self.user, self.group = (int(part) for part in config["User"].split(":"))
        self.environment = dict(pair.split("=", 1) for pair in config["Env"]) | (environment or {})
        self.cgroups = cgroups(f"image-test-{os.getpid()}-{Container.number}")
        self.log = tempfile.TemporaryFile("w+")
        atexit.register(self.close)
        inside = {
            "root": root,
            "data": data,
            "user": self.user,
            "group": self.group,
            "cgroups": self.cgroups,
            "directory": config.get("WorkingDir") or "/",
            "environment": self.environment,
            "command": config["Entrypoint"] + (list(arguments) or config.get("Cmd") or []),
        }
        namespaces = ["--mount", "--pid", "--uts", "--ipc", "--fork", "--kill-child"]
        self.process = subprocess.Popen(
            ["unshare", *namespaces, sys.executable, __file__, json.dumps(inside)],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT,
        )

    @property
    def pid(self):
        """Of the process itself, which in its own namespace is 1."""
        children = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        for _ in range(500):
            try:
                with open(children) as file:
                    child = int(file.read().split()[0])
                with open(f"/proc/{child}/comm") as file:
                    if not file.read().startswith("python"):
                        return child
            except (IndexError, OSError):
                pass
            time.sleep(0.01)
        sys.exit(f"FAILED: image: its process does not start:\n{self.said()}")

    def status(self, name):
        with open(f"/proc/{self.pid}/status") as file:
            return next(line.split(":", 1)[1].split() for line in file if line.startswith(f"{name}:"))

    def listening(self):
        """(address, port) of every socket of the process that waits for somebody, TCP and UDP."""
        sockets = set()
        for descriptor in os.listdir(f"/proc/{self.pid}/fd"):
            target = os.readlink(f"/proc/{self.pid}/fd/{descriptor}")
            if target.startswith("socket:["):
                sockets.add(target[8:-1])
        found = []
        for kind, waits in (("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07")):
            try:
                with open(f"/proc/{self.pid}/net/{kind}") as file:
                    lines = file.read().splitlines()[1:]
            except OSError:
                continue
            for line in lines:
                fields = line.split()
                if fields[3] == waits and fields[9] in sockets:
                    address, port = fields[1].split(":")
                    found.append((address, int(port, 16)))
        return found

    def execute(self, command):
        """Runs a command in the container, as `docker exec` does."""
        return subprocess.run(
            ["nsenter", "--target", str(self.pid), "--mount", "--uts", "--ipc", "--net", "--pid", "--root", "--wd=/",
             f"--setuid={self.user}", f"--setgid={self.group}", "--", *command],
            env=self.environment, capture_output=True, text=True, timeout=30, check=False,
        )

    def said(self):
        self.log.seek(0)
        return self.log.read()

    def wait(self, seconds):
        """The exit code."""
        try:
            return self.process.wait(seconds)
        finally:
            self.close()

    def close(self):
        """Ends it at once if it still runs."""
        if hasattr(self, "process"):
            unshare = self.process.pid
            # The signal that --kill-child asks for is lost when the child ceases to be root.
            try:
                with open(f"/proc/{unshare}/task/{unshare}/children") as file:
                    for child in file.read().split():
                        os.kill(int(child), signal.SIGKILL)
            except OSError:
                pass
            self.process.kill()
            self.process.wait()
        for folder in self.cgroups:
            for _ in range(100):
                try:
                    os.rmdir(folder)
                    break
                except FileNotFoundError:
                    break
                except OSError:
                    time.sleep(0.02)


def become(inside):
    """In the new namespaces: makes this process the container's."""
    for folder in inside["cgroups"]:
        with open(f"{folder}/cgroup.procs", "w") as file:
            file.write("0")
    root = inside["root"]

    def mount(*arguments):
        subprocess.run(["mount", *arguments], check=True)

    mount("--make-rprivate", "/")
    mount("--bind", root, root)
    mount("-t", "proc", "-o", "nosuid,nodev,noexec", "proc", f"{root}/proc")
    mount("-t", "tmpfs", "-o", "nosuid,size=64k,mode=755", "tmpfs", f"{root}/dev")
    for device in ("null", "zero", "urandom"):
        open(f"{root}/dev/{device}", "w").close()
        mount("--bind", f"/dev/{device}", f"{root}/dev/{device}")
    if inside["data"]:
        mount("--bind", inside["data"], f"{root}/data")
    mount("-o", "remount,bind,ro", root)

    os.chroot(root)
    os.chdir(inside["directory"])
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in range(inside["last"] + 1):
        assert libc.prctl(CAPBSET_DROP, capability, 0, 0, 0) == 0
    os.setgroups([])
    os.setresgid(inside["group"], inside["group"], inside["group"])
    os.setresuid(inside["user"], inside["user"], inside["user"])
    assert libc.prctl(SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    command = inside["command"]
    try:
        os.execve(command[0], command, inside["environment"])
    except FileNotFoundError:
        os._exit(127)


if __name__ == "__main__":
    what = json.loads(sys.argv[1])
    with open(LAST_CAPABILITY) as limit:
        what["last"] = int(limit.read())
    become(what)
