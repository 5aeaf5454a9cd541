#!/usr/bin/env bash
# Makes what compose.yaml mounts from docker/secrets: the database's password and certificate, the mesh's root under a passphrase, and an
# intermediate for each control node. Needs openssl and ./herald. Once; what is there is left alone. The root (root.p8 and its passphrase)
# belongs on another machine afterwards: carry both away.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
herald=${HERALD:-$here/../herald}
secrets=$here/secrets
[ ! -e "$secrets" ] || { echo "prepare.sh: $secrets is there already" >&2; exit 1; }
umask 077
mkdir -p "$secrets/postgres"
openssl rand -hex 24 > "$secrets/database-password"
openssl rand -hex 24 > "$secrets/root-passphrase"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj /CN=postgres \
  -addext subjectAltName=DNS:postgres -keyout "$secrets/postgres/server-key.pem" -out "$secrets/postgres/server.pem" 2> /dev/null
"$herald" ca init --root-out "$secrets/root.p8" --trust-domain mesh.example --passphrase-file "$secrets/root-passphrase"
for node in c1 c2 c3; do
  mkdir -p "$secrets/$node"
  "$herald" ca sign --root "$secrets/root.p8" --passphrase-file "$secrets/root-passphrase" --out "$secrets/$node/cacerts"
  cp "$secrets/database-password" "$secrets/$node/database-password"
  cp "$secrets/postgres/server.pem" "$secrets/$node/database-root.pem"
done
if [ "$(id -u)" = 0 ]; then # the users of the images
  chown -R 65532:65532 "$secrets"/c?
  chown -R 999:999 "$secrets/postgres"
fi
echo "prepared $secrets"
