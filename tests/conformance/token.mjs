// Prints an access token that the owner gave to an app of ours.
import { createHash, randomBytes } from 'node:crypto';
import { approve, assert, server } from '../clients/owner.mjs';

async function json(url, options) {
  const answer = await fetch(url, options);
  const text = await answer.text();
  assert(answer.ok, `${url} answered ${answer.status}: ${text.slice(0, 300)}`);
  return JSON.parse(text);
}

const redirect = 'http://127.0.0.1:41997/callback';
const resource = await json(new URL('/.well-known/oauth-protected-resource/mcp', server));
const [issuer] = resource.authorization_servers;
const metadata = await json(new URL('/.well-known/oauth-authorization-server', issuer));
const client = await json(metadata.registration_endpoint, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ client_name: 'Conformance suite', redirect_uris: [redirect], token_endpoint_auth_method: 'none' }),
});
const verifier = randomBytes(32).toString('base64url');
const authorize = new URL(metadata.authorization_endpoint);
authorize.search = new URLSearchParams({
  response_type: 'code',
  client_id: client.client_id,
  redirect_uri: redirect,
  code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  code_challenge_method: 'S256',
  scope: 'intervals:read intervals:write',
  resource: resource.resource,
});
const callback = await approve(authorize);
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
process.stdout.write(tokens.access_token);
