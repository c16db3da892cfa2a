#!/usr/bin/env bash
# Whether what the program is made of may be in it: tests/supply/run.sh [path of a binary that ships]
#
# Says of each check that it was skipped, and why, where its tool is not installed. Advisories come from the folder ADVISORY_DB
# (default: ../shared/reference/advisory-db), or else from RustSec's repository.
set -euo pipefail
cd "$(dirname "$0")/../.."
binary=${1:-}
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT

skip() { echo "SKIPPED: $1: $2"; }
has() { command -v "$1" >/dev/null; }

if has cargo-deny; then
  cargo deny --locked check -D unmatched-skip bans licenses sources
else
  skip "licences, bans and sources" "cargo-deny is not installed"
fi

advisories() {
  local given=${ADVISORY_DB:-../shared/reference/advisory-db}
  if [ -d "$given/crates" ]; then
    echo "$given"
  elif [ -n "${ADVISORY_DB:-}" ]; then
    echo "ADVISORY_DB=$given has no folder named crates" >&2
    return 1
  else
    GIT_TERMINAL_PROMPT=0 git clone --quiet --depth 1 https://github.com/RustSec/advisory-db "$room/advisory-db" && echo "$room/advisory-db"
  fi
}

audit() { cargo audit --db "$database" --no-fetch --stale --deny warnings "$@"; }

if ! has cargo-audit; then
  skip "advisories" "cargo-audit is not installed"
elif ! database=$(advisories); then
  [ -z "${ADVISORY_DB:-}" ] || exit 1
  skip "advisories" "there is no ADVISORY_DB, and RustSec cannot be reached"
else
  audit
  if [ -n "$binary" ]; then
    if grep -qaF .dep-v0 "$binary"; then
      audit bin "$binary"
    else
      skip "advisories for $binary" "it was not built with cargo auditable"
    fi
  fi
fi

if has cargo-cyclonedx; then
  tests/supply/sbom.sh "$room/sbom.cdx.json"
else
  skip "software bill of materials" "cargo-cyclonedx is not installed"
fi

if has zizmor; then
  zizmor --offline --quiet --min-severity medium .github
else
  skip "mistakes in the workflows" "zizmor is not installed"
fi
