#!/usr/bin/env bash
# Transparent capture between three hosts: capture.sh [BACKEND/MODE...]   (default: the first three)
#   nft/redirect iptables/redirect nft/tproxy iptables/tproxy legacy/redirect legacy/tproxy
# Three network namespaces on a bridge in a fourth; nothing of the machine's own network is touched. Unmodified programs (curl, Python's
# http.server, an echo over TCP) on the hosts "client" and "server" with a Herald node each; "third" has none. Prints a table; ends with 1 when
# a row falls short, with 3 when a tool is missing. Needs root. HERALD names another launcher than ./herald; KEEP=1 keeps the logs.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
herald=${HERALD:-$root/herald}

missing=()
[ "$(id -u)" = 0 ] || missing+=("root")
for tool in ip nft iptables ip6tables iptables-save iptables-legacy tcpdump curl python3 openssl setpriv flock kill pgrep; do
  type -P "$tool" > /dev/null || missing+=("$tool") # the program: every shell has a kill of its own
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "capture.sh: missing here: ${missing[*]} (packages: iproute2 nftables iptables tcpdump curl python3 openssl util-linux procps)" >&2
  exit 3
fi
[ $# -gt 0 ] || set -- nft/redirect iptables/redirect nft/tproxy

lab=hcap$$
run=$(mktemp -d)
chmod 755 "$run"
PROXY=61337 CALLER=62001 OTHER=62002 STRANGER=62003
SERVER4=10.77.5.2 SERVER6=fd77:5::2 THIRD4=10.77.5.3
MARKER=plain-$RANDOM$RANDOM$RANDOM
pids=()

clean() {
  for p in "${pids[@]}"; do kill "$p" 2> /dev/null || true; done
  for h in client server third; do
    ip netns pids "$lab-$h" 2> /dev/null | xargs -r kill 2> /dev/null || true
  done
  for _ in $(seq 50); do
    [ -n "$(for h in client server third; do ip netns pids "$lab-$h" 2> /dev/null; done)" ] || break
    sleep 0.1
  done
  for h in client server third sw; do
    ip netns pids "$lab-$h" 2> /dev/null | xargs -r kill -9 2> /dev/null || true
    ip netns del "$lab-$h" 2> /dev/null || true
    rm -rf "/etc/netns/$lab-$h"
  done
  if [ -n "${KEEP:-}" ]; then echo "logs: $run" >&2; else rm -rf "$run"; fi
}
trap clean EXIT
trap 'exit 130' INT TERM

on() { # HOST COMMAND...
  local h=$1
  shift
  ip netns exec "$lab-$h" "$@"
}
as() { # UID HOST COMMAND...
  local uid=$1 h=$2
  shift 2
  ip netns exec "$lab-$h" setpriv --reuid "$uid" --regid "$uid" --clear-groups "$@"
}
await() { # WHAT COMMAND...
  local what=$1
  shift
  for _ in $(seq 600); do
    if "$@" > /dev/null 2>&1; then return 0; fi
    sleep 0.1
  done
  echo "capture.sh: waited 60 s for $what" >&2
  tail -n 20 "$run"/*.err >&2 || true
  exit 3
}

uses() { # TOOL SET...: whether a set of rules is made with it
  local backend=iptables
  case $1 in *-legacy) backend=legacy ;; esac
  case " ${*:2}" in *" $backend/"*) ;; *) return 1 ;; esac
}

# ---- three hosts --------------------------------------------------------------------------------------------------------------------------
ip netns add "$lab-sw"
ip -n "$lab-sw" link add br0 type bridge
ip -n "$lab-sw" link set br0 up
i=0
for h in client server third; do
  i=$((i + 1))
  ip netns add "$lab-$h"
  ip link add eth0 netns "$lab-$h" type veth peer name "p$i" netns "$lab-sw"
  ip -n "$lab-sw" link set "p$i" master br0 up
  ip -n "$lab-$h" link set lo up
  ip -n "$lab-$h" addr add "10.77.5.$i/24" dev eth0
  ip -n "$lab-$h" addr add "fd77:5::$i/64" dev eth0 nodad
  ip -n "$lab-$h" link set eth0 up
  mkdir -p "/etc/netns/$lab-$h"
  cat > "/etc/netns/$lab-$h/hosts" << HOSTS
127.0.0.1 localhost
::1 localhost
$SERVER4 web.shop
$SERVER6 web6.shop
$THIRD4 outside.test
HOSTS
  # iptables makes its tables when they are first looked at: so that "as before" compares rules, not empty tables
  for t in nat mangle filter; do
    for tool in iptables ip6tables iptables-legacy ip6tables-legacy; do
      if ! said=$(on "$h" "$tool" -w -t "$t" -S 2>&1) && uses "$tool" "$@"; then
        echo "capture.sh: not run: $tool cannot look at the table $t here: ${said##*$'\n'}" >&2
        exit 3
      fi
    done
  done
done

# ---- unmodified services ------------------------------------------------------------------------------------------------------------------
mkdir "$run/www" "$run/out"
chmod 1777 "$run/out" # clients of several users write there
echo "$MARKER" > "$run/www/index.html"
cat > "$run/echo.py" << 'PY'
import socketserver, socket, sys, threading

class Echo(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(b"echo " + line)

class Server(socketserver.ThreadingTCPServer):
    address_family = socket.AF_INET6
    allow_reuse_address = True
    daemon_threads = True

servers = [Server(("::", int(port)), Echo) for port in sys.argv[1:]]
for server in servers[1:]:
    threading.Thread(target=server.serve_forever, daemon=True).start()
servers[0].serve_forever()
PY
serve() { # HOST PORT
  on "$1" python3 -m http.server "$2" --bind :: --directory "$run/www" > /dev/null 2> "$run/$1-$2.log" &
  pids+=($!)
}
serve server 8080
serve third 8000
serve third 8001
on server python3 "$run/echo.py" 9090 9191 9292 &
pids+=($!)
await "the services" on client bash -c "exec 3<>/dev/tcp/$SERVER4/8080 4<>/dev/tcp/$SERVER4/9090 5<>/dev/tcp/$THIRD4/8000 6<>/dev/tcp/$THIRD4/8001"

# ---- one authority, one policy, two nodes -------------------------------------------------------------------------------------------------
mkdir "$run/cacerts" "$run/resources"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/O=lab/CN=root" \
  -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign \
  -keyout "$run/cacerts/ca-key.pem" -out "$run/cacerts/ca-cert.pem" 2> /dev/null
cp "$run/cacerts/ca-cert.pem" "$run/cacerts/root-cert.pem"
cp "$run/cacerts/ca-cert.pem" "$run/cacerts/cert-chain.pem"
chmod 600 "$run/cacerts/ca-key.pem"
entry() { # NAME ADDRESS
  cat << YAML
---
apiVersion: v1
kind: Service
metadata: {name: $1, namespace: shop}
spec:
  selector: {app: $1}
  ports:
  - {name: http, port: 8080, targetPort: 8080}
  - {name: tcp, port: 9090, targetPort: 9090}
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: $1, namespace: shop}
spec:
  address: "$2"
  serviceAccount: web
  labels: {app: $1, security.istio.io/tlsMode: istio}
  ports: {http: 8080, tcp: 9090}
YAML
}
{
  cat << YAML
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: istio-system}
spec:
  mtls: {mode: STRICT}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: callers, namespace: shop}
spec:
  action: ALLOW
  rules:
  - from:
    - source: {principals: [lab.test/ns/shop/sa/caller]}
YAML
  entry web "$SERVER4"
  entry web6 "$SERVER6"
} > "$run/resources/mesh.yaml"

node_file() { # NAME MODE REST
  cat > "$run/$1.yaml" << YAML
apiVersion: herald.io/v1alpha1
kind: Node
metadata: {name: $1}
spec:
  roles: [ca, config, proxy]
  trustDomain: lab.test
  stateDir: state-$1
  authority: {cacerts: cacerts}
  resources: resources
  health: {listen: 127.0.0.1:15021}
  metrics: {listen: 127.0.0.1:15020}
  capture:
    user: "$PROXY"
    mode: $2
    inbound: {listen: "[::]:15006"}
$3
YAML
}
client_file() {
  node_file client redirect "    excludeOutboundPorts: [8001]
  workloads:
  - {namespace: shop, name: caller, serviceAccount: caller, runAs: \"$CALLER\", outbound: {capture: \"[::]:15001\"}}
  - {namespace: shop, name: other, serviceAccount: other, runAs: \"$OTHER\", outbound: {capture: \"[::]:15002\"}}"
}
server_file() { # MODE
  node_file server "$1" "  workloads:
  - namespace: shop
    name: web
    serviceAccount: web
    labels: {side: server}
    ports:
    - {name: http, port: 8080, app: \"127.0.0.1:8080\", listen: \"0.0.0.0:15106\", advertise: \"$SERVER4:15106\"}
    - {name: tcp, port: 9090, app: \"127.0.0.1:9090\", listen: \"0.0.0.0:15107\", advertise: \"$SERVER4:15107\"}
    - {name: tcp-hidden, port: 9092, app: \"127.0.0.1:9191\", listen: \"0.0.0.0:15108\", advertise: \"$SERVER4:15108\"}"
}
client_file
server_file redirect
chown -R "$PROXY:$PROXY" "$run/cacerts" "$run/resources"
for n in client server; do install -d -o "$PROXY" -g "$PROXY" -m 700 "$run/state-$n"; done

declare -A node=()
start_node() { # NAME: whether it is ready is asked of this start alone, its log holds all
  : > "$run/$1.out"
  # As a user of its own. It may read where this checkout lies, and with TPROXY it needs CAP_NET_ADMIN.
  HERALD_JAVA_OPTS="-Xmx160m -XX:TieredStopAtLevel=1" on "$1" setpriv --reuid "$PROXY" --regid "$PROXY" --clear-groups \
    --inh-caps=+net_admin,+dac_read_search --ambient-caps=+net_admin,+dac_read_search \
    "$herald" run --config "$run/$1.yaml" >> "$run/$1.out" 2>> "$run/$1.err" &
  node[$1]=$!
  pids+=($!)
}
ready() { grep -qx ready "$run/$1.out"; }
stop_node() {
  # By its configuration: what was started is a shell that waits for it.
  local of_node
  while of_node=$(pgrep -f -- "--config $run/$1.yaml"); do
    xargs kill <<< "$of_node" 2> /dev/null || true
    sleep 0.1
  done
  wait "${node[$1]}" 2> /dev/null || true
}
capture() { # HOST BACKEND VERB
  local path=$PATH
  case $2 in
    nft) ;;
    iptables) path=$run/without-nft ;;
    legacy) path=$run/legacy ;;
  esac
  local config=()
  [ "$3" != install ] || config=(--config "$run/$1.yaml")
  HERALD_JAVA_OPTS="-Xmx64m -XX:TieredStopAtLevel=1" on "$1" env PATH="$path" "$herald" capture "$3" "${config[@]}" "${@:4}"
}
# Machines that have only iptables: every tool but nft, and once with the legacy ones under the usual names.
mkdir "$run/without-nft" "$run/legacy"
IFS=: read -ra folders <<< "$PATH"
for folder in "${folders[@]}"; do
  for d in without-nft legacy; do
    find "$folder/" -maxdepth 1 ! -type d ! -name nft -exec ln -s -t "$run/$d" {} + 2> /dev/null || true
  done
done
for tool in iptables iptables-restore iptables-save ip6tables ip6tables-restore ip6tables-save; do
  ln -sf "$(command -v "${tool/tables/tables-legacy}")" "$run/legacy/$tool"
done

# ---- what is looked at --------------------------------------------------------------------------------------------------------------------
rules() { # HOST: all rules and routes there, without counters, and without tables that nothing was put into: only nft can take those away
  on "$1" bash -c '
    nft -s list ruleset
    for t in iptables ip6tables iptables-legacy ip6tables-legacy; do echo "== $t"; $t-save; done | grep -v "^#"
    for f in -4 -6; do ip $f rule; ip $f route show table all | grep -v "^fe80\|^ff00\|^multicast\|^anycast"; done' 2> /dev/null |
    sed 's/ *\[[0-9]*:[0-9]*\]//g' | grep -v "^# Warning" |
    python3 -c 'import re, sys
print(re.sub(r"^table \S+ \S+ \{\n\}\n|^\*\w+\n(:[A-Z]+ ACCEPT\n)*COMMIT\n", "", sys.stdin.read(), flags=re.M), end="")'
}
wire_start() {
  ip netns exec "$lab-sw" tcpdump -i p2 --immediate-mode -U -w "$run/wire.pcap" -s 0 tcp 2> "$run/tcpdump.err" &
  wire=$!
  pids+=("$wire")
  await tcpdump grep -q "listening on" "$run/tcpdump.err"
}
# Says what passed between the hosts: how many TCP streams carried something, how many of them were not TLS from the first byte to the last.
wire_stop() {
  sleep 0.3 # what was sent is in the file
  kill -INT "$wire"
  wait "$wire" 2> /dev/null || true
  python3 - "$run/wire.pcap" "$MARKER" "$@" << 'PY'
import struct, sys
file, marker, third = sys.argv[1], sys.argv[2].encode(), sys.argv[3:]
data = open(file, "rb").read()
at, streams, seen = 24, {}, b""
while at + 16 <= len(data):
    _, _, length, _ = struct.unpack("<IIII", data[at:at + 16])
    frame = data[at + 16:at + 16 + length]
    at += 16 + length
    kind = frame[12:14]
    if kind == b"\x08\x00":
        ip = frame[14:]
        head, total = (ip[0] & 15) * 4, struct.unpack(">H", ip[2:4])[0]
        src, dst, tcp = ip[12:16], ip[16:20], ip[head:total]
    elif kind == b"\x86\xdd":
        ip = frame[14:]
        src, dst, tcp = ip[8:24], ip[24:40], ip[40:40 + struct.unpack(">H", ip[4:6])[0]]
    else:
        continue
    ports, seq, flags = tcp[:4], struct.unpack(">I", tcp[4:8])[0], tcp[13]
    payload = tcp[(tcp[12] >> 4) * 4:]
    key = (src, dst, ports)
    if flags & 2:
        streams[key] = {"first": (seq + 1) & 0xffffffff, "parts": {}}
    if payload and key in streams:
        streams[key]["parts"][(seq - streams[key]["first"]) & 0xffffffff] = payload
full = other = 0
for stream in streams.values():
    whole = bytearray()
    for offset in sorted(stream["parts"]):
        part = stream["parts"][offset]
        if offset <= len(whole):
            whole[offset:offset + len(part)] = part
    if not whole:
        continue
    full += 1
    tls, i = True, 0
    while i < len(whole):
        if whole[i] not in (20, 21, 22, 23) or i + 1 < len(whole) and whole[i + 1] != 3:
            tls = False
            break
        if i + 5 > len(whole):
            break
        i += 5 + struct.unpack(">H", whole[i + 3:i + 5])[0]
    tls = tls and whole[0] == 22
    other += not tls
print(f"{full} {other} {data.count(marker)}")
PY
}
row_no=0 short=0
row() { # WHAT WANTED GOT
  row_no=$((row_no + 1))
  local well=yes
  # shellcheck disable=SC2053
  [[ $3 == $2 ]] || {
    well=NO
    short=$((short + 1))
  }
  printf '%-22s %-66s %-22s %-26s %s\n' "$set" "$1" "$2" "${3:0:26}" "$well"
}
get() { # UID HOST URL [OPTION...]: the status, 000 for none
  as "$1" "$2" curl -s --noproxy "*" -o "$run/out/body" -m 8 -w '%{http_code}' "${@:4}" "$3" 2> /dev/null || true
}
body() { [ "$(cat "$run/out/body" 2> /dev/null)" = "$MARKER" ] && echo whole || echo none; }
say() { # UID HOST ADDRESS PORT: what an echo over TCP answers
  as "$1" "$2" timeout 8 bash -c "exec 3<>/dev/tcp/$3/$4 && echo $MARKER >&3 && IFS= read -r -t 6 answer <&3 && echo \"\$answer\"" 2> /dev/null || echo nothing
}

printf '%-22s %-66s %-22s %-26s %s\n' "set-up" "what" "wanted" "got" "well"
set="without Herald"
wire_start
rm -f "$run/out/body"
row "a call by name" 200 "$(get $CALLER client http://web.shop:8080/)"
row "an echo over TCP" "echo $MARKER" "$(say $CALLER client $SERVER4 9090)"
read -r full other marks < <(wire_stop)
row "control: the wire shows plain text" yes "$([ "$full" -gt 0 ] && [ "$other" -gt 0 ] && [ "$marks" -gt 1 ] && echo yes || echo "$full $other $marks")"
row "control: a direct call from the third host" 200 "$(get $CALLER third http://$SERVER4:8080/)"
row "control: a local program takes the proxy's address" 200 "$(get $OTHER server http://127.0.0.1:8080/ --interface 127.0.0.6)"
row "control: a port that nobody declares" "echo $MARKER" "$(say $CALLER third $SERVER4 9292)"
row "the same over IPv6" "echo $MARKER" "$(say $CALLER third $SERVER6 9292)"

start_node client
await "the client's node" ready client
serving=
for combination in "$@"; do
  backend=${combination%/*} mode=${combination#*/}
  set=$combination
  if [ "$serving" != "$mode" ]; then
    [ -z "$serving" ] || stop_node server
    server_file "$mode"
    start_node server
    await "the server's node" ready server
    serving=$mode
  fi
  for h in client server; do
    rules "$h" > "$run/$h.before"
    capture "$h" "$backend" install --dry-run > "$run/$h.plan"
    rules "$h" > "$run/$h.now"
    row "$h: --dry-run prints rules and changes nothing" "yes" "$([ -s "$run/$h.plan" ] && cmp -s "$run/$h.before" "$run/$h.now" && echo yes || echo no)"
    capture "$h" "$backend" install > "$run/$h.install" 2>&1 || row "$h: install" done "$(tail -1 "$run/$h.install")"
    rules "$h" > "$run/$h.once"
    capture "$h" "$backend" install > "$run/$h.install" 2>&1 || row "$h: install again" done "$(tail -1 "$run/$h.install")"
    rules "$h" > "$run/$h.twice"
    row "$h: rules are there, and the same after a second install" yes \
      "$(! cmp -s "$run/$h.before" "$run/$h.once" && cmp -s "$run/$h.once" "$run/$h.twice" && echo yes || echo no)"
    row "$h: show tells them" "15006" "$(capture "$h" "$backend" show 2>&1 | grep -o 15006 | head -1)"
  done

  wire_start
  for host in web.shop "$SERVER4" web6.shop "[$SERVER6]"; do
    rm -f "$run/out/body"
    row "HTTP to $host" "200 whole" "$(get $CALLER client "http://$host:8080/") $(body)"
  done
  for host in web.shop "$SERVER4" web6.shop "$SERVER6"; do
    row "TCP to $host" "echo $MARKER" "$(say $CALLER client "$host" 9090)"
  done
  row "another workload's user: its own identity, which policy refuses" 403 "$(get $OTHER client http://web.shop:8080/)"
  row "the same over TCP" nothing "$(say $OTHER client $SERVER4 9090)"
  for host in web.shop "$SERVER4" "[$SERVER6]"; do
    rm -f "$run/out/body"
    row "a user that is no workload: HTTP to $host" "000 none" "$(get $STRANGER client "http://$host:8080/") $(body)"
  done
  row "the same over TCP" nothing "$(say $STRANGER client $SERVER4 9090)"
  read -r full other marks < <(wire_stop)
  row "between the hosts: TLS alone, $full streams" "yes" "$([ "$full" -gt 7 ] && [ "$other" = 0 ] && [ "$marks" = 0 ] && echo yes || echo "$full $other $marks")"

  row "a direct call from the third host to the service" "[!2]??" "$(get $CALLER third http://$SERVER4:8080/)"
  row "the same over IPv6" "[!2]??" "$(get $CALLER third "http://[$SERVER6]:8080/")"
  row "the same over TCP" nothing "$(say $CALLER third $SERVER4 9090)"
  row "a direct call to an app port that is no workload port" nothing "$(say $CALLER third $SERVER4 9191)"
  row "the same over IPv6" nothing "$(say $CALLER third $SERVER6 9191)"
  row "a direct call to a port that nobody declares" nothing "$(say $CALLER third $SERVER4 9292)"
  row "the same over IPv6" nothing "$(say $CALLER third $SERVER6 9292)"
  row "from the service's own machine by loopback: as without Herald" 200 "$(get $CALLER server http://127.0.0.1:8080/)"
  for host in 127.0.0.1 "$SERVER4"; do
    row "a local program takes the proxy's address, to $host" 000 "$(get $OTHER server "http://$host:8080/" --interface 127.0.0.6)"
  done
  row "a loop: the third host dials the inbound capture port" "[!2]??" "$(get $CALLER third http://$SERVER4:15006/)"
  row "a loop: the client dials its own capture port" "[!2]??" "$(get $CALLER client http://127.0.0.1:15001/)"
  row "a loop: by the address of the machine" "[!2]??" "$(get $CALLER client http://10.77.5.1:15001/)"
  row "a stranger dials a workload's capture port" "[!2]??" "$(get $STRANGER client http://127.0.0.1:15001/)"
  rm -f "$run/out/body"
  row "beyond the mesh (ALLOW_ANY)" "200 whole" "$(get $CALLER client http://outside.test:8000/) $(body)"
  row "an excluded port" "200 whole" "$(get $CALLER client http://outside.test:8001/) $(body)"

  stop_node server
  serving=
  row "the server's node stopped: a port that nobody declares" nothing "$(say $CALLER third $SERVER4 9292)"
  row "the same over IPv6" nothing "$(say $CALLER third $SERVER6 9292)"
  row "the server's node stopped: a direct call to the service" 000 "$(get $CALLER third http://$SERVER4:8080/)"

  for h in client server; do
    capture "$h" "$backend" remove > "$run/$h.remove" 2>&1 || row "$h: remove" done "$(tail -1 "$run/$h.remove")"
    rules "$h" > "$run/$h.after"
    row "$h: removed, and all is as before" yes "$(cmp -s "$run/$h.before" "$run/$h.after" && echo yes || echo no)"
    capture "$h" "$backend" remove > "$run/$h.remove" 2>&1 && code=0 || code=$?
    row "$h: nothing left to remove is no error" 0 "$code"
  done
  row "without capture: a call by name is plain again" 200 "$(get $CALLER client http://web.shop:8080/)"
done
errors=$(cat "$run"/client.err "$run"/server.err | grep -c '"ERROR"' || true)
set="nodes"
row "errors in the nodes' logs" 0 "$errors"
echo "$row_no rows, $short short"
[ "$short" = 0 ]
