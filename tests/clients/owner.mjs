// The owner at the consent page: what a person adds to a client.
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
