#!/usr/bin/env bash
# Inside the machine: the internet, then the guide's blocks in one shell, with what has to be true between them.
set -euo pipefail
PROGRAM=/walk/intervals-mcp-server
OWNER_SECRET='owner of the # $VPS'
ENV_FILE=/etc/intervals-mcp-server/.env
STATE=/var/lib/intervals-mcp-server

say() { printf '\n--- %s\n' "$*"; }

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

report() {
  status=$?
  [ "$status" = 0 ] || { systemctl status --no-pager intervals-mcp-server caddy; journalctl --no-pager -n 60; } >&2 || true
}
trap report EXIT

internet() { ip netns exec internet "$@"; }

# The name of the person's machine is 192.0.2.1 there, and everything comes from 192.0.2.2.
connect_to_the_internet() {
  ip netns add internet
  ip link add wan type veth peer name cloud netns internet
  ip address add 192.0.2.1/24 dev wan
  ip link set wan up
  for last in 2 3 4; do
    internet ip address add 192.0.2.$last/24 dev cloud
  done
  internet ip link set lo up
  internet ip link set cloud up
  ( internet caddy run --config /walk/authority.Caddyfile --adapter caddyfile >/walk/authority.log 2>&1 & )
  for _ in $(seq 100); do
    [ -s /var/lib/authority/pki/authorities/local/root.crt ] && break
    sleep 0.1
  done
  install -m 644 /var/lib/authority/pki/authorities/local/root.crt /usr/local/share/ca-certificates/authority.crt
  update-ca-certificates >/dev/null 2>&1
}

# Intervals.icu, as far as this machine can tell.
start_the_invented_athlete() {
  cp "$PROGRAM" /walk/athlete
  ( cd /tmp && env -i PORT=8999 /walk/athlete demo --api 9000 >/walk/demo.log 2>&1 & )
}

# A program in JavaScript, out there.
visitor() {
  local node=/repository/tests/clients/node_modules/node/bin/node
  [ -x "$node" ] || node=node
  internet env MCP_URL=https://mcp.example.com/mcp OWNER_SECRET="$OWNER_SECRET" \
    NODE_EXTRA_CA_CERTS=/usr/local/share/ca-certificates/authority.crt "$node" "$@"
}

secret() { sed -n "s/^$1=//p" "$ENV_FILE" | tr -d "'"; }

