// An authorization server on loopback: oidc-provider with its own pages for signing in. Prints its URL as the first line.
// argv: the scopes of the protected resource, and a client ID metadata document.
import { createServer } from 'node:http';

const [scope, document] = process.argv.slice(2);
const client = JSON.parse(document);

// A feature of Node 22, which oidc-provider expects.
URL.parse ??= (text, base) => (URL.canParse(text, base) ? new URL(text, base) : null);
const { Provider } = await import('oidc-provider');

const server = createServer((request, response) => handle(request, response));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;
const provider = new Provider(issuer, {
  scopes: ['openid', 'offline_access', ...scope.split(' ')],
  pkce: { required: () => true },
  // A client may request more scopes than it registered with; the sign-in of a person decides which it gets.
  extraClientMetadata: {
    properties: ['any_scope'],
    validator: (_context, _key, _value, metadata) => {
      delete metadata.scope;
    },
  },
  fetch: async (url, init) => (String(url) === client.client_id ? Response.json(client) : fetch(url, init)),
  features: {
    registration: { enabled: true },
    clientIdMetadataDocument: { enabled: true, ack: 'draft-02' },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => true,
      getResourceServerInfo: (_context, audience) => ({
        scope,
        audience,
        accessTokenFormat: 'jwt',
        accessTokenTTL: 300,
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
});
const handle = provider.callback();
console.log(issuer);
