// Prints an access token, obtained by hand through the whole flow: 401, metadata, registration, consent, exchange.
import { createHash, randomBytes } from 'node:crypto';
import { approve, assert, server } from './owner.mjs';

async function json(url, options) {
  const answer = await fetch(url, options);
  const text = await answer.text();
  assert(answer.ok, `${url} answered ${answer.status}: ${text.slice(0, 300)}`);
  return JSON.parse(text);
}

const refused = await fetch(server, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
assert(refused.status === 401, `without a token the server answered ${refused.status}`);
const [, metadataUrl] = /resource_metadata="([^"]+)"/.exec(refused.headers.get('www-authenticate')) ?? [];
assert(metadataUrl, 'the challenge does not say where the metadata is');
const resource = await json(metadataUrl);
assert(resource.resource === server, `the metadata describes ${resource.resource}`);
const [issuer] = resource.authorization_servers;
const metadata = await json(new URL('/.well-known/oauth-authorization-server', issuer));
assert(metadata.issuer === issuer, `the issuer is ${metadata.issuer}`);

const redirect = 'http://127.0.0.1:41998/callback';
const client = await json(metadata.registration_endpoint, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    client_name: 'Client test by hand',
    redirect_uris: [redirect],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  }),
});
const verifier = randomBytes(32).toString('base64url');
const authorize = new URL(metadata.authorization_endpoint);
authorize.search = new URLSearchParams({
  response_type: 'code',
  client_id: client.client_id,
  redirect_uri: redirect,
  code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  code_challenge_method: 'S256',
  state: 'by-hand',
  scope: 'intervals:read intervals:write',
  resource: resource.resource,
});
const callback = await approve(authorize);
assert(callback.searchParams.get('iss') === issuer, 'the callback does not name its issuer');
const tokens = await json(metadata.token_endpoint, {
  method: 'POST',
  body: new URLSearchParams({
    grant_type: 'authorization_code',
    code: callback.searchParams.get('code'),
    redirect_uri: redirect,
    client_id: client.client_id,
    code_verifier: verifier,
    resource: resource.resource,
  }),
});
assert(tokens.access_token, 'no access token');
process.stdout.write(tokens.access_token);
