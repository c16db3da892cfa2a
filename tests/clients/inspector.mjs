// The MCP Inspector without its window: the command line for everything that it can ask, and the package's mcpdo, which keeps a
// connection, for completion, which it cannot. The command line signs in with a browser and a loopback listener of its own; its
// store is in HOME, from where every later process takes the tokens. The argument is the era to speak: legacy or modern.
import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { exercise } from './exercise.mjs';
import { assert, server, version } from './owner.mjs';

const name = '@modelcontextprotocol/inspector';
const clients = new URL(`node_modules/${name}/clients/`, import.meta.url).pathname;
const toolError = 5;
const era = process.argv[2];
const env = {
  ...process.env,
  HOME: mkdtempSync(join(process.env.HOME, 'inspector-')),
  // A machine without a keyring would forget the tokens after each process.
  MCP_INSPECTOR_SECRET_STORE: 'file',
  // Opens the browser without a terminal.
  MCP_AUTO_OPEN_ENABLED: 'true',
};

async function run(program, args, expected) {
  const running = promisify(execFile)(process.execPath, [join(clients, program), ...args], { env, timeout: 60_000 });
  running.child.stdin.end();
  const { code = 0, stdout, stderr } = await running.catch((failure) => failure);
  assert(expected.includes(code), `${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
  return JSON.parse(stdout);
}

async function ask(method, ...args) {
  const target = [server, '--transport', 'http', '--protocol-era', era, '--format', 'json', '--quiet'];
  const signIn = method === 'initialize' ? ['--callback-url', 'http://127.0.0.1:0/oauth/callback'] : ['--stored-auth-only'];
  const { result } = await run('launcher/build/index.js', ['--cli', ...target, ...signIn, '--method', method, ...args], [0, toolError]);
  return result;
}

const mcpdo = async (...args) => run('mcpdo/build/mcp-bin.js', args, [0]);

const connected = await ask('initialize');
const expected = era === 'modern' ? '2026-07-28' : '2025-11-25';
assert(connected.protocolVersion === expected, `${connected.protocolVersion} was negotiated instead of ${expected}`);
const kept = ['--connection', 'kept', '--format', 'json'];
const client = {
  listTools: () => ask('tools/list'),
  listResources: () => ask('resources/list'),
  listResourceTemplates: () => ask('resources/templates/list'),
  readResource: ({ uri }) => ask('resources/read', '--uri', uri),
  listPrompts: () => ask('prompts/list'),
  getPrompt: ({ name: prompt, arguments: given }) => {
    const pairs = Object.entries(given).map(([argument, value]) => `${argument}=${value}`);
    return ask('prompts/get', '--prompt-name', prompt, ...(pairs.length > 0 ? ['--prompt-args', ...pairs] : []));
  },
  complete: async ({ ref, argument }) => {
    const to = ['--complete-ref-type', ref.type, '--complete-ref', ref.uri ?? ref.name];
    const of = ['--complete-arg-name', argument.name, '--complete-arg-value', argument.value];
    return { completion: await mcpdo('prompts/complete', ...kept, ...to, ...of) };
  },
};
const callTool = ({ name: tool, arguments: given }) =>
  ask('tools/call', '--tool-name', tool, '--tool-args-json', JSON.stringify(given));
await mcpdo('connect', server, ...kept, '--transport', 'http', '--era', era);
try {
  const counts = await exercise(client, callTool);
  console.log(`ok   ${name} ${version(name)}, protocol ${expected}: ${counts}`);
} finally {
  await promisify(execFile)(process.execPath, [join(clients, 'mcpdo/build/mcp-bin.js'), 'daemon', 'stop'], { env });
}
