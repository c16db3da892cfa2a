# Sourced by scripts that need the real server in demo mode: `binary` is its path. Afterwards it listens at MCP_URL, takes
# OWNER_SECRET, and is stopped at the end, with its log shown when the script failed; `room` is a folder that is removed then.
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
room=$(mktemp -d)
log=$room/server.log
export MCP_URL="http://127.0.0.1:$port/mcp" OWNER_SECRET=owner-of-the-client-tests HOME=$room
(cd "$room" && exec env -i PATH="$PATH" PORT="$port" OWNER_PASSWORD="$OWNER_SECRET" ${ACCESS_TOKEN_TTL:+"ACCESS_TOKEN_TTL=$ACCESS_TOKEN_TTL"} "$binary" demo) >"$log" 2>&1 &
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
