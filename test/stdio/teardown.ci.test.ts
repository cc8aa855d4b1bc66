import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type FormAnswer, FRESH_WORLD, HOSTS, type Host, type Person } from '../support/hosts.ts';
import { did, failedTo } from '../support/session-calls.ts';
import { typedIn } from '../support/typed.ts';

const approve = (name: string): FormAnswer => ({ action: 'accept', content: { name } });

/** A demo world, and the environment in it that is to be deleted. */
async function uat(connect: Host['connect'], person: Person) {
  const session = await connect(FRESH_WORLD, person);
  const { environments } = (await did(session, 'list_kx_environments')) as {
    environments: { name: string; environmentId: string }[];
  };
  return { session, environmentId: environments.find(({ name }) => name === 'kdb-uat')?.environmentId as string };
}

describe.each(HOSTS)('a teardown through $name', ({ connect }) => {
  const begun = async (person: Person) => {
    const world = await uat(connect, person);
    onTestFinished(() => world.session.close());
    return world;
  };

  it('shows the whole plan, requests one approval, and removes everything in order', async () => {
    const person = vi.fn((message: string) => approve(typedIn(message)));
    const { session, environmentId } = await begun(person);
    const done = await did(session, 'tear_down_kx_environment', { environmentId });
    expect(done).toMatchObject({ finished: true, left: 0 });
    expect(person).toHaveBeenCalledTimes(1);
    const order = (done['entities'] as string[]).map((line) => line.split(' "')[0]);
    expect(order[0]).toBe('cluster');
    expect(order.at(-1)).toBe('kdb environment');
    expect(await did(session, 'get_kx_environment', { environmentId })).toMatchObject({ status: 'DELETED' });

    const { resources } = await session.listResources();
    const kits = resources.filter(({ uri }) => uri.startsWith('finspace://recovery/'));
    expect(kits).toHaveLength(1);
    const { contents } = await session.readResource({ uri: String(kits[0]?.uri) });
    const { create } = JSON.parse(contents[0]?.text ?? '') as { create: { tool: string }[] };
    expect(create[0]).toMatchObject({ tool: 'create_kx_environment' });
    expect(create.at(-1)?.tool).toMatch(/^(?:create_kx_cluster|tag_resource)$/);
  });

  it('removes only the named entities, and reports their dependents first', async () => {
    const { session, environmentId } = await begun((message) => approve(typedIn(message)));
    const text = await failedTo(session, 'tear_down_kx_environment', { environmentId, only: ['equities_sample'] });
    expect(text).toContain('hdb-uat');
    const done = await did(session, 'tear_down_kx_environment', {
      environmentId,
      only: ['equities_sample', 'hdb-uat'],
    });
    expect(done).toMatchObject({ finished: true, gone: 2 });
    expect(await did(session, 'list_kx_databases', { environmentId })).toMatchObject({ kxDatabases: [] });
  });
});

describe.each(HOSTS)('nothing is removed through $name', ({ connect }) => {
  let world: Awaited<ReturnType<typeof uat>>;
  let person: Person;
  beforeAll(async () => {
    world = await uat(connect, (message) => person(message));
  });
  afterAll(() => world?.session.close());

  it.each([
    ['kdb-uat', 'the name alone'],
    ['kdb-uat 36', 'the number of entities'],
  ])('for %j (%s)', async (typed) => {
    const { session, environmentId } = world;
    person = () => approve(typed);
    expect(await failedTo(session, 'tear_down_kx_environment', { environmentId })).toContain(
      'The person did not type exactly',
    );
    expect(await did(session, 'get_kx_environment', { environmentId })).toMatchObject({ status: 'CREATED' });
  });

  it('by a preview of the change, which requests no approval', async () => {
    const onApproval = vi.fn(() => approve('nothing'));
    person = onApproval;
    const { session, environmentId } = world;
    const preview = await did(session, 'plan_change', { tool: 'delete_kx_environment', arguments: { environmentId } });
    expect(preview).toMatchObject({ needsApproval: true, wouldRun: false, target: { name: 'kdb-uat' } });
    expect(JSON.stringify(preview)).toContain('hdb-uat');
    expect(onApproval).not.toHaveBeenCalled();
  });
});
