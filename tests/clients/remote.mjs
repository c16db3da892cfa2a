// mcp-remote, the bridge for hosts that only start local servers: it signs in with a browser and a loopback listener of its own,
// and a client on its standard input and output uses it. Its argument says which protocol it speaks with the server.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { exercise } from './exercise.mjs';
import { assert, server, version } from './owner.mjs';

const modern = 'Remote server speaks MCP 2026-07-28';
const mode = process.argv[2];
const transport = new StdioClientTransport({
  command: process.execPath,
  args: [new URL('node_modules/mcp-remote/dist/proxy.js', import.meta.url).pathname, server, '--protocol', mode],
  env: process.env,
  stderr: 'pipe',
});
let log = '';
let protocol;
transport.stderr.on('data', (chunk) => (log += chunk));
const client = new Client({ name: 'client-test', version: '1' });
try {
  // What the bridge agreed with the client, which is what it agreed with the server unless it says otherwise.
  transport.setProtocolVersion = (agreed) => (protocol = agreed);
  await client.connect(transport);
  if (log.includes(modern)) protocol = '2026-07-28';
  assert(protocol === (mode === 'auto' ? '2026-07-28' : '2025-11-25'), `${protocol} was negotiated`);
  // Read off the wire: the SDK loses a notification that comes in one chunk with the answer to the call.
  let onprogress;
  const onmessage = transport.onmessage;
  transport.onmessage = (message) => {
    if (message.method === 'notifications/progress') onprogress?.(message.params);
    onmessage(message);
  };
  const counts = await exercise(client, (params, options) => {
    ({ onprogress } = options ?? {});
    return client.callTool(params, undefined, options && { onprogress: () => {} });
  });
  console.log(`ok   mcp-remote ${version('mcp-remote')}, protocol ${protocol}: ${counts}`);
} catch (error) {
  console.error(log);
  throw error;
} finally {
  await client.close();
}
