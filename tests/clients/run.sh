#!/usr/bin/env bash
# Real MCP clients against the real server in demo mode: tests/clients/run.sh [path of the binary]
set -euo pipefail
here=$(realpath "$(dirname "$0")")
binary=$(realpath "${1:-$here/../../target/release/intervals-mcp-server}")
venvs=$(realpath -m "$here/../../target/clients")
cd "$here"

[ -d node_modules/@modelcontextprotocol/client ] || npm ci --no-audit --no-fund --loglevel=error
# The inspector needs a newer Node than distributions have; the package `node` brings it.
if [ -x node_modules/node/bin/node ]; then
  PATH="$PWD/node_modules/node/bin:$PATH"
fi
node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 19) ? 0 : 1)' ||
  { echo "Node $(node --version) is older than 22.19" >&2; exit 1; }

# Nothing of the machine is let in, so that programs that open a browser find no desktop but the owner of the tests.
client() {
  env -i PATH="$here:$PATH" HOME="$HOME" BROWSER=browser.mjs MCP_URL="$MCP_URL" OWNER_SECRET="$OWNER_SECRET" \
    timeout --kill-after=5 120 "$@" </dev/null
}

python() {
  local major=$1
  shift
  if [ -e "$venvs/python$major/installed.txt" ]; then
    client "$venvs/python$major/bin/python" -B "python/sdk$major.py" "$@"
  else
    echo "SKIPPED: mcp $major for Python: tests/clients/python/install.sh has not been run"
  fi
}

# Each has a server of its own, which remembers no answer that an earlier one asked for.
summary=$(mktemp)
trap 'rm -f "$summary"' EXIT
for start in "client node sdk1.mjs" "client node sdk2.mjs" "python 1" "python 2" \
  "client node inspector.mjs legacy" "client node inspector.mjs modern" \
  "client node remote.mjs legacy" "client node remote.mjs auto"; do
  (
    . ./server.sh
    $start
  ) | tee -a "$summary"
done
# Answers of Intervals.icu that arrive at one moment are not told one by one, so that a single client may hear of none.
grep -q 'steps of progress$' "$summary" || { echo "nobody was told of progress" >&2; exit 1; }

# Once more with access tokens that end in the middle.
(
  export ACCESS_TOKEN_TTL=3s
  . ./server.sh
  running=()
  for start in "client node sdk1.mjs" "client node sdk2.mjs" "python 1" "python 2"; do
    $start expiry &
    running+=($!)
  done
  for pid in "${running[@]}"; do
    wait "$pid"
  done
)
