// A visitor who guesses at the owner's password, from an address of its own and under forged ones: how many guesses are heard
// before the first is told to wait? MCP_URL is where, and the argument the address to come from.
import { request } from 'node:https';

const origin = new URL(process.env.MCP_URL).origin;
const [, , localAddress] = process.argv;
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
let forged = 0;

function send(method, path, headers, body) {
  forged += 1;
  const claim = { 'x-forwarded-for': `203.0.113.${forged}`, forwarded: `for=203.0.113.${forged}` };
  return new Promise((resolve, reject) => {
    const asked = request(new URL(path, origin), { method, localAddress, headers: { ...claim, ...headers } }, (answer) => {
      let text = '';
      answer.on('data', (piece) => { text += piece; });
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
      answer.on('close', () => answer.complete || reject(new Error(`${method} ${path}: the answer ${answer.statusCode} was cut off`)));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

const callback = 'http://127.0.0.1:41999/callback';
const app = JSON.stringify({ client_name: 'Guess', redirect_uris: [callback], token_endpoint_auth_method: 'none' });
const registered = await send('POST', '/register', { 'content-type': 'application/json' }, app);
const query = new URLSearchParams({
  response_type: 'code', client_id: JSON.parse(registered.text).client_id, redirect_uri: callback, state: 's',
  code_challenge: challenge, code_challenge_method: 'S256', resource: process.env.MCP_URL,
});
let heard = 0;
for (; heard < 20; heard += 1) {
  const page = await send('GET', `/authorize?${query}`, { accept: 'text/html' });
  const transaction = /name="transaction" value="([^"]*)"/.exec(page.text)?.[1];
  const cookie = (page.headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; ');
  const form = new URLSearchParams({ transaction, secret: 'a guess at the password', decision: 'approve' });
  const headers = { cookie, origin, 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await send('POST', '/authorize', headers, String(form));
  if (answer.status === 429) break;
  if (answer.status !== 403) throw new Error(`a guess was answered with ${answer.status}: ${answer.text.slice(0, 300)}`);
}
console.log(heard);
