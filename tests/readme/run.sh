#!/usr/bin/env bash
# Runs every command of README.md as it stands there, but for those listed below: tests/readme/run.sh
# It builds with cargo into target/, like the reader, and waits for no build when that of .ci/run is still there.
set -euo pipefail
cd "$(realpath "$(dirname "$0")/../..")"

# Commands that are not run here, by how they begin, each with its reason.
not_run() {
  case $1 in
    "claude mcp add "*) echo "needs Claude Code and an account for it; tests/clients does the same with other clients" ;;
    "railway "* | "openssl rand -base64 48 | railway "*) echo "needs an account at Railway" ;;
    "docker compose "*) echo "needs Docker and a domain; tests/image and tests/vps do the same without" ;;
    "cargo test") echo "is the step \"tests\" of .ci/run" ;;
    *) return 1 ;;
  esac
}

room=$(mktemp -d)
started=
stop() {
  [ -z "$started" ] || kill -TERM -- "-$started" 2>/dev/null || true
  [ -z "$started" ] || wait "$started" 2>/dev/null || true
  started=
}
trap 'stop; rm -rf "$room"' EXIT

fail() {
  echo "FAILED: $*" >&2
  [ ! -s "$room/said" ] || cat "$room/said" >&2
  exit 1
}

port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Starts the command $2 of README.md with the variables that follow, waits until $1 answers, and asks it.
serve() {
  local url=$1 command=$2
  shift 2
  ! curl --silent --output /dev/null "$url" || fail "$command: something else answers at $url"
  set -m
  env "$@" bash -c "$command" >"$room/said" 2>&1 &
  started=$!
  set +m
  for _ in $(seq 9000); do
    ! curl --fail --silent --output /dev/null "$url/health" || break
    kill -0 "$started" 2>/dev/null || fail "$command: ended"
    sleep 0.1
  done
  grep -qF "$url/mcp" "$room/said" || fail "$command: does not print its URL, $url/mcp"
  [ "$(curl --silent --output /dev/null --write-out '%{http_code}' -X POST "$url/mcp")" = 401 ] ||
    fail "$command: the endpoint does not ask for a login"
}

# The lines of all blocks that are marked as shell; what they have in common with the list around them is taken away.
awk '/^ *```/ { inside = !inside && /```sh$/; next } inside { sub(/^ +/, ""); if ($0 != "") print }' README.md >"$room/commands"
[ "$(wc -l <"$room/commands")" -ge 10 ] || fail "README.md has fewer commands than it had"

# The reader's account: that of the demo, which also serves its API.
api=$(port)
own=$(port)
account=(
  ATHLETE_ID=i424242 API_KEY=demo-key-of-the-invented-athlete
  "JWT_SECRET_KEY=$(openssl rand -base64 48)" OWNER_PASSWORD=demo-owner-password
  "BASE_URL=http://127.0.0.1:$own" "PORT=$own" "INTERVALS_BASE_URL=http://127.0.0.1:$api"
)

ran=0
while IFS= read -r command <&3; do
  if why=$(not_run "$command"); then
    echo "NOT RUN: $command: $why"
    continue
  fi
  case $command in
    "cargo run --release -- demo")
      serve http://127.0.0.1:8000 "$command"
      stop
      ;;
    "cargo run --release "*)
      PORT=$(port) cargo run --release --locked --quiet -- demo --api "$api" >/dev/null 2>&1 &
      demo=$!
      for _ in $(seq 9000); do
        ! curl --silent --output /dev/null "http://127.0.0.1:$api/" || break
        sleep 0.1
      done
      if [[ $command == *check* ]]; then
        env "${account[@]}" bash -c "$command" >"$room/said" 2>&1 || fail "$command: code $?"
      else
        serve "http://127.0.0.1:$own" "$command" "${account[@]}"
        stop
      fi
      # What cargo started is its child.
      pkill -TERM -P "$demo" 2>/dev/null || kill "$demo"
      wait "$demo" 2>/dev/null || true
      ;;
    "cp .env.example "*)
      # Nobody is there to edit.
      mkdir -p "$room/here/docker" "$room/bin"
      install -m 755 /dev/stdin "$room/bin/nano" <<<'#!/bin/sh'
      cp .env.example "$room/here/"
      (cd "$room/here" && PATH="$room/bin:$PATH" bash -euo pipefail -c "$command") || fail "$command: code $?"
      cmp -s .env.example "$room/here/docker/.env" || fail "$command: no copy"
      ;;
    *"cargo run --release -- workout "*)
      code=0
      bash -o pipefail -c "$command" >"$room/said" 2>&1 || code=$?
      # As the sentence below it says.
      [ "$code" = 1 ] && grep -q 400m "$room/said" || fail "$command: code $code"
      ;;
    *) bash -euo pipefail -c "$command" >"$room/said" 2>&1 || fail "$command: $?" ;;
  esac
  ran=$((ran + 1))
  echo "RAN: $command"
done 3<"$room/commands"
[ "$ran" -ge 4 ] || fail "only $ran commands were run"
