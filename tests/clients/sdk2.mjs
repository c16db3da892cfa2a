// The TypeScript SDK 2.x: asks what the server speaks and must end on the stateless protocol of 2026.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { assert, connected, exercise, server, version } from './owner.mjs';

class Transport extends StreamableHTTPClientTransport {
  static takesCallback = true;
}

const { client } = await connected(
  () => new Client({ name: 'client-test', version: '1' }, { versionNegotiation: { mode: 'auto' } }),
  (authProvider) => new Transport(new URL(server), { authProvider }),
);
const protocol = client.getNegotiatedProtocolVersion();
assert(protocol === '2026-07-28', `unexpected protocol ${protocol}`);
const tools = await exercise(client);
await client.close();
console.log(`ok   @modelcontextprotocol/client ${version('@modelcontextprotocol/client')}, protocol ${protocol}: ${tools} tools`);
