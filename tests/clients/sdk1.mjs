// The TypeScript SDK 1.x: its own discovery, registration, PKCE and token exchange; the handshake of 2025.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { prove } from './app.mjs';
import { server } from './owner.mjs';

await prove({
  name: '@modelcontextprotocol/sdk',
  protocol: '2025-11-25',
  newClient: () => new Client({ name: 'client-test', version: '1' }),
  newTransport: (authProvider) => new StreamableHTTPClientTransport(new URL(server), { authProvider }),
  finishedBy: (callback) => callback.searchParams.get('code'),
  protocolOf: (client) => client.transport.protocolVersion,
  callTool: (client, params, options) => client.callTool(params, undefined, options),
});
