import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { agentInput } from '../../src/operations/derive.ts';
import { operationNamed } from '../../src/operations/index.ts';
import { LOCAL_CALLER } from '../../src/safety/policy.ts';
import { preparedArguments } from '../../src/tools/prepared.ts';
import { type FormAnswer, FRESH_WORLD, HOSTS, type Host, type Session } from '../support/hosts.ts';
import { typedIn } from '../support/typed.ts';
import { did, environment, failedTo } from '../support/world.ts';

const EMPTY = [...FRESH_WORLD, '--world', 'empty'];
const NEWEST = HOSTS[2] as Host;
const typed = (message: string): FormAnswer => ({ action: 'accept', content: { name: typedIn(message) } });

async function opened(args: readonly string[], host = NEWEST, person?: Parameters<Host['connect']>[1]) {
  const session = await host.connect(args, person);
  onTestFinished(() => session.close());
  return session;
}

/** The ids of all environments, by name. */
async function idsIn(session: Session) {
  const { environments } = (await did(session, 'list_kx_environments')) as {
    environments: { environmentId: string; name: string }[];
  };
  return new Map(environments.map(({ environmentId, name }) => [name, environmentId]));
}

describe('the name of an environment in the place of its id', () => {
  let session: Session;
  let id: string;
  beforeAll(async () => {
    session = await NEWEST.connect(FRESH_WORLD);
    id = (await idsIn(session)).get('kdb-prod') ?? '';
  });
  afterAll(() => session.close());

  it.each([
    'get_kx_environment',
    'list_kx_clusters',
    'list_kx_databases',
    'list_kx_scaling_groups',
    'list_kx_users',
    'list_kx_volumes',
  ])('gives %s the same answer as the id, with the environment that was meant', async (tool) => {
    const byId = await did(session, tool, { environmentId: id });
    for (const name of ['kdb-prod', 'KDB-Prod']) {
      const { structuredContent, content } = await session.callTool({ name: tool, arguments: { environmentId: name } });
      const meant = { name: 'kdb-prod', environmentId: id };
      expect(structuredContent).toEqual({ ...byId, resolvedEnvironment: meant });
      expect(JSON.parse(content[0]?.text ?? '')).toEqual(structuredContent);
    }
  });

  it('is resolved in the arguments of a change that is previewed', async () => {
    const given = { environmentId: 'kdb-prod', volumeName: 'vol-fx' };
    const byName = await did(session, 'plan_change', { tool: 'delete_kx_volume', arguments: given });
    const byId = await did(session, 'plan_change', {
      tool: 'delete_kx_volume',
      arguments: { ...given, environmentId: id },
    });
    expect(byName).toEqual({ ...byId, resolvedEnvironment: { name: 'kdb-prod', environmentId: id } });
  });

  it('is resolved in a teardown that is previewed', async () => {
    const plan = { tool: 'tear_down_kx_environment', arguments: { environmentId: 'kdb-uat' } };
    expect(await did(session, 'plan_change', plan)).toMatchObject({
      target: { name: 'kdb-uat' },
      resolvedEnvironment: { name: 'kdb-uat' },
    });
  });

  it('is named with its id where the call fails', async () => {
    const wrong = { environmentId: 'kdb-prod', clusterName: 'no-such-one' };
    expect(await failedTo(session, 'get_kx_cluster', wrong)).toContain(
      `The environment "kdb-prod" has the id "${id}".`,
    );
  });

  it('that nothing has is refused with the one that was probably meant', async () => {
    for (const tool of ['list_kx_databases', 'list_kx_clusters', 'tear_down_kx_environment'])
      expect(await failedTo(session, tool, { environmentId: 'kdb-prd' })).toContain(
        `There is no kdb environment "kdb-prd"; did you mean "kdb-prod", whose id is "${id}"?`,
      );
  });
});

describe('a name that may mean several environments', () => {
  const renamed = async (session: Session, from: string, name: string) => {
    const environmentId = (await idsIn(session)).get(from) ?? '';
    await did(session, 'update_kx_environment', { environmentId, name });
    return environmentId;
  };

  it('is refused with the ids and dates of all, in every kind of tool', async () => {
    const session = await opened(FRESH_WORLD, NEWEST, typed);
    const ids = [await renamed(session, 'kdb-prod', 'Trading'), await renamed(session, 'kdb-uat', 'trading')];
    for (const tool of ['list_kx_clusters', 'delete_kx_environment', 'tear_down_kx_environment']) {
      const text = await failedTo(session, tool, { environmentId: 'TRADING' });
      expect(text).toContain('was not called');
      for (const id of ids) expect(text).toMatch(new RegExp(`"${id}" \\("[Tt]rading", created "\\d{4}-\\d\\d-\\d\\dT`));
    }
    const found = await failedTo(session, 'describe_kx_environment', { environment: 'TRADING' });
    for (const id of ids) expect(found).toContain(`"${id}"`);
  });

  it('is the id where it is one, so that nobody can take over an id by a name', async () => {
    const session = await opened(FRESH_WORLD);
    const environmentId = (await idsIn(session)).get('kdb-prod') ?? '';
    await renamed(session, 'kdb-uat', environmentId);
    const found = await did(session, 'get_kx_environment', { environmentId });
    expect(found).toMatchObject({ environmentId, name: 'kdb-prod' });
  });

  it('is refused where it is an id in another letter case', async () => {
    const session = await opened(FRESH_WORLD);
    const name = (await idsIn(session)).get('kdb-prod')?.toUpperCase() ?? '';
    await renamed(session, 'kdb-uat', name);
    expect(await failedTo(session, 'list_kx_clusters', { environmentId: name })).toContain(
      'is the name of one environment and the id of another',
    );
  });

  it('does not count environments that were deleted', async () => {
    const session = await opened(EMPTY, NEWEST, typed);
    const gone = await environment(session, 'trading');
    await did(session, 'delete_kx_environment', gone);
    const { environmentId } = await environment(session, 'trading');
    const answer = await did(session, 'list_kx_clusters', { environmentId: 'trading' });
    expect(answer).toMatchObject({ resolvedEnvironment: { environmentId } });
  });
});

