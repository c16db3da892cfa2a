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

. ../clients/server.sh

timeout --kill-after=10 120 node authorization.mjs "$room/results"
