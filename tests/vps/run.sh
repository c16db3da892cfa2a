#!/usr/bin/env bash
# Follows the VPS chapters of the guide as its reader would, with real systemd, real Caddy and real certificates:
#   tests/vps/run.sh [path of the binary] [the guide]
#
# Every ```sh block of DEPLOY.md with `<!-- vps -->` on the line before it is run, in the order of the guide, on a machine of
# the test's own: this one's disk with a layer over it that is thrown away, its own processes, its own network. On the only
# other machine of that network, which plays the internet, a certificate authority answers under Let's Encrypt's name, and a
# real MCP client connects over https, logs in on the consent page and calls tools.
#
# Different from the reader's machine are: Debian's packages are installed already, so that apt-get finds nothing to fetch; in
# the editor, the reader also writes INTERVALS_BASE_URL, which leads to the invented athlete; the certificate authority is one
# that the machine was told to trust.
set -euo pipefail
here=$(realpath "$(dirname "$0")")
repository=$(realpath "$here/../..")
binary=$(realpath "${1:-$repository/target/release/intervals-mcp-server}")
guide=$(realpath "${2:-$repository/DEPLOY.md}")

skip() {
  if [ "${CI:-}" = true ]; then
    echo "FAILED: VPS: $1" >&2
    exit 1
  fi
  echo "SKIPPED: VPS: $1"
  exit 0
}

if [ "$(id -u)" != 0 ]; then
  sudo -n true 2>/dev/null || skip "it needs root, for a machine of its own"
  exec sudo -n --preserve-env=CI "$0" "$binary" "$guide"
fi
for program in caddy curl ip node nsenter openssl unshare; do
  command -v "$program" >/dev/null || skip "$program is not installed"
done
[ -x /lib/systemd/systemd ] || skip "systemd is not installed"
[ -d "$repository/tests/clients/node_modules/@modelcontextprotocol/client" ] || skip "npm ci has not been run in tests/clients"

blocks() {
  awk '/^```$/ && inside { inside = 0; printf "%c", 0 }
       inside { print }
       /^```sh$/ && marked { inside = 1 }
       { marked = ($0 == "<!-- vps -->") }' "$guide"
}

room=$(mktemp -d)
machine=
group=
finish() {
  status=$?
  if [ "$status" != 0 ] && [ -s "$room/boot.log" ]; then
    echo "--- the boot of the machine" >&2
    tail -20 "$room/boot.log" >&2
  fi
  # The first process of the machine takes all others with it, and they the mounts.
  [ -z "$machine" ] || kill -KILL "$machine" 2>/dev/null || true
  wait 2>/dev/null || true
  [ -z "$group" ] || find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
  rm -rf "$room"
}
trap finish EXIT

# One file for each block, in order.
mkdir "$room/walk" "$room/walk/blocks"
number=0
while IFS= read -r -d '' block; do
  number=$((number + 1))
  printf '%s' "$block" >"$room/walk/blocks/$(printf '%02d' "$number").sh"
done < <(blocks)
[ "$number" -gt 0 ] || { echo "FAILED: $guide has no block marked <!-- vps -->" >&2; exit 1; }
cp "$here/walk.sh" "$here/nano" "$here/authority.Caddyfile" "$room/walk/"
cp "$binary" "$room/walk/intervals-mcp-server"

# A control group of its own, where the system lets us: systemd puts its services below it.
own=$(sed -n 's/^0:://p' /proc/self/cgroup)
for top in /sys/fs/cgroup/unified /sys/fs/cgroup; do
  if [ -f "$top$own/cgroup.procs" ] && mkdir "$top$own/vps-$$" 2>/dev/null; then
    group=$top$own/vps-$$
    break
  fi
done

(
  [ -z "$group" ] || echo "$BASHPID" >"$group/cgroup.procs"
  exec unshare --mount --net --pid --ipc --uts --cgroup --fork "$here/machine.sh" "$room" "$repository" >"$room/boot.log" 2>&1
) &
outer=$!
for _ in $(seq 300); do
  machine=$(cat "/proc/$outer/task/$outer/children" 2>/dev/null | tr -d ' ' || true)
  [ -z "$machine" ] || [ ! -e "$room/booting" ] || break
  kill -0 "$outer" 2>/dev/null || break
  sleep 0.1
done
[ -n "$machine" ] && [ -e "$room/booting" ] || skip "a machine of its own cannot be made: $(tail -1 "$room/boot.log")"

inside() {
  nsenter --target "$machine" --mount --net --pid --ipc --uts --cgroup \
    env --chdir=/root -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"
}
for _ in $(seq 300); do
  state=$(inside systemctl is-system-running 2>/dev/null || true)
  case $state in running | degraded) break ;; esac
  sleep 0.1
done
case $state in
  running | degraded) ;;
  *) skip "systemd does not come up in a machine of its own: ${state:-no answer}" ;;
esac

inside bash /walk/walk.sh
echo "ok   the guide's $number VPS blocks"