describe('names that a caller may not resolve', () => {
  it('are those of environments outside of --environments, whose ids stay hidden', async () => {
    const ids = await idsIn(await opened(FRESH_WORLD));
    const [prod = '', uat = ''] = [ids.get('kdb-prod'), ids.get('kdb-uat')];
    const session = await opened([...FRESH_WORLD, '--environments', uat]);
    const answer = await did(session, 'list_kx_clusters', { environmentId: 'kdb-uat' });
    expect(answer).toMatchObject({ resolvedEnvironment: { environmentId: uat } });
    for (const tool of ['list_kx_clusters', 'list_kx_databases', 'delete_kx_environment'])
      expect(await failedTo(session, tool, { environmentId: 'kdb-prod' })).not.toContain(prod);
  });

  it('are all where environments are not listed for it', async () => {
    const session = await opened([...FRESH_WORLD, '--deny', 'list_kx_environments']);
    expect(await failedTo(session, 'list_kx_clusters', { environmentId: 'kdb-prod' })).toContain(
      'Names cannot be resolved here',
    );
  });
});

describe.each(HOSTS)('approval of a call by the name of its environment, through $name', (host) => {
  it('shows the name and the id, and counts for the call', async () => {
    const person = vi.fn(typed);
    const session = await opened(EMPTY, host, person);
    const { environmentId } = await environment(session, 'trading');
    const target = { environmentId: 'Trading', databaseName: 'trades' };
    await did(session, 'create_kx_database', target);
    await did(session, 'delete_kx_database', target);
    const [message = ''] = person.mock.calls[0] ?? [];
    expect(message).toContain('trading');
    expect(message).toContain(`environmentId: "${environmentId}"`);
    expect(await did(session, 'list_kx_databases', { environmentId })).toMatchObject({ kxDatabases: [] });
  });

  it('counts for nothing when the name means another environment by then', async () => {
    const ids: (string | undefined)[] = [];
    const session = await opened(FRESH_WORLD, host, async (message) => {
      if (!message.startsWith('DELETE')) return typed(message);
      await did(session, 'update_kx_environment', { environmentId: ids[0], name: 'former' });
      await did(session, 'update_kx_environment', { environmentId: ids[1], name: 'kdb-prod' });
      return typed(message);
    });
    const all = await idsIn(session);
    ids.push(all.get('kdb-prod'), all.get('kdb-uat'));
    for (const environmentId of ids) await did(session, 'create_kx_database', { environmentId, databaseName: 'extra' });
    const text = await failedTo(session, 'delete_kx_database', { environmentId: 'kdb-prod', databaseName: 'extra' });
    expect(text).toContain('did not run');
    const now = await idsIn(session);
    expect([now.get('former'), now.get('kdb-prod')]).toEqual(ids);
    for (const environmentId of ids)
      expect(await did(session, 'get_kx_database', { environmentId, databaseName: 'extra' })).toBeDefined();
  });
});

describe('the reads to resolve a name', () => {
  const listed = { environmentId: 'm5cnbg3l25pwsmzikb7kdj', name: 'trading', status: 'CREATED' };
  const prepare = async (given: Record<string, unknown>) => {
    const call = vi.fn(async () => ({ environments: [listed] }));
    const lookup = {
      environment: { call, restrictions: { deny: [] }, caller: LOCAL_CALLER },
      signal: new AbortController().signal,
    };
    const schema = agentInput(operationNamed('ListKxClusters'));
    return {
      prepared: await preparedArguments(lookup as never, schema, given, 'ListKxClusters'),
      reads: call.mock.calls.length,
    };
  };

  it('is one, for each call afresh', async () => {
    for (const _ of ['first', 'second'])
      expect(await prepare({ environmentId: 'trading' })).toMatchObject({
        prepared: { input: { environmentId: listed.environmentId } },
        reads: 1,
      });
  });

  it.each([
    ['an id', { environmentId: listed.environmentId }],
    ['other arguments that are wrong', { environmentId: 'trading', clusterType: 'BIG' }],
    ['a text that is no name', { environmentId: 'x'.repeat(100_000) }],
    ['a path', { environmentId: '../trading' }],
  ])('are none for %s', async (_, given) => {
    expect((await prepare(given)).reads).toBe(0);
  });
});
