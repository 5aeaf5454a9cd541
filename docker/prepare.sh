#!/usr/bin/env bash
# Makes what compose.yaml mounts from docker/secrets: the database's password and certificate, the mesh's root under a passphrase, and an
# intermediate for each control node. Needs openssl and ./herald. Once; what is there is left alone, and a run that ends early leaves nothing.
# The root (root.p8 and its passphrase) belongs on another machine afterwards: carry both away.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
herald=${HERALD:-$here/../herald}
secrets=$here/secrets
[ ! -e "$secrets" ] || { echo "prepare.sh: $secrets is there already" >&2; exit 1; }
umask 077
made=$secrets.new # whole, or not at all
mkdir "$made"
trap 'rm -rf "$made"' EXIT
trap 'exit 130' INT TERM
said() { sed "s|$made|$secrets|"; } # where it will be

mkdir "$made/postgres"
openssl rand -hex 24 > "$made/database-password"
openssl rand -hex 24 > "$made/root-passphrase"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj /CN=postgres \
  -addext subjectAltName=DNS:postgres -keyout "$made/postgres/server-key.pem" -out "$made/postgres/server.pem" 2> /dev/null
"$herald" ca init --root-out "$made/root.p8" --trust-domain mesh.example --passphrase-file "$made/root-passphrase" | said
for node in c1 c2 c3; do
  mkdir -p "$made/$node"
  "$herald" ca sign --root "$made/root.p8" --passphrase-file "$made/root-passphrase" --out "$made/$node/cacerts" | said
  cp "$made/database-password" "$made/$node/database-password"
  cp "$made/postgres/server.pem" "$made/$node/database-root.pem"
done
if [ "$(id -u)" = 0 ]; then # the users of the images
  chown -R 65532:65532 "$made"/c?
  chown -R 999:999 "$made/postgres"
fi
mv "$made" "$secrets"
trap - EXIT
echo "prepared $secrets"
