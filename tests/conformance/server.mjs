// Lets the suite judge the server in both revisions at both of its paths, and compares what it found with what is expected:
// node server.mjs <build> <folder for the results>
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { assert, server } from '../clients/owner.mjs';

const suite = new URL('node_modules/@modelcontextprotocol/conformance/', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('package.json', suite), 'utf8'));
const { origin } = new URL(server);
const [build, results] = process.argv.slice(2);

/** Entries are `scenario` or `scenario:check`. The suite itself reads those of `server`, and only scored scenarios. */
function expectations(revision) {
  const path = new URL(`expected/${build}-${revision}.yml`, import.meta.url).pathname;
  const text = readFileSync(path, 'utf8');
  for (const line of text.split('\n')) {
    assert(!/^\s*- /.test(line) || /\s# \S+/.test(line), `${path}: no reason behind ${line.trim()}`);
  }
  const { server: scored, unscored } = parse(text);
  return { path, scored: scored ?? [], unscored: unscored ?? [] };
}

/** The scenarios that count for `revision`. */
function scoredScenarios(revision) {
  const path = new URL(`requirements/${revision}.yaml`, suite);
  return new Set(parse(readFileSync(path, 'utf8')).server);
}

/** What each scenario found, by its name. The suite names a folder `server-<scenario>-<time>`. */
function found(output) {
  return new Map(
    readdirSync(output).map((folder) => {
      const name = /^server-(.+)-\d{4}-\d{2}-\d{2}T[\d-]+Z$/.exec(folder)?.[1];
      assert(name, `the suite wrote ${folder}`);
      return [name, JSON.parse(readFileSync(join(output, folder, 'checks.json'), 'utf8'))];
    }),
  );
}

const failed = ({ status }) => status === 'FAILURE' || status === 'WARNING';

/** What is wrong with the scenario `name`, when what `entries` name is expected to be. */
function judge(name, checks, entries) {
  const bad = checks.filter(failed);
  if (entries.includes(name)) return bad.length ? [] : [`${name} is expected to fail and passes`];
  const known = (id) => entries.includes(`${name}:${id}`);
  const surprises = bad.filter(({ id }) => !known(id)).map(({ id, status, errorMessage }) => `${status} ${name}:${id}: ${errorMessage ?? ''}`);
  const stale = entries.filter((entry) => entry.startsWith(`${name}:`) && !bad.some(({ id }) => entry === `${name}:${id}`));
  return [...surprises, ...stale.map((entry) => `${entry} is expected to fail and does not`)];
}

function outcome(name, checks, entries) {
  if (judge(name, checks, entries).length) return 'failed';
  if (entries.includes(name)) return 'expected';
  if (checks.some(failed)) return 'partly';
  return checks.some(({ status }) => status === 'SUCCESS') ? 'passed' : 'moot';
}

async function run(revision, path) {
  const label = `${build} ${revision} ${path}`;
  const expected = expectations(revision);
  const entries = [...expected.scored, ...expected.unscored];
  const output = join(results, `${build}-${revision}${path.replace('/', '-')}`);
  mkdirSync(output, { recursive: true });
  const child = spawn(
    process.execPath,
    [
      `--import=${new URL('bearer.mjs', import.meta.url)}`,
      new URL('dist/index.js', suite).pathname,
      ...['server', '--url', `${origin}${path}`, '--requirements', revision],
      ...['--expected-failures', expected.path, '--output-dir', output],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], timeout: 120_000, killSignal: 'SIGKILL', env: { ...process.env, BEARER_ORIGIN: origin } },
  );
  const said = [];
  child.stdout.on('data', (text) => said.push(text));
  child.stderr.on('data', (text) => said.push(text));
  const [code] = await once(child, 'close');
  const scored = scoredScenarios(revision);
  const scenarios = found(output);
  const problems = [...scored].filter((name) => !scenarios.has(name)).map((name) => `${name} did not run`);
  for (const [name, checks] of scenarios) problems.push(...judge(name, checks, entries));
  for (const [list, counts] of [[expected.scored, true], [expected.unscored, false]]) {
    for (const entry of list) {
      const name = entry.split(':')[0];
      if (!scenarios.has(name) || scored.has(name) !== counts) problems.push(`${entry} names no scenario of that list`);
    }
  }
  if (code !== 0 && problems.length === 0) problems.push(`the suite ended with ${code}`);
  const count = (wanted) => [...scenarios].filter(([name, checks]) => outcome(name, checks, entries) === wanted).length;
  const passed = `${count('passed')} passed, ${count('partly')} passed but for expected checks`;
  const counts = `${passed}, ${count('failed')} failed, ${count('expected')} expected to fail, ${count('moot')} did not apply`;
  console.log(`${problems.length ? 'FAILED' : 'ok  '} @modelcontextprotocol/conformance ${version}, ${label}: ${counts}`);
  for (const problem of problems) console.log(`  ${problem}`);
  if (scenarios.size === 0) console.log(said.join(''));
  return problems.length === 0;
}

let whole = true;
for (const revision of ['2025-11-25', '2026-07-28']) {
  for (const path of ['/mcp', '/']) whole = (await run(revision, path)) && whole;
}
process.exit(whole ? 0 : 1);
