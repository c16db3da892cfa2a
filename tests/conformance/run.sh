#!/usr/bin/env bash
# The official suite against the real server in demo mode: tests/conformance/run.sh [path of the binary that ships] [path of one
# with the cargo feature `conformance`]
set -euo pipefail
here=$(realpath "$(dirname "$0")")
shipped=${1:-$here/../../target/release/intervals-mcp-server}
fixtures=${2:-$here/../../target/debug/intervals-mcp-server}

# Only what would fail on the one shows anything on the other.
for word in test_multiple_content_types test://static-text; do
  grep -qaF "$word" "$fixtures" || { echo "$fixtures has no fixtures" >&2; exit 1; }
  ! grep -qaF "$word" "$shipped" || { echo "$shipped has fixtures" >&2; exit 1; }
done

"$here/authorization.sh" "$shipped"
"$here/server.sh" shipped "$shipped"
"$here/server.sh" fixtures "$fixtures"
