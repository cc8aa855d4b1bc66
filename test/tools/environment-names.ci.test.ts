import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { agentInput } from '../../src/operations/derive.ts';
import { operationNamed } from '../../src/operations/index.ts';
import { LOCAL_CALLER } from '../../src/safety/policy.ts';
import { prepareArguments } from '../../src/tools/prepare-arguments.ts';
import { environmentIds } from '../support/environment-ids.ts';
import { type FormAnswer, FRESH_WORLD, HOSTS, type Host, type Session } from '../support/hosts.ts';
import { createEnvironment, did, failedTo } from '../support/session-calls.ts';
import { typedIn } from '../support/typed.ts';

const NEWEST = HOSTS[2] as Host;
const typed = (message: string): FormAnswer => ({ action: 'accept', content: { name: typedIn(message) } });

async function opened(args: readonly string[]) {
  const session = await NEWEST.connect(args);
  onTestFinished(() => session.close());
  return session;
}

describe('the name of an environment instead of its id', () => {
  let session: Session;
  let id: string;
  beforeAll(async () => {
    session = await NEWEST.connect(FRESH_WORLD);
    id = (await environmentIds(session)).get('kdb-prod') ?? '';
  });
  afterAll(() => session.close());

  it.each([
    'get_kx_environment',
    'list_kx_clusters',
    'list_kx_databases',
    'list_kx_scaling_groups',
    'list_kx_users',
    'list_kx_volumes',
  ])('gives %s the same answer as the id, and shows the environment', async (tool) => {
    const byId = await did(session, tool, { environmentId: id });
    for (const name of ['kdb-prod', 'KDB-Prod']) {
      const { structuredContent, content } = await session.callTool({ name: tool, arguments: { environmentId: name } });
      const meant = { name: 'kdb-prod', environmentId: id };
      expect(structuredContent).toEqual({ ...byId, resolvedEnvironment: meant });
      expect(JSON.parse(content[0]?.text ?? '')).toEqual(structuredContent);
    }
  });

  it('is resolved in the arguments of a previewed change', async () => {
    const given = { environmentId: 'kdb-prod', volumeName: 'vol-fx' };
    const byName = await did(session, 'plan_change', { tool: 'delete_kx_volume', arguments: given });
    const byId = await did(session, 'plan_change', {
      tool: 'delete_kx_volume',
      arguments: { ...given, environmentId: id },
    });
    expect(byName).toEqual({ ...byId, resolvedEnvironment: { name: 'kdb-prod', environmentId: id } });
  });

  it('is resolved in a previewed teardown', async () => {
    const plan = { tool: 'tear_down_kx_environment', arguments: { environmentId: 'kdb-uat' } };
    expect(await did(session, 'plan_change', plan)).toMatchObject({
      target: { name: 'kdb-uat' },
      resolvedEnvironment: { name: 'kdb-uat' },
    });
  });

  it('is shown with its id if the call fails', async () => {
    const wrong = { environmentId: 'kdb-prod', clusterName: 'no-such-one' };
    expect(await failedTo(session, 'get_kx_cluster', wrong)).toContain(
      `The environment "kdb-prod" has the id "${id}".`,
    );
  });

  it('is rejected with a suggestion if no environment has it', async () => {
    for (const [tool, more] of [
      ['list_kx_databases', {}],
      ['list_kx_clusters', {}],
      ['create_kx_database', { databaseName: 'trades' }],
    ] as const)
      expect(await failedTo(session, tool, { environmentId: 'kdb-prd', ...more })).toContain(
        `There is no kdb environment "kdb-prd"; did you mean "kdb-prod", whose id is "${id}"?`,
      );
  });

  it('is rejected without a suggestion by tools that delete, which list environments instead', async () => {
    const given = { environmentId: 'kdb-prd' };
    const preview = (tool: string) => failedTo(session, 'plan_change', { tool, arguments: given });
    for (const text of [
      await failedTo(session, 'tear_down_kx_environment', given),
      await failedTo(session, 'delete_kx_environment', given),
      await preview('tear_down_kx_environment'),
      await preview('delete_kx_environment'),
    ]) {
      expect(text).toContain('There is no kdb environment "kdb-prd". Existing ones: "');
      expect(text).toContain(`"kdb-prod", whose id is "${id}"; "`);
      expect(text).not.toContain('did you mean');
    }
  });
});

