"""What is in the image: `contents.py IMAGE.tar CANARY`, where CANARY lay in files that no image may have."""

import json
import os
import stat
import struct
import sys
import tarfile

# Nothing of this belongs beside one binary.
UNWANTED = set(
    "sh bash dash ash zsh busybox toybox apt apt-get aptitude dpkg apk rpm dnf yum pacman curl wget nc ncat ssh "
    "perl python python3 gcc cc make cargo rustc git sudo su".split()
)
FORGOTTEN = {".git", ".netrc", ".ssh", "id_rsa", ".cargo", "credentials.toml"}
BINARY = "usr/local/bin/intervals-mcp-server"


def check(condition, what):
    if not condition:
        sys.exit(f"FAILED: image: {what}")


def read(path):
    """The configuration of the image and, a layer at a time, its files as (TarInfo, bytes)."""
    with tarfile.open(path) as archive:
        manifest = json.load(archive.extractfile("manifest.json"))[0]
        config = json.load(archive.extractfile(manifest["Config"]))
        layers = []
        for name in manifest["Layers"]:
            with tarfile.open(fileobj=archive.extractfile(name)) as layer:
                layers.append([(m, layer.extractfile(m).read() if m.isreg() else b"") for m in layer])
    return config, layers


def sections(code):
    """The names of the sections of a 64-bit ELF file."""
    offset, = struct.unpack_from("<Q", code, 0x28)
    size, count, texts = struct.unpack_from("<HHH", code, 0x3A)
    headers = [struct.unpack_from("<IIQQQQ", code, offset + number * size) for number in range(count)]
    start = headers[texts][4]
    return {code[start + header[0]:code.index(0, start + header[0])].decode() for header in headers}


def main():
    path, canary = sys.argv[1:]
    image, layers = read(path)
    config = image["config"]

    user, _, group = config["User"].partition(":")
    check(int(user) >= 10000 and int(group) >= 10000, f"it runs as {config['User']}")
    check(config["Entrypoint"] == [f"/{BINARY}"] and config["Cmd"] == ["serve"], f"it runs {config}")
    check(config["Healthcheck"]["Test"] == ["CMD", f"/{BINARY}", "check", "--health"], "its health check is another program")
    check(list(config["ExposedPorts"]) == ["8000/tcp"], f"it exposes {config['ExposedPorts']}")
    check(not config.get("Volumes"), "it has a VOLUME, which Railway does not build")
    environment = dict(pair.split("=", 1) for pair in config["Env"])
    ours = {name: value for name, value in environment.items() if name not in ("PATH", "SSL_CERT_FILE")}
    check(ours == {"DATA_DIR": "/data", "HOST": "0.0.0.0", "PORT": "8000"}, f"its environment is {environment}")
    for label in ("title", "description", "licenses", "version"):
        check(config["Labels"].get(f"org.opencontainers.image.{label}"), f"it has no label {label}")
    check(canary not in json.dumps(image), "a secret is in its history or configuration")

    # What the Dockerfile adds: the layers from the one with the binary on.
    first = next(number for number, layer in enumerate(layers) if any(m.name == BINARY for m, _ in layer))
    added = {m.name.strip("/"): (m, data) for layer in layers[first:] for m, data in layer}
    folders = {"", ".", "data"} | {os.path.dirname(BINARY)[:at] for at in (3, 9, 13)}
    check(set(added) - folders == {BINARY}, f"it adds {sorted(added)}")
    data = added["data"][0]
    check((data.uid, data.gid, data.mode & 0o7722) == (int(user), int(group), 0o700), f"/data is {data.get_info()}")
    binary, code = added[BINARY]
    check(binary.uid == 0 and binary.mode & 0o7777 == 0o755, f"the binary is {binary.get_info()}")
    names = sections(code)
    check(".dep-v0" in names, "the binary does not carry the list of its crates")
    check(not {".symtab", ".debug_info"} & names, "the binary is not stripped")

    for layer in layers:
        for member, data in layer:
            name = os.path.basename(member.name)
            check(canary.encode() not in data, f"a secret is in {member.name}")
            check(name not in FORGOTTEN and not name.startswith(".env"), f"{member.name} was forgotten in it")
            check(member.isdir() or name not in UNWANTED, f"{member.name} is in it")
            check(not member.mode & (stat.S_ISUID | stat.S_ISGID) or not member.isreg(), f"{member.name} changes the user")
    print(f"the binary has {len(code) / 1e6:.1f} MB, the image {sum(len(d) for layer in layers for _, d in layer) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
