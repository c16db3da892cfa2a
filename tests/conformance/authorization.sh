#!/usr/bin/env bash
# The suite's scenarios for authorization servers against the real server in demo mode:
# tests/conformance/authorization.sh [path of the binary]
set -euo pipefail
here=$(realpath "$(dirname "$0")")
binary=$(realpath "${1:-$here/../../target/release/intervals-mcp-server}")
. "$here/suite.sh"

timeout --kill-after=10 120 node authorization.mjs "$room/results"
