// The TypeScript SDK 2.x: asks what the server speaks and must end on the stateless protocol of 2026.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { prove } from './app.mjs';
import { server } from './owner.mjs';

await prove({
  name: '@modelcontextprotocol/client',
  protocol: '2026-07-28',
  newClient: () => new Client({ name: 'client-test', version: '1' }, { versionNegotiation: { mode: 'auto' } }),
  newTransport: (authProvider) => new StreamableHTTPClientTransport(new URL(server), { authProvider }),
  // The whole answer, so that the SDK compares `iss` too (RFC 9207).
  finishedBy: (callback) => callback.searchParams,
  protocolOf: (client) => client.getNegotiatedProtocolVersion(),
  callTool: (client, params, options) => client.callTool(params, options),
});
