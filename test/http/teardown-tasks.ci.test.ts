import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openPostgres } from '../../src/store/postgres/index.ts';
import { SKIPPED } from '../store/cluster.ts';
import { databaseIn, startStores, type TestStores } from '../store/shared-store.ts';
import { typedIn } from '../support/typed.ts';
import { issuer } from './issuer.ts';
import { bearer, tokens } from './people.ts';
import { startReplica } from './replica.ts';
import { closeAll, modernBody, modernHeaders, post, product, type Running } from './support.ts';

afterEach(closeAll);

const CAPABILITIES = { elicitation: { form: {} }, extensions: { 'io.modelcontextprotocol/tasks': {} } };
const METHODS = ['tasks/get', 'tasks/update', 'tasks/cancel'];
const NO_TASK = { code: -32602, message: 'There is no task with that id.' };
const TOOL = 'tear_down_kx_environment';

type Members = Readonly<Record<string, unknown>>;

/** Sends a request of 2026-07-28 from a client that supports tasks and forms. */
async function sent(url: string, token: string, method: string, params: Record<string, unknown>) {
  const body = modernBody(method, params);
  Object.assign(body.params._meta, { 'io.modelcontextprotocol/clientCapabilities': CAPABILITIES });
  const name = typeof params['taskId'] === 'string' ? { 'mcp-name': params['taskId'] } : {};
  const response = await post(url, body, { ...modernHeaders(method, params), ...name, ...bearer(token) });
  return (await response.json()) as { result: Members; error?: object };
}

/** Begins a teardown, whose approval is typed into the form. */
async function begun(url: string, token: string, given: object): Promise<string> {
  const call = { name: TOOL, arguments: given };
  const { inputRequests, requestState } = (await sent(url, token, 'tools/call', call)).result;
  const { approval } = inputRequests as { approval: { params: { message: string } } };
  const answer = { action: 'accept', content: { name: typedIn(approval.params.message) } };
  const more = { requestState, inputResponses: { approval: answer } };
  const { result } = await sent(url, token, 'tools/call', { ...call, ...more });
  expect(result).toMatchObject({ resultType: 'task', status: 'working' });
  return String(result['taskId']);
}

const get = async (url: string, token: string, taskId: string) =>
  (await sent(url, token, 'tasks/get', { taskId })).result;
const contentOf = (task: Members) => (task['result'] as Members)['structuredContent'];

describe('the task of a teardown over HTTP', () => {
  const UAT = { environmentId: 'kdb-uat' };

  it('belongs to its caller: another cannot read, update or cancel it', async () => {
    const { file, ann, bob } = tokens({
      ann: ['finspace:destroy', 'finspace:approve'],
      bob: ['finspace:destroy', 'finspace:approve'],
    });
    const { url } = await product({ world: 'demo', lifecycle: 'realistic', authTokens: file });
    const taskId = await begun(url, ann, UAT);
    for (const method of METHODS) expect((await sent(url, bob, method, { taskId })).error).toEqual(NO_TASK);
    expect(await get(url, ann, taskId)).toMatchObject({ taskId, status: 'working' });
  });

  it('belongs to the user of an issuer, whichever of their tokens comes', async () => {
    let server: Running | undefined;
    const as = await issuer(() => (server as Running).url);
    server = await product({ world: 'demo', lifecycle: 'realistic', authIssuer: as.url });
    const { url } = server;
    const scope = 'finspace:destroy finspace:approve';
    const taskId = await begun(url, await as.token({ sub: 'ann', scope }), UAT);
    const bob = await as.token({ sub: 'bob', scope });
    for (const method of METHODS) expect((await sent(url, bob, method, { taskId })).error).toEqual(NO_TASK);
    const later = await as.token({ sub: 'ann', scope: 'finspace:read', jti: 'later' });
    expect(await get(url, later, taskId)).toMatchObject({ taskId, status: 'working' });
  });

  it.each(METHODS)('does not exist for %s if its id was made up', async (method) => {
    const { file, ann } = tokens({ ann: ['finspace:read'] });
    const { url } = await product({ world: 'demo', authTokens: file });
    for (const taskId of ['0f5c0c4e-7f38-4a2b-9d3e-2f0c9a7d1b11', "' OR 1=1 --", 'x'.repeat(5_000)])
      expect((await sent(url, ann, method, { taskId })).error).toEqual(NO_TASK);
  });
});

describe.skipIf(SKIPPED !== '')(`the task of a teardown on replicas ${SKIPPED}`, { timeout: 300_000 }, () => {
  let stores: TestStores;
  beforeAll(async () => {
    stores = await startStores();
  }, 120_000);
  afterAll(() => stores.stop(), 120_000);

  /** Two replicas, on the first of which a teardown has removed a part and waits. */
  async function pair() {
    const { file, folder, ann } = tokens({ ann: ['finspace:destroy', 'finspace:approve'] });
    const store = await stores.fresh();
    const shared = [
      ...['--store', store, '--seal-keys', stores.sealKeys, '--auth-tokens', file],
      ...['--state', join(folder, 'world.db'), '--world', 'demo', '--lifecycle', 'realistic'],
    ];
    const start = (name: string) => startReplica([...shared, '--state-dir', join(folder, name)]);
    const [first, second] = [await start('a'), await start('b')];
    const taskId = await begun(first.url, ann, { environmentId: 'kdb-prod' });
    await expect
      .poll(async () => (await get(second.url, ann, taskId))['statusMessage'])
      .toMatch(/^Requested \d+ of 36 deletions\. .+ waits for /);
    /** The accepted deletions in the journal. */
    const deletions = async () => {
      const own = await openPostgres(store, { stateDir: folder, serves: false, onerror: () => {} });
      const entries = await own.journal.entries();
      await own.close();
      return entries.filter((entry) => entry.kind === 'outcome' && entry.result === 'succeeded').length;
    };
    const query = (text: string) => stores.cluster.query(databaseIn(store), text);
    return { first, second, taskId, deletions, query, ann, of: () => get(second.url, ann, taskId) };
  }

  it('is cancelled through any of them', async () => {
    const { second, taskId, deletions, ann, of } = await pair();
    expect(await sent(second.url, ann, 'tasks/cancel', { taskId })).toMatchObject({ result: {} });
    await expect.poll(async () => (await of())['status']).toBe('cancelled');
    expect((await of())['statusMessage']).toContain(`Requested ${await deletions()} of `);
  });

  it('has stopped for all of them when its own is stopped', async () => {
    const { first, deletions, of } = await pair();
    first.child.kill('SIGTERM');
    await first.ended;
    expect(contentOf(await of())).toMatchObject({
      ...{ finished: false, why: 'The server was stopped.', requested: await deletions() },
      left: 36 - (await deletions()),
    });
  });

  it('is interrupted for all of them when its own was killed', async () => {
    const { first, deletions, query, of } = await pair();
    await first.kill();
    expect(await of()).toMatchObject({ status: 'working' });
    await query('UPDATE finspace_mcp.tasks SET updated = updated - 30001');
    expect(contentOf(await of())).toMatchObject({
      ...{ finished: false, requested: await deletions(), left: 36 - (await deletions()) },
      why: 'The server that ran this task has ended, or was out of reach.',
    });
  });
});
