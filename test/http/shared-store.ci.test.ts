import { randomBytes } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Subscribing, sharedWorld, subscribe } from '../resources/watchers.ts';
import { SKIPPED } from '../store/cluster.ts';
import { startStores, type TestStores } from '../store/shared-store.ts';
import { createEnvironment, did, KMS_KEY } from '../support/session-calls.ts';
import { tokens } from './people.ts';
import { closeAll, closing, HTTP_HOSTS, type HttpHost, modernBody, modernHeaders, post, product } from './support.ts';

afterEach(closeAll);

it.each([
  [{ store: 'postgres://127.0.0.1:1/x', state: '/tmp/w.db' }, '--store: needs --seal-keys'],
  [{ sealKeys: '/nonexistent' }, '--seal-keys: /nonexistent cannot be read'],
  [{ store: 'postgres://127.0.0.1:1/x', sealKeys: '/nonexistent' }, '--seal-keys: /nonexistent cannot be read'],
  [{ store: 'http://127.0.0.1:1' }, '--store: expects a URL such as postgres://user@host:5432/database'],
  [
    { store: 'postgres://h/d?sslmode=prefer' },
    '--store: sslmode: expects one of disable, require, verify-ca, verify-full',
  ],
  [{ store: 'postgres://h/d?ssl=true' }, '--store: has an unknown parameter; known are'],
])('refuses to start with %j', async (settings, message) => {
  await expect(product(settings)).rejects.toThrow(message);
});

it.each([0o604, 0o602, 0o644])('rejects a key file that every user of the machine can read (%i)', async (mode) => {
  const sealKeys = join(tokens({}).folder, 'keys');
  writeFileSync(sealKeys, `${randomBytes(32).toString('base64')}\n`);
  chmodSync(sealKeys, 0o640);
  await product({ sealKeys });
  chmodSync(sealKeys, mode);
  await expect(product({ sealKeys })).rejects.toThrow('--seal-keys: ');
});

describe.skipIf(SKIPPED !== '')(`replicas that share a store ${SKIPPED}`, { timeout: 120_000 }, () => {
  let stores: TestStores;
  beforeAll(async () => {
    stores = await startStores();
  }, 120_000);
  afterAll(() => stores.stop(), 120_000);

  it('notifies the subscribers of one replica of changes through another', async () => {
    const settings = { ...sharedWorld(), store: await stores.fresh(), sealKeys: stores.sealKeys };
    const [left, right] = [await product(settings), await product(settings)];
    const changing = await (HTTP_HOSTS[2] as HttpHost).connect(left.url);
    const { environmentId } = await createEnvironment(changing);
    const uri = `finspace://kx/environments/${environmentId}`;
    for (const [at, host] of HTTP_HOSTS.entries()) {
      const session = (await host.connect(right.url)) as Subscribing;
      const { heard } = await subscribe(session, host.name.includes('2026'), uri);
      let edits = 0;
      await expect
        .poll(async () => {
          edits += 1;
          await did(changing, 'update_kx_environment', { environmentId, description: `edit ${at} ${edits}` });
          return heard;
        })
        .toContain(`notifications/resources/updated ${uri}`);
    }
  });

  it("accepts an answer to another replica's form, and runs the call once", async () => {
    const settings = { store: await stores.fresh(), sealKeys: stores.sealKeys };
    const world = { state: `/tmp/finspace-mcp-fleet-${process.pid}-${Date.now()}/world.db` };
    const folder = world.state.slice(0, world.state.lastIndexOf('/'));
    const { rm } = await import('node:fs/promises');
    closing({ close: () => rm(folder, { recursive: true, force: true }) });
    const replicas = [
      await product({ ...settings, ...world, stateDir: `${folder}/a`, world: 'empty' }),
      await product({ ...settings, ...world, stateDir: `${folder}/b`, world: 'empty' }),
    ] as const;
    const call = async (at: 0 | 1, name: string, args: object, more: Record<string, unknown> = {}) => {
      const params = { name, arguments: args, ...more };
      const body = modernBody('tools/call', params);
      Object.assign(body.params._meta, { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } });
      const response = await post(replicas[at].url, body, modernHeaders('tools/call', params));
      return ((await response.json()) as { result: Record<string, unknown> }).result;
    };
    const made = await call(0, 'create_kx_environment', { name: 'shared', kmsKeyId: KMS_KEY });
    const { environmentId } = made['structuredContent'] as { environmentId: string };
    for (let flow = 0; flow < 10; flow += 1) {
      const target = { environmentId, databaseName: `db-${flow}` };
      await call(0, 'create_kx_database', target);
      const { requestState, resultType } = await call(0, 'delete_kx_database', target);
      expect(resultType).toBe('input_required');
      const answer = {
        requestState,
        inputResponses: { approval: { action: 'accept', content: { name: target.databaseName } } },
      };
      const results = await Promise.all(
        [1, 0, 1, 0].map((at) => call(at as 0 | 1, 'delete_kx_database', target, answer)),
      );
      expect(results.filter(({ isError }) => isError !== true)).toHaveLength(1);
    }
  });
});
