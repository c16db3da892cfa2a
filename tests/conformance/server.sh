#!/usr/bin/env bash
# The suite's scenarios for servers against the real server in demo mode: tests/conformance/server.sh <build> [path of the binary]
# `build` is what the binary is: `shipped`, or `fixtures` for one with the cargo feature `conformance`.
set -euo pipefail
here=$(realpath "$(dirname "$0")")
build=${1:-shipped}
binary=$(realpath "${2:-$here/../../target/release/intervals-mcp-server}")
. "$here/suite.sh"

BEARER=$(node token.mjs)
export BEARER
timeout --kill-after=10 300 node server.mjs "$build" "$room/results"
