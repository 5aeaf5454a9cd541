// A real OpenID provider (oidc-provider) over https on a port that the system chooses, for Herald's tests.
//
//   node provider.mjs CERT.pem KEY.pem [PORT]
//
// It prints "issuer https://127.0.0.1:PORT" and then obeys one command a line on standard input, each
// answered by one line "ok …":
//   rotate          a new key signs; the one before stays published
//   withdraw        only the key that signs stays published
//   token [KID]     a token by client_credentials, signed as the provider signs it; "ok TOKEN"
//   fault NAME      what the key set answers with: none, slow, large, redirect, garbage, empty, html,
//                   error, reset, mixed (unusable keys beside good ones), unusable (only such)
//   tls CERT KEY    another certificate from now on
//   down | up       closes the port, opens the same again
//   count           "ok N": requests for the key set since the last count
import { createServer } from 'node:https';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';

const [certificate, key, port = '0'] = process.argv.slice(2);
const AUDIENCE = 'https://orders.test';
const CLIENT = { client_id: 'svc', client_secret: 'a-secret-of-the-test' };

let made = 0;
function signingKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid: `k${++made}`, use: 'sig', alg: 'RS256' };
}

function provider(issuer, keys) {
  const made = new Provider(issuer, {
    jwks: { keys }, // the first signs, the rest are published
    clients: [{ ...CLIENT, grant_types: ['client_credentials'], redirect_uris: [], response_types: [] }],
    scopes: ['read', 'write'],
    ttl: { ClientCredentials: 600 },
    extraTokenClaims: () => ({ groups: ['ops'], level: 7 }),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: 'read write', audience: AUDIENCE, accessTokenTTL: 600, accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  });
  made.on('server_error', (context, error) => console.error(error));
  return made.callback();
}

const server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) });
let issuer, keys, handle, fault = 'none', asked = 0;

function use(next) {
  keys = next;
  handle = provider(issuer, keys);
}

const published = () => keys.map(({ kty, kid, use: purpose, alg, n, e }) => ({ kty, kid, use: purpose, alg, n, e }));
const json = (response, value) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
const unusable = () => [
  { kty: 'oct', kid: 'shared', k: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' },
  { ...published()[0], kid: 'for-encryption', use: 'enc', alg: 'RSA-OAEP' },
  { kty: 'OKP', kid: 'agreement', crv: 'X25519', x: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' },
  { kty: 'quantum', kid: 'next-year' },
];

const FAULTS = {
  slow: () => {}, // never answers
  large: (response) => response.writeHead(200).end(JSON.stringify({ keys: published(), pad: 'x'.repeat(2 << 20) })),
  redirect: (response) => response.writeHead(302, { location: `${issuer}/elsewhere` }).end(),
  garbage: (response) => response.writeHead(200).end('{"keys":[{"kty":"RSA",'),
  empty: (response) => json(response, { keys: [] }),
  html: (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><h1>Sign in</h1>'),
  error: (response) => response.writeHead(500).end(),
  reset: (response) => response.socket.destroy(),
  mixed: (response) => json(response, { keys: [...unusable(), ...published()] }),
  unusable: (response) => json(response, { keys: unusable() }),
};

server.on('request', (request, response) => {
  if (request.url.startsWith('/jwks')) {
    asked++;
    if (fault !== 'none') return FAULTS[fault](response);
  }
  return handle(request, response);
});

async function token() {
  const { request } = await import('node:https');
  const body = new URLSearchParams({ grant_type: 'client_credentials', scope: 'read write' }).toString();
  const basic = Buffer.from(`${CLIENT.client_id}:${CLIENT.client_secret}`).toString('base64');
  return new Promise((resolve, reject) => {
    const call = request(`${issuer}/token`, {
      method: 'POST', rejectUnauthorized: false, // its own port
      headers: { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' },
    }, (answer) => {
      let text = '';
      answer.on('data', (part) => { text += part; });
      answer.on('end', () => (answer.statusCode === 200
        ? resolve(JSON.parse(text).access_token) : reject(new Error(`${answer.statusCode} ${text}`))));
    });
    call.on('error', reject);
    call.end(body);
  });
}

const listen = (on) => new Promise((resolve) => { server.listen(on, '127.0.0.1', resolve); });
let bound;

const COMMANDS = {
  rotate: () => { use([signingKey(), ...keys].slice(0, 2)); return keys[0].kid; },
  withdraw: () => { use(keys.slice(0, 1)); return keys[0].kid; },
  token,
  fault: (name) => { fault = name; return name; },
  tls: (cert, privateKey) => { server.setSecureContext({ cert: readFileSync(cert), key: readFileSync(privateKey) }); return ''; },
  down: () => new Promise((resolve) => { server.close(() => resolve('')); server.closeAllConnections(); }),
  up: () => (server.listening ? '' : listen(bound).then(() => '')),
  count: () => { const n = asked; asked = 0; return n; },
};

await listen(Number(port));
bound = server.address().port;
issuer = `https://127.0.0.1:${bound}`;
use([signingKey()]);
console.log(`issuer ${issuer}`);

// One after the other; the end of the input ends the provider.
for await (const line of createInterface({ input: process.stdin })) {
  const [name, ...rest] = line.trim().split(/\s+/);
  try {
    console.log(`ok ${await COMMANDS[name](...rest)}`);
  } catch (error) {
    console.log(`failed ${error.message}`);
  }
}
process.exit(0);