connected() {
  say "a client out there"
  visitor /repository/tests/clients/sdk2.mjs
  local redirect
  redirect=$(internet curl --silent --output /dev/null --write-out '%{http_code} %{redirect_url}' http://mcp.example.com/mcp)
  [ "$redirect" = "308 https://mcp.example.com/mcp" ] || fail "http leads to $redirect"
  if internet curl --silent --max-time 3 http://192.0.2.1:8000/health; then fail "the server can be reached past Caddy"; fi

  say "who runs it, and who may read what"
  local pid user
  pid=$(systemctl show --property MainPID --value intervals-mcp-server)
  user=$(stat -c %u "/proc/$pid")
  [ "$user" -ge 61184 ] && [ "$user" -le 65519 ] || fail "it runs as user $user"
  [ "$(stat -c '%u %a' "$ENV_FILE")" = "0 600" ] || fail "the configuration is $(stat -c '%u %a' "$ENV_FILE")"
  [ "$(stat -L -c '%u %a' $STATE)" = "$user 700" ] || fail "the state is $(stat -L -c '%u %a' $STATE)"
  [ -s $STATE/state.sqlite3 ] || fail "no state is kept"
  grep -q '^NoNewPrivs:.*1' "/proc/$pid/status" || fail "it may gain privileges"
  grep -q '^CapPrm:.*0000000000000000$' "/proc/$pid/status" || fail "it has capabilities"
  grep -q '^Seccomp:.*2$' "/proc/$pid/status" || fail "it may call anything of the kernel"
  grep -q '^Max open files *8192' "/proc/$pid/limits" || fail "it has too few descriptors for its connections"

  local unit=/etc/systemd/system/intervals-mcp-server.service complaints
  complaints=$(systemd-analyze verify "$unit" 2>&1)
  [ -z "$complaints" ] || fail "the unit: $complaints"
  # Of 100 for no fence at all.
  systemd-analyze security --offline=true --no-pager --threshold=15 "$unit" >/walk/exposure ||
    fail "the unit fences too little in: $(tail -1 /walk/exposure)"

  say "the check sees what the service sees"
  (cd "$(dirname "$ENV_FILE")" && intervals-mcp-server check) >/walk/checked || fail "it found: $(cat /walk/checked)"
  local seen
  for seen in "on port 8000 of this machine, with these settings." "State is kept in DATA_DIR, which can be used."; do
    grep -q "^ok .*$seen\$" /walk/checked || fail "it did not see the service's: $(cat /walk/checked)"
  done
  # That DATA_DIR is inside a container is true of this machine alone, whose disk has a layer over it.
  if grep -vF "DATA_DIR is inside the container" /walk/checked | grep -qE "^warning .*(TRUST_PROXY|[Ss]tate|DATA_DIR|other settings)"; then
    fail "it warns: $(cat /walk/checked)"
  fi
  [ "$(stat -L -c '%u' $STATE/* | sort -u)" = "$user" ] || fail "it left something in the state: $(ls -ln $STATE/)"

  say "no secret in the journal"
  journalctl --no-pager >/walk/journal
  for name in API_KEY JWT_SECRET_KEY OWNER_PASSWORD; do
    [ -n "$(secret $name)" ] || fail "$name is not set"
    if grep -qF -e "$(secret $name)" /walk/journal; then fail "$name is in the journal"; fi
  done

  # Five a minute for one address, whatever it claims to be; ten in all.
  say "guesses from two addresses out there"
  local guesses
  guesses="$(visitor /repository/tests/vps/guesses.mjs 192.0.2.3) $(visitor /repository/tests/vps/guesses.mjs 192.0.2.4)"
  [ "$guesses" = "5 5" ] || fail "guesses that were heard: $guesses"

  say "a crash is worth another try, a wrong configuration is not"
  kill -KILL "$pid"
  internet curl --fail --silent --show-error --output /dev/null https://mcp.example.com/health
  [ "$(systemctl show --property NRestarts --value intervals-mcp-server)" = 1 ] || fail "it was not started again"
  cp -p "$ENV_FILE" /walk/right
  sed -i 's|^ATHLETE_ID=.*|ATHLETE_ID=nobody|' "$ENV_FILE"
  systemctl restart intervals-mcp-server
  sleep 4
  local end
  end=$(systemctl show --property ActiveState,ExecMainStatus,NRestarts --value intervals-mcp-server | tr '\n' ' ')
  [ "$end" = "0 2 failed " ] || [ "$end" = "2 0 failed " ] || fail "after a wrong configuration: $end"
  cp -p /walk/right "$ENV_FILE"
  systemctl restart intervals-mcp-server
}

# The update is a restart; whoever calls in that moment waits and is answered.
updated() {
  say "called in the moment of the update"
  internet curl --fail --silent --show-error --output /dev/null https://mcp.example.com/health
}

uninstalled() {
  say "what is left"
  local left
  left=$(find /etc /usr/local /var/lib /run/systemd/system -name '*intervals-mcp-server*')
  [ -z "$left" ] || fail "left behind: $left"
  if grep -qx intervals-mcp-s /proc/[0-9]*/comm; then fail "it still runs"; fi
}

connect_to_the_internet
start_the_invented_athlete
# The folder of the reader: a checkout, built.
mkdir -p /root/checkout/target/release
cp -r /repository/docker /repository/.env.example /root/checkout/
cp "$PROGRAM" /root/checkout/target/release/
cd /root/checkout
touch /walk/started

did=
for block in /walk/blocks/*.sh; do
  say "$(basename "$block")"
  sed 's/^/    /' "$block"
  . "$block"
  case $(cat "$block") in
    *'sudo systemctl restart caddy'*) connected; did+=" connected" ;;
    *'sudo systemctl restart intervals-mcp-server'*) updated; did+=" updated" ;;
    *'disable --now intervals-mcp-server'*) uninstalled; did+=" uninstalled" ;;
  esac
done
[ "$did" = " connected updated uninstalled" ] || fail "the guide led to:$did"
