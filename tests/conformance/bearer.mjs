// Loaded into the suite, which knows no access tokens, before its own code: adds ours to every request that it sends to the
// server, and to no other. Node tells of each request of `fetch`, undici and node:http before its headers leave.
import { subscribe } from 'node:diagnostics_channel';

const { BEARER, BEARER_ORIGIN } = process.env;
const value = `Bearer ${BEARER}`;
const { host } = new URL(BEARER_ORIGIN);

subscribe('undici:request:create', ({ request }) => {
  if (request.origin === BEARER_ORIGIN) request.addHeader('authorization', value);
});
subscribe('http.client.request.created', ({ request }) => {
  if (request.getHeader('host') === host) request.setHeader('authorization', value);
});
