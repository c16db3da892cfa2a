// The owner at the consent page, and the memory of an app: what a person and an SDK's host program add to an SDK.
import { readFileSync } from 'node:fs';

export const server = process.env.MCP_URL;
const secret = process.env.OWNER_SECRET;

/** The version of an installed package. */
export function version(name) {
  const path = new URL(`node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8')).version;
}

export function assert(condition, message) {
  if (!condition) throw new Error(message);
}

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'", '#34': '"', '#38': '&', '#60': '<', '#62': '>' };
const decode = (text) => text.replace(/&(#?\w+);/g, (whole, name) => entities[name.toLowerCase()] ?? whole);

function attributes(tag) {
  const found = {};
  for (const [, name, , quoted, single, bare] of tag.matchAll(/([\w-]+)(\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?/g)) {
    found[name.toLowerCase()] = decode(quoted ?? single ?? bare ?? '');
  }
  return found;
}

/** Fetches the consent page, fills in the owner secret as a browser would, approves, and returns the callback URL. */
export async function approve(authorizationUrl) {
  const page = await fetch(authorizationUrl, { headers: { accept: 'text/html' }, redirect: 'manual' });
  const html = await page.text();
  assert(page.status === 200, `the consent page answered ${page.status}: ${html.slice(0, 300)}`);
  const cookie = page.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ');
  const forms = [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)];
  const form = forms.find(([, , inner]) => /type="?password/i.test(inner));
  assert(form, 'the consent page has no form that asks for a secret');
  const fields = new URLSearchParams();
  for (const [tag] of form[2].matchAll(/<input\b[^>]*>/gi)) {
    const input = attributes(tag.replace(/^<input/i, ''));
    const type = (input.type ?? 'text').toLowerCase();
    const ticked = 'checked' in input || type !== 'checkbox';
    if (type === 'password') fields.append(input.name, secret);
    else if (input.name && ticked && !('disabled' in input) && type !== 'submit') fields.append(input.name, input.value ?? 'on');
  }
  const buttons = [...form[2].matchAll(/<button\b([^>]*)>/gi)].map(([, tag]) => attributes(tag));
  const yes = buttons.find((button) => /approve|allow|yes/i.test(`${button.name} ${button.value}`));
  if (yes?.name) fields.append(yes.name, yes.value ?? '');
  const action = new URL(attributes(form[1]).action || '', authorizationUrl);
  const answer = await fetch(action, {
    method: 'POST',
    body: fields,
    redirect: 'manual',
    headers: { cookie, origin: action.origin, referer: String(authorizationUrl) },
  });
  assert(answer.status === 303, `approving answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
  return new URL(answer.headers.get('location'));
}

/** An OAuth provider for either SDK: it remembers in memory and lets the owner approve at once. */
export class App {
  redirectUrl = 'http://127.0.0.1:41999/callback';
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
    this.callback = await approve(url);
    assert(this.callback.searchParams.get('state') === this.state(), 'another state came back');
    assert(this.callback.searchParams.get('code'), `no code came back: ${this.callback}`);
  }
}

/** Connects, which ends in the owner's approval, redeems the code and connects again. */
export async function connected(newClient, newTransport) {
  const app = new App();
  const first = newTransport(app);
  try {
    await newClient().connect(first);
  } catch (error) {
    if (!app.callback) throw error;
  }
  assert(app.callback, 'the server let a stranger in');
  await first.finishAuth(...finish(first, app.callback));
  assert(app.tokens()?.access_token, 'no access token');
  assert(app.tokens()?.refresh_token, 'no refresh token');
  const client = newClient();
  await client.connect(newTransport(app));
  return { client, app };
}

// SDK 2.x checks `iss` when given the parameters as a whole; 1.x takes the code alone.
function finish(transport, callback) {
  return transport.constructor.takesCallback ? [callback.searchParams] : [callback.searchParams.get('code')];
}

/** What every client must be able to do with the demo athlete. */
export async function exercise(client) {
  const { tools } = await client.listTools();
  const names = tools.map((tool) => tool.name);
  for (const name of ['get_today', 'list_activities']) {
    assert(names.includes(name), `${name} is not offered: ${names}`);
    const result = await client.callTool({ name, arguments: {} });
    const text = (result.content ?? []).map((part) => part.text ?? '').join('');
    assert(!result.isError, `${name} failed: ${text}`);
    assert(text.trim().length > 40, `${name} said nothing: ${JSON.stringify(result).slice(0, 300)}`);
  }
  return names.length;
}
