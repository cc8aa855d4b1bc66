import { afterEach, describe, expect, it } from 'vitest';
import { issuer } from './issuer.ts';
import { person } from './people.ts';
import { closeAll, product, type Running } from './support.ts';

afterEach(closeAll);

describe('a token of an issuer at the approval page', () => {
  async function served() {
    let server: Running | undefined;
    const as = await issuer(() => (server as Running).url);
    server = await product({ authIssuer: as.url });
    return { server, as, someone: person(server.url) };
  }
  const APPROVER = { sub: 'ann', scope: 'finspace:approve' };

  it('signs in if it is for the endpoint or the page, and not otherwise', async () => {
    const { server, as, someone } = await served();
    const { origin } = new URL(server.url);
    for (const [claims, status] of [
      [{}, 200],
      [{ aud: `${origin}/approvals` }, 200],
      [{ aud: `${origin}/metrics` }, 403],
      [{ scope: 'finspace:destroy finspace:secrets' }, 403],
      [{ exp: Math.floor(Date.now() / 1_000) - 60 }, 403],
      [{ iss: 'https://other.example' }, 403],
    ] as const)
      expect((await someone.signIn(await as.token({ ...APPROVER, ...claims }))).status).toBe(status);
    expect((await someone.signIn(await as.token(APPROVER, { alg: 'none' }))).status).toBe(403);
  });

  it('keeps a person signed in only while it is valid', async () => {
    const { as, someone } = await served();
    const exp = Math.floor(Date.now() / 1_000) + 120;
    const answer = await someone.submit('/approvals/sign-in', {
      'approver-token': await as.token({ ...APPROVER, exp }),
    });
    expect(Number(/Max-Age=(\d+)/.exec(answer.headers.get('set-cookie') ?? '')?.[1])).toBeLessThanOrEqual(120);
  });
});
