#!/usr/bin/env bash
# Memory and start of a node of proxies alone, against their limits: footprint.sh [ROUNDS]; exit code 1 when one is over.
# Starts ./herald as an operator would, so with the AOT cache of the build where it fits; HERALD_JAVA_OPTS reaches it.
# IDLE: idle connections (default 5000). LOAD: seconds of load, once cold and once warm (default 5). WARM: seconds between (default 40).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
rounds=${1:-3} idle=${IDLE:-5000} load=${LOAD:-5} warm=${WARM:-40}
command -v openssl > /dev/null || {
  printf 'footprint.sh: openssl is missing\n' >&2
  exit 3
}
java=${JAVA_HOME:-}/bin/java
if ! [ -x "$java" ] || ! "$java" -version 2>&1 | grep -q '"2[5-9]'; then
  for jdk in /usr/lib/jvm/*25*; do [ ! -x "$jdk/bin/java" ] || java=$jdk/bin/java; done
fi
"$root/herald" --version > /dev/null # builds, if need be, before a clock runs
[ -s "$root/target/herald-fat.aot" ] || printf 'footprint.sh: there is no AOT cache; this measures a start without it\n' >&2

run=$(mktemp -d)
trap 'rm -rf "$run"' EXIT
cd "$run"
openssl ecparam -name prime256v1 -genkey -noout -out ca.key
openssl req -x509 -new -key ca.key -days 2 -subj /O=bench.test -out ca.pem -addext basicConstraints=critical,CA:true \
  -addext keyUsage=critical,keyCertSign,cRLSign -addext subjectAltName=URI:spiffe://bench.test 2> /dev/null
leaf() {
  mkdir -p "$1"
  openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out "$1/key.pem"
  chmod 600 "$1/key.pem"
  openssl req -new -key "$1/key.pem" -subj / -out "$1/csr.pem"
  printf 'subjectAltName=critical,URI:spiffe://bench.test/ns/a/sa/%s\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth,clientAuth\nbasicConstraints=critical,CA:false\n' "$1" > ext
  openssl x509 -req -in "$1/csr.pem" -CA ca.pem -CAkey ca.key -CAcreateserial -days 1 -extfile ext -out "$1/cert-chain.pem" 2> /dev/null
  cp ca.pem "$1/root-cert.pem"
}
leaf server
leaf client
# for the load's own TLS
openssl pkcs12 -export -in client/cert-chain.pem -inkey client/key.pem -passout pass:bench -out client.p12
mkdir resources
cat > resources/mesh.yaml << 'YAML'
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: istio-system}
spec: {mtls: {mode: STRICT}}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: allow-client, namespace: a}
spec:
  action: ALLOW
  rules:
  - from: [{source: {principals: [bench.test/ns/a/sa/client]}}]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: deny-admin, namespace: a}
spec:
  action: DENY
  rules:
  - to: [{operation: {paths: ["/admin*"]}}]
YAML
# The service's server would else wait 40 ms with a body that comes after its head, and few requests would carry a start's whole cost.
"$java" -Dsun.net.httpserver.nodelay=true "$here/Footprint.java" "$root/herald" "$run" "$rounds" "$idle" "$load" "$warm"
