// Registers an app, lets the suite play it, and answers the consent page that the suite asks a person to open.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { approve, assert, server } from '../clients/owner.mjs';

const suite = new URL('node_modules/@modelcontextprotocol/conformance/', import.meta.url);
const expected = ['authorization-server-metadata', 'authorization-server-metadata-cimd', 'authorization-code-grant'];
const { version } = JSON.parse(readFileSync(new URL('package.json', suite), 'utf8'));
const [results] = process.argv.slice(2);

async function json(url, options) {
  const answer = await fetch(url, options);
  const text = await answer.text();
  assert(answer.ok, `${url} answered ${answer.status}: ${text.slice(0, 300)}`);
  return JSON.parse(text);
}

async function freePort() {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address();
  listener.close();
  await once(listener, 'close');
  return port;
}

/** Goes where the consent page sent the browser. The suite names the page before it listens, and a script is quicker than a person. */
async function follow(callback) {
  for (const until = Date.now() + 10_000; ; await sleep(50)) {
    try {
      return await fetch(callback);
    } catch (error) {
      if (Date.now() > until) throw error;
    }
  }
}

/** What the suite found in one run of both scenarios. */
async function run(name, options) {
  const port = await freePort();
  const client = await json(metadata.registration_endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'Conformance suite',
      redirect_uris: [`http://127.0.0.1:${port}/callback`],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    }),
  });
  const output = join(results, name);
  mkdirSync(output, { recursive: true });
  const main = new URL('dist/index.js', suite).pathname;
  const known = ['--url', issuer, '--client-id', client.client_id, '--port', port, '--output-dir', output];
  const child = spawn(process.execPath, [main, 'authorization', ...known, ...options], { stdio: ['ignore', 'pipe', 'inherit'], timeout: 50_000 });
  const ended = once(child, 'close');
  const said = [];
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      said.push(line);
      if (!line.startsWith(`${metadata.authorization_endpoint}?`)) continue;
      const callback = await approve(line.trim());
      assert((await follow(callback)).ok, 'the suite did not take the callback');
    }
  } catch (error) {
    // Without a callback the suite waits for minutes.
    child.kill('SIGKILL');
    throw error;
  }
  const [code] = await ended;
  const checks = readdirSync(output, { recursive: true })
    .filter((path) => path.endsWith('checks.json'))
    .flatMap((path) => JSON.parse(readFileSync(join(output, path), 'utf8')));
  const bad = checks.filter((check) => check.status !== 'SUCCESS').map((check) => `${check.status} ${check.id}: ${check.errorMessage ?? ''}`);
  const missing = expected.filter((id) => !checks.some((check) => check.id === id)).map((id) => `MISSING ${id}`);
  if (code !== 0) bad.push(`the suite ended with ${code}`);
  if (bad.length + missing.length) console.error(said.join('\n'));
  return { name, checks: checks.length, problems: [...bad, ...missing] };
}

const resource = await json(new URL('/.well-known/oauth-protected-resource/mcp', server));
const [issuer] = resource.authorization_servers;
const metadata = await json(new URL('/.well-known/oauth-authorization-server', issuer));
const runs = [
  await run('without-resource', []),
  await run('with-resource', ['--resource', resource.resource]),
];
for (const { name, checks, problems } of runs) {
  if (problems.length) console.error(`FAILED ${name}\n  ${problems.join('\n  ')}`);
  else console.log(`ok   @modelcontextprotocol/conformance ${version}, authorization ${name}: ${checks} checks`);
}
process.exit(runs.some(({ problems }) => problems.length) ? 1 : 0);
