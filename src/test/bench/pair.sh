#!/usr/bin/env bash
# One half of a Herald pair for a side-by-side benchmark: pair.sh server|client
# Reads CPORT (plain text in, client side), SPORT (mutual TLS between), UPORT (upstream), MODE, WORKERS and PKI (ca.pem,
# client.pem/key, server.pem/key, jwt-rsa.pub, jwt-ec.pub) from the environment; stays in the foreground, ends on TERM.
# TOKEN_CACHE: bytes for verified tokens, 0 for none; absent: the default. PROTOCOL=tcp: as a TCP proxy. HERALD: another build's launcher.
set -euo pipefail
side=$1
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
run=$(mktemp -d)
mkdir -p "$run/resources" "$run/credentials"
cp "$PKI/$side.pem" "$run/credentials/cert-chain.pem"
cp "$PKI/$side.key" "$run/credentials/key.pem"
cp "$PKI/ca.pem" "$run/credentials/root-cert.pem"
chmod 600 "$run/credentials/key.pem"

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
bytes() { basenc --base16 -d | base64url; }
jwk_rsa() {
  printf '{"kty":"RSA","kid":"r1","alg":"RS256","use":"sig","n":"%s","e":"AQAB"}' \
    "$(openssl rsa -pubin -in "$PKI/jwt-rsa.pub" -noout -modulus | cut -d= -f2 | bytes)"
}
jwk_ec() {
  local point
  point=$(openssl ec -pubin -in "$PKI/jwt-ec.pub" -outform DER 2> /dev/null | basenc --base16 -w0 | tail -c 128)
  printf '{"kty":"EC","crv":"P-256","kid":"e1","alg":"ES256","use":"sig","x":"%s","y":"%s"}' \
    "$(printf '%s' "${point:0:64}" | bytes)" "$(printf '%s' "${point:64:64}" | bytes)"
}

# STRICT, one ALLOW and one DENY; a token rule in the modes that bring tokens.
token_source=
case "$MODE" in
  jwt-*) token_source='requestPrincipals: ["https://issuer.bench.test/*"]' ;;
esac
# What the service's port is called decides what is spoken between the proxies.
port=http
denied='paths: ["/admin*"]'
case "${PROTOCOL:-}/$MODE" in
  tcp/*)
    port=tcp
    denied='ports: ["9"]'
    ;;
  */mux) port=http2 ;;
esac
cat > "$run/resources/mesh.yaml" << YAML
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: istio-system}
spec:
  mtls: {mode: STRICT}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: allow-client, namespace: b}
spec:
  action: ALLOW
  rules:
  - from:
    - source:
        principals: [bench.test/ns/a/sa/client]
        $token_source
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: deny-admin, namespace: b}
spec:
  action: DENY
  rules:
  - to:
    - operation: {$denied}
---
apiVersion: v1
kind: Service
metadata: {name: server, namespace: b}
spec:
  selector: {app: server}
  ports:
  - {name: $port, port: 8080, targetPort: 8080}
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: server, namespace: b}
spec:
  address: 127.0.0.1
  serviceAccount: server
  labels: {app: server, security.istio.io/tlsMode: istio}
  ports: {$port: $SPORT}
YAML
if [ "$MODE" = hs ] || [ "$MODE" = hsr ]; then
  # no connection between the proxies carries a second request; those to the service do
  cat > "$run/resources/connections.yaml" << YAML
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: server, namespace: b}
spec:
  host: server.b.svc.cluster.local
  trafficPolicy:
    connectionPool:
      http: {maxRequestsPerConnection: 1}
YAML
fi
if [ -n "$token_source" ]; then
  cat > "$run/resources/tokens.yaml" << YAML
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: tokens, namespace: b}
spec:
  jwtRules:
  - issuer: https://issuer.bench.test
    audiences: [bench-api]
    jwks: '{"keys":[$(jwk_rsa),$(jwk_ec)]}'
YAML
fi

if [ "$side" = server ]; then
  # Not selected by the Service: callers know this one by its WorkloadEntry, as they would another machine.
  workload="
  - namespace: b
    name: server
    serviceAccount: server
    labels: {side: server}
    credentials: {dir: $run/credentials}
    ports:
    - {name: ${PROTOCOL:-http}, port: 8080, app: 127.0.0.1:$UPORT, listen: 127.0.0.1:$SPORT}"
else
  workload="
  - namespace: a
    name: client
    serviceAccount: client
    labels: {side: client}
    credentials: {dir: $run/credentials}
    outbound:
      services:
      - {listen: 127.0.0.1:$CPORT, to: server.b:8080, protocol: ${PROTOCOL:-http}}"
fi
cat > "$run/node.yaml" << YAML
apiVersion: herald.io/v1alpha1
kind: Node
metadata: {name: bench-$side}
spec:
  roles: [ca, config, proxy]
  trustDomain: bench.test
  stateDir: $run/state
  resources: $run/resources
  eventLoops: ${WORKERS:-1}
  health: {listen: 127.0.0.1:0}
  metrics: {listen: 127.0.0.1:0}
  accessLog: {samplePercent: 1}
  limits: {tokenCache: ${TOKEN_CACHE:-8388608}}
  workloads:$workload
YAML

"${HERALD:-$root/herald}" run --config "$run/node.yaml" &
child=$!
end() {
  kill -TERM "$child" 2> /dev/null || true
  wait "$child" || true
  rm -rf "$run"
}
trap 'end; exit 0' TERM INT
trap end EXIT
wait "$child"
