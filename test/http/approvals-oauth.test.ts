import { afterEach, describe, expect, it } from 'vitest';
import { typedIn } from '../support/typed.ts';
import { issuer } from './issuer.ts';
import { bearer, callTool, person, wordsIn } from './people.ts';
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

describe('a form that another token of the same user answers', () => {
  it('runs only what that token allows, also if the state of the target makes the call worse', async () => {
    let server: Running | undefined;
    const as = await issuer(() => (server as Running).url);
    server = await product({ world: 'demo', authIssuer: as.url });
    const { url } = server;
    const tokenFor = (scope: string) => as.token({ sub: 'ann', scope: `${scope} finspace:approve` });
    const [full, limited] = [await tokenFor('finspace:destroy'), await tokenFor('finspace:write')];
    const restart = (token: string, more = {}) => {
      const code = { s3Bucket: 'kdb-code', s3Key: 'rdb-9.zip' };
      const script = { initializationScript: 'rdb/start.q' };
      const args = { environment: 'kdb-prod', clusterName: 'rdb-futures', code, ...script };
      const headers = bearer(token);
      return callTool(url, 'update_kx_cluster_code_configuration', args, { headers, forms: true, more });
    };
    const { requestState, inputRequests } = await restart(full);
    const name = typedIn(inputRequests?.approval?.params.message ?? '');
    const answer = { requestState, inputResponses: { approval: { action: 'accept', content: { name } } } };
    const refused = await restart(limited, answer);
    expect([refused.isError, wordsIn(refused)]).toEqual([true, expect.stringContaining('finspace:destroy')]);
    expect((await restart(full, answer)).isError).toBeUndefined();
  });
});
