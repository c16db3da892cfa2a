#!/usr/bin/env bash
# Builds docker/Dockerfile without an image registry and runs the image the way `docker run --read-only --cap-drop ALL
# --security-opt no-new-privileges --memory 128m --pids-limit 128 -v …:/data` would. Prints SKIPPED and the reason on a machine
# that cannot.
#
# What is built from is kept in $IMAGE_CACHE (~/.cache/intervals-mcp-server-image) for the next time.
set -euo pipefail
cd "$(dirname "$0")/../.."

skip() {
  echo "SKIPPED: image: $1"
  exit 0
}

[ "$(uname -s)" = Linux ] || skip "only Linux has the namespaces that it takes"
[ "$(id -u)" = 0 ] || skip "only root can make the namespaces that it takes"
missing() {
  local tool
  for tool in buildah debootstrap unshare nsenter python3 rustc cargo; do
    command -v "$tool" >/dev/null || echo "$tool"
  done
}
if [ -n "$(missing)" ] && [ "${CI:-}" = true ] && command -v apt-get >/dev/null; then
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends buildah debootstrap util-linux python3; } >/dev/null 2>&1 || true
fi
[ -z "$(missing)" ] || skip "not installed: $(missing | tr '\n' ' ')"
unshare --mount --pid --fork --uts --ipc --net true 2>/dev/null || skip "this machine allows no namespaces"

cache=${IMAGE_CACHE:-$HOME/.cache/intervals-mcp-server-image}
mkdir -p "$cache"
work=$(mktemp -d "${TMPDIR:-/tmp}/image.XXXXXX")

# A file system on which layers can be stacked, or else one where each is a copy.
overlay() {
  mkdir -p "$cache/try/"{lower,upper,work,merged}
  mount -t overlay overlay -o "lowerdir=$cache/try/lower,upperdir=$cache/try/upper,workdir=$cache/try/work" "$cache/try/merged" \
    2>/dev/null && umount "$cache/try/merged"
}
driver=vfs
layers=false
if overlay; then driver=overlay layers=true; fi
rm -rf "$cache/try"

export BUILDAH_ISOLATION=chroot PYTHONDONTWRITEBYTECODE=1
# Everything in a storage of its own.
buildah() {
  command buildah --root "$cache/storage-$driver" --runroot "$work/run" --storage-driver "$driver" "$@"
}
export -f buildah
export cache driver work

container=
cleanup() {
  status=$?
  if [ -n "$container" ]; then buildah rm "$container" >/dev/null 2>&1 || true; fi
  rm -rf --one-file-system "$work"
  exit "$status"
}
trap cleanup EXIT

step() { printf -- '--- %s (%ss)\n' "$*" "$SECONDS"; }

# Layers of former builds speed up the next one, and would fill the disk one day.
if [ "$(du -sm "$cache" | cut -f1)" -gt 8000 ]; then buildah rmi --prune --force >/dev/null 2>&1 || true; fi

step "stand-ins for the base images"
mapfile -t bases < <(awk '$1 == "FROM" { print $2 }' docker/Dockerfile)
[ "${#bases[@]}" = 2 ] || { echo "docker/Dockerfile has other stages than this script knows" >&2; exit 1; }
whole() { case $1 in *.*/*) echo "$1" ;; *) echo "docker.io/library/$1" ;; esac; }
bash tests/image/stand_ins.sh "$(whole "${bases[0]}")" "$(whole "${bases[1]}")"

# What a person has lying around and no image may have: the build is given all of it, and the image is searched for it below.
step "the files that the build is given"
mkdir "$work/context"
git ls-files -z --cached --others --exclude-standard | tar -c --null -T - | tar -x -C "$work/context"
canary="canary-$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')"
for place in .env .git/config target/secret data/state.sqlite3 docker/.env id_rsa .cargo/credentials.toml; do
  mkdir -p "$(dirname "$work/context/$place")"
  printf '[registry]\ntoken = "%s"\n' "$canary" >"$work/context/$place"
done

step "docker build -f docker/Dockerfile -t intervals-mcp-server ."
# As the official image has it, only that the toolchain is this machine's and its cache of crates is used.
cargo_home=${CARGO_HOME:-$HOME/.cargo}
mkdir -p "$cargo_home/registry"
(cd "$work/context" && buildah bud --pull-never --format docker --layers=$layers --quiet \
  --volume "$(rustc --print sysroot):/usr/local/toolchain:ro" \
  --volume "$cargo_home/registry:/usr/local/cargo/registry" \
  -f docker/Dockerfile -t localhost/intervals-mcp-server .) >"$work/build.log" 2>&1 \
  || { tail -40 "$work/build.log" >&2; exit 1; }

step "the image"
buildah push -q localhost/intervals-mcp-server "docker-archive:$work/image.tar"
container=$(buildah from --pull-never localhost/intervals-mcp-server)
python3 tests/image/contents.py "$work/image.tar" "$canary"

step "its process"
root=$(buildah mount "$container")
unshare --net --mount python3 tests/image/process.py "$work/image.tar" "$root" "$work"

step "done"
