import { afterEach, expect, it } from 'vitest';
import { issuer } from './issuer.ts';
import { bearer } from './people.ts';
import { closeAll, modern, product, type Running } from './support.ts';

afterEach(closeAll);

it('a token is verified again when the clock was set back', async () => {
  const began = Date.now();
  let now = began;
  let server: Running | undefined;
  const as = await issuer(() => (server as Running).url);
  server = await product({ authIssuer: as.url }, { now: () => now });
  const { url } = server;
  const seconds = Math.floor(began / 1_000);
  const headers = bearer(await as.token({ scope: 'finspace:read', nbf: seconds, exp: seconds + 86_400 }));
  const status = async () => (await modern(url, 'tools/list', {}, headers)).status;
  expect(await status()).toBe(200);
  now = began - 3_600_000;
  expect(await status()).toBe(401);
});
