#!/usr/bin/env bash
# Real MCP clients against the real server in demo mode: tests/clients/run.sh [path of the binary]
set -euo pipefail
here=$(realpath "$(dirname "$0")")
binary=$(realpath "${1:-$here/../../target/release/intervals-mcp-server}")
cd "$here"

[ -d node_modules/@modelcontextprotocol/client ] || npm ci --no-audit --no-fund --loglevel=error
# The inspector needs a newer Node than distributions have; the package `node` brings it.
if [ -x node_modules/node/bin/node ]; then
  PATH="$PWD/node_modules/node/bin:$PATH"
fi
node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 19) ? 0 : 1)' ||
  { echo "Node $(node --version) is older than 22.19" >&2; exit 1; }

. ./server.sh

token=$(node token.mjs)
inspect() {
  timeout 60 node node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js \
    --cli "$MCP_URL" --transport http --header "Authorization: Bearer $token" "$@" </dev/null
}
inspect --method tools/list >"$room/tools"
grep -q '"get_today"' "$room/tools" || { echo "the inspector sees no get_today" >&2; exit 1; }
for tool in get_today list_activities; do
  inspect --method tools/call --tool-name "$tool" >"$room/$tool"
  node -e '
    const result = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
    const text = (result.content ?? []).map((part) => part.text ?? "").join("");
    if (result.isError || text.trim().length <= 40) { console.error(result); process.exit(1); }
  ' "$room/$tool"
done
echo "ok   @modelcontextprotocol/inspector $(node -p 'require("./node_modules/@modelcontextprotocol/inspector/package.json").version'), command line"
node sdk1.mjs
node sdk2.mjs
