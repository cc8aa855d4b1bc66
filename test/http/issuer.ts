import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { closing } from './support.ts';

export interface TestIssuer {
  readonly url: string;
  /** Signs a token; claims set to undefined are left out, and so is the id of the key if it is null. */
  token(claims?: JWTPayload, options?: { alg?: string; foreignKey?: boolean; kid?: string | null }): Promise<string>;
  /** Also publishes the foreign key, under this name, before its own. */
  rotate(kid: string): Promise<void>;
  /** Publishes no more keys than the one under this name. */
  revokeAllBut(kid: string): void;
  /** Answers every request with 503, or no longer. */
  outage(isOut: boolean): void;
  /** Publishes these members of its metadata in place of the true ones. */
  publish(metadata: { readonly issuer?: string; readonly jwks_uri?: string }): void;
}

const keyPair = generateKeyPair('ES256');
const foreignPair = generateKeyPair('ES256');

/** An authorization server on loopback: its metadata, its keys, and tokens that it signs. */
export async function issuer(audience: () => string | string[]): Promise<TestIssuer> {
  const { publicKey, privateKey } = await keyPair;
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }];
  let isOut = false;
  let published = {};
  const server = createServer((request, response) => {
    const documents: Record<string, object> = {
      '/.well-known/oauth-authorization-server': { issuer: url, jwks_uri: `${url}/keys`, ...published },
      '/keys': { keys },
    };
    const found = isOut ? undefined : documents[request.url ?? ''];
    response.writeHead(found === undefined ? (isOut ? 503 : 404) : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(found ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  closing({
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  });
  return {
    url,
    token: async (claims = {}, { alg = 'ES256', foreignKey = false, kid = 'k1' } = {}) => {
      const now = Math.floor(Date.now() / 1_000);
      const payload = { iss: url, aud: audience(), sub: 'alice', iat: now, exp: now + 300, scope: '', ...claims };
      if (alg === 'none') return new UnsecuredJWT(payload).encode();
      if (alg === 'HS256')
        return new SignJWT(payload).setProtectedHeader({ alg, kid: 'k1' }).sign(Buffer.from(JSON.stringify(keys[0])));
      return new SignJWT(payload)
        .setProtectedHeader({ alg, ...(kid !== null && { kid }) })
        .sign(foreignKey ? (await foreignPair).privateKey : privateKey);
    },
    rotate: async (kid) =>
      void keys.unshift({ ...(await exportJWK((await foreignPair).publicKey)), kid, alg: 'ES256', use: 'sig' }),
    revokeAllBut: (kid) => void keys.splice(0, keys.length, ...keys.filter((key) => key.kid === kid)),
    outage: (now) => {
      isOut = now;
    },
    publish: (metadata) => {
      published = metadata;
    },
  };
}