describe('an ambiguous environment name', () => {
  let session: Session;
  beforeAll(async () => {
    session = await NEWEST.connect(FRESH_WORLD, typed);
  });
  afterAll(() => session.close());

  const made = async (name: string) => (await createEnvironment(session, name)).environmentId;
  const renamed = (environmentId: string, name: string) =>
    did(session, 'update_kx_environment', { environmentId, name });

  it('is rejected with the ids and dates of all candidates, in every kind of tool', async () => {
    const ids = [await made('Trading'), await made('rates')];
    await renamed(ids[1] as string, 'trading');
    for (const tool of ['list_kx_clusters', 'delete_kx_environment', 'tear_down_kx_environment']) {
      const text = await failedTo(session, tool, { environmentId: 'TRADING' });
      expect(text).toContain('was not called');
      for (const id of ids) expect(text).toMatch(new RegExp(`"${id}" \\("[Tt]rading", created "\\d{4}-\\d\\d-\\d\\dT`));
    }
    const found = await failedTo(session, 'describe_kx_environment', { environment: 'TRADING' });
    for (const id of ids) expect(found).toContain(`"${id}"`);
  });

  it('counts as an id if it is one, so that a name cannot hijack an id', async () => {
    const environmentId = await made('owner');
    await renamed(await made('impostor'), environmentId);
    const found = await did(session, 'get_kx_environment', { environmentId });
    expect(found).toMatchObject({ environmentId, name: 'owner' });
  });

  it('is rejected if it is an id in another letter case', async () => {
    const name = (await made('shouted')).toUpperCase();
    await renamed(await made('shouting'), name);
    expect(await failedTo(session, 'list_kx_clusters', { environmentId: name })).toContain(
      'is the name of one environment and the id of another',
    );
  });

  it('does not count deleted environments', async () => {
    await did(session, 'delete_kx_environment', { environmentId: await made('fleeting') });
    const environmentId = await made('fleeting');
    const answer = await did(session, 'list_kx_clusters', { environmentId: 'fleeting' });
    expect(answer).toMatchObject({ resolvedEnvironment: { environmentId } });
  });
});

describe('names that a caller may not resolve', () => {
  it('include those of environments outside --environments, whose ids stay hidden', async () => {
    const ids = await environmentIds(await opened(FRESH_WORLD));
    const [prod = '', uat = ''] = [ids.get('kdb-prod'), ids.get('kdb-uat')];
    const session = await opened([...FRESH_WORLD, '--environments', uat]);
    const answer = await did(session, 'list_kx_clusters', { environmentId: 'kdb-uat' });
    expect(answer).toMatchObject({ resolvedEnvironment: { environmentId: uat } });
    for (const tool of ['list_kx_clusters', 'list_kx_databases', 'delete_kx_environment'])
      expect(await failedTo(session, tool, { environmentId: 'kdb-prod' })).not.toContain(prod);
  });

  it('include all if the caller cannot list environments', async () => {
    const session = await opened([...FRESH_WORLD, '--deny', 'list_kx_environments']);
    expect(await failedTo(session, 'list_kx_clusters', { environmentId: 'kdb-prod' })).toContain(
      'Names cannot be resolved here',
    );
  });
});

describe('names that cannot be resolved because the service fails', () => {
  it.each([
    ['list_kx_clusters', {}, 'list_kx_clusters failed with InternalServerException (HTTP 500) in ListKxEnvironments'],
    ['delete_kx_cluster', { clusterName: 'hdb-fx' }, 'in ListKxEnvironments: "Out of order"\nNothing was changed.'],
    ['tear_down_kx_environment', {}, 'in ListKxEnvironments: "Out of order"\nNothing was changed.'],
  ])('show the cause to %s, and not that its arguments are wrong', async (tool, given, says) => {
    const folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-names-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const faults = join(folder, 'faults.json');
    const rule = { operation: 'ListKxEnvironments', error: 'InternalServer', message: 'Out of order' };
    writeFileSync(faults, JSON.stringify({ rules: [rule] }));
    const session = await opened([...FRESH_WORLD, '--faults', faults, '--max-attempts', '1']);
    const text = await failedTo(session, tool, { environmentId: 'kdb-prod', ...given });
    expect(text).toContain(says);
    expect(text).not.toContain('arguments');
  });
});

describe('the reads that resolve a name', () => {
  const listed = { environmentId: 'm5cnbg3l25pwsmzikb7kdj', name: 'trading', status: 'CREATED' };
  const prepare = async (given: Record<string, unknown>) => {
    const call = vi.fn(async () => ({ environments: [listed] }));
    const lookup = {
      deps: { call, restrictions: { deny: [] }, caller: LOCAL_CALLER },
      signal: new AbortController().signal,
    };
    const schema = agentInput(operationNamed('ListKxClusters'));
    return {
      prepared: await prepareArguments(lookup as never, schema, given, 'ListKxClusters'),
      reads: call.mock.calls.length,
    };
  };

  it('are limited to one for each call, never cached', async () => {
    for (const _ of ['first', 'second'])
      expect(await prepare({ environmentId: 'trading' })).toMatchObject({
        prepared: { input: { environmentId: listed.environmentId } },
        reads: 1,
      });
  });

  it.each([
    ['an id', { environmentId: listed.environmentId }],
    ['other arguments that are wrong', { environmentId: 'trading', clusterType: 'BIG' }],
    ['a text that is not a name', { environmentId: 'x'.repeat(100_000) }],
    ['a path', { environmentId: '../trading' }],
  ])('are not made for %s', async (_, given) => {
    expect((await prepare(given)).reads).toBe(0);
  });
});
