#!/usr/bin/env bash
# The suite's scenarios for authorization servers against the real server in demo mode:
# tests/conformance/authorization.sh [path of the binary]
set -euo pipefail
here=$(realpath "$(dirname "$0")")
binary=$(realpath "${1:-$here/../../target/release/intervals-mcp-server}")
cd "$here"

[ -d node_modules/@modelcontextprotocol/conformance ] || npm ci --no-audit --no-fund --loglevel=error
# The suite needs a newer Node than distributions have; the package `node` brings it.
if [ -x node_modules/node/bin/node ]; then
  PATH="$PWD/node_modules/node/bin:$PATH"
fi

port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
room=$(mktemp -d)
log=$room/server.log
(cd "$room" && exec env -i PATH="$PATH" PORT="$port" OWNER_PASSWORD=owner-of-the-conformance-tests "$binary" demo) >"$log" 2>&1 &
server=$!
finish() {
  status=$?
  kill "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  [ "$status" = 0 ] || { echo "--- the server's log" >&2; tail -40 "$log" >&2; }
  rm -rf "$room"
}
trap finish EXIT
for _ in $(seq 100); do
  PORT=$port "$binary" check --health 2>/dev/null && break
  sleep 0.1
done
PORT=$port "$binary" check --health

export MCP_URL="http://127.0.0.1:$port/mcp" OWNER_SECRET=owner-of-the-conformance-tests HOME=$room
timeout --kill-after=10 120 node authorization.mjs "$room/results"
