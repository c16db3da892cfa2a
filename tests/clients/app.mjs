// An app on a TypeScript SDK: what a host program adds to it, which is a memory for OAuth and the order of the steps.
import { exercise } from './exercise.mjs';
import { approve, assert, version } from './owner.mjs';

/** An OAuth provider for either SDK: it remembers in memory and lets the owner approve at once. */
class App {
  redirectUrl = 'http://127.0.0.1:41999/callback';
  approvals = 0;
  #remembered = {};

  get clientMetadata() {
    return {
      client_name: 'Client test',
      redirect_uris: [this.redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    };
  }

  state() { return (this.#remembered.state ??= crypto.randomUUID()); }
  clientInformation() { return this.#remembered.client; }
  saveClientInformation(client) { this.#remembered.client = client; }
  tokens() { return this.#remembered.tokens; }
  saveTokens(tokens) { this.#remembered.tokens = tokens; }
  codeVerifier() { return this.#remembered.verifier; }
  saveCodeVerifier(verifier) { this.#remembered.verifier = verifier; }
  discoveryState() { return this.#remembered.discovery; }
  saveDiscoveryState(discovery) { this.#remembered.discovery = discovery; }

  async redirectToAuthorization(url) {
    assert(url.searchParams.get('code_challenge_method') === 'S256', 'no PKCE');
    this.approvals += 1;
    this.callback = await approve(url);
    assert(this.callback.searchParams.get('state') === this.state(), 'another state came back');
    assert(this.callback.searchParams.get('code'), `no code came back: ${this.callback}`);
  }
}

/** Connects, which ends in the owner's approval, redeems the code and connects again. */
async function connected(sdk) {
  const app = new App();
  const first = sdk.newTransport(app);
  try {
    await sdk.newClient().connect(first);
  } catch (error) {
    if (!app.callback) throw error;
  }
  assert(app.callback, 'the server let a stranger in');
  await first.finishAuth(sdk.finishedBy(app.callback));
  assert(app.tokens()?.access_token, 'no access token');
  assert(app.tokens()?.refresh_token, 'no refresh token');
  const client = sdk.newClient();
  await client.connect(sdk.newTransport(app));
  return { client, app };
}

/** Calls once more when the access token has expired: the SDK must refresh it, and the owner must not be asked again. */
async function outlive(sdk, client, app) {
  const before = app.tokens();
  assert(before.expires_in <= 5, `the access token lives ${before.expires_in} s, too long to wait for its end`);
  await new Promise((resolve) => setTimeout(resolve, (before.expires_in + 1) * 1000));
  const result = await sdk.callTool(client, { name: 'list_activities', arguments: {} });
  assert(!result.isError, `list_activities failed: ${JSON.stringify(result).slice(0, 300)}`);
  const after = app.tokens();
  assert(after.access_token !== before.access_token, 'the access token is still the expired one');
  assert(after.refresh_token && after.refresh_token !== before.refresh_token, 'the refresh token was not rotated');
  assert(app.approvals === 1, `the owner was asked ${app.approvals} times`);
}

/** Goes through everything with one SDK: `expiry` as the script's argument lives through an access token's end instead. */
export async function prove(sdk) {
  const { client, app } = await connected(sdk);
  const protocol = sdk.protocolOf(client);
  assert(protocol === sdk.protocol, `${protocol} was negotiated instead of ${sdk.protocol}`);
  const name = `${sdk.name} ${version(sdk.name)}, protocol ${protocol}`;
  if (process.argv[2] === 'expiry') {
    await outlive(sdk, client, app);
    console.log(`ok   ${name}: refreshed an expired access token by itself`);
  } else {
    const counts = await exercise(client, (params, options) => sdk.callTool(client, params, options));
    console.log(`ok   ${name}: ${counts}`);
  }
  await client.close();
}
