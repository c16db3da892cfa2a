// The TypeScript SDK 1.x: its own discovery, registration, PKCE and token exchange; the handshake of 2025.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { assert, connected, exercise, server, version } from './owner.mjs';

const { client } = await connected(
  () => new Client({ name: 'client-test', version: '1' }),
  (authProvider) => new StreamableHTTPClientTransport(new URL(server), { authProvider }),
);
const protocol = client.transport.protocolVersion;
assert(/^2025-/.test(protocol), `unexpected protocol ${protocol}`);
const tools = await exercise(client);
await client.close();
console.log(`ok   @modelcontextprotocol/sdk ${version('@modelcontextprotocol/sdk')}, protocol ${protocol}: ${tools} tools`);
