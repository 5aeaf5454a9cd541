#!/usr/bin/env bash
# Whether a lab can run here: needs.sh LAB TOOL...   Ends with 3 and says what is missing.
set -euo pipefail
lab=$1
shift
missing() {
  echo "$lab: not run: $*" >&2
  exit 3
}
[ "$(id -u)" = 0 ] || missing "it needs root, for network namespaces"
for tool in "$@"; do
  type -P "$tool" > /dev/null || # the program: every shell has a kill of its own
    missing "'$tool' is missing (apt-get install iproute2 nftables openssl perl util-linux procps strace)"
done
compgen -G "/usr/lib/postgresql/*/bin/initdb" > /dev/null || missing "PostgreSQL is missing (apt-get install postgresql)"
probe=hlab-probe-$$
ip netns add "$probe" 2> /dev/null || missing "this machine lets nobody make network namespaces (ip netns add)"
bridge=0 cable=0
ip -n "$probe" link add br0 type bridge 2> /dev/null || bridge=1
ip -n "$probe" link add cable0 type veth peer name cable1 2> /dev/null || cable=1
ip netns del "$probe"
[ $bridge = 0 ] || missing "there can be no bridge in a network namespace (ip link add type bridge)"
[ $cable = 0 ] || missing "there can be no cable between network namespaces (ip link add type veth)"
