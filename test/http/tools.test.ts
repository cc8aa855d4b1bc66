import { afterEach, describe, expect, it, vi } from 'vitest';
import type { FormAnswer } from '../support/hosts.ts';
import { typedIn } from '../support/typed.ts';
import { did, environment, failedTo } from '../support/world.ts';
import { closeAll, HTTP_HOSTS, product } from './support.ts';

afterEach(closeAll);

describe.each(HTTP_HOSTS)('over HTTP, $name', ({ connect }) => {
  it('lists the tools and calls them', async () => {
    const { url } = await product();
    const session = await connect(url);
    expect((await session.listTools()).tools.map(({ name }) => name)).toContain('get_kx_cluster');
    const { environmentId } = await environment(session);
    expect(await did(session, 'get_kx_environment', { environmentId })).toMatchObject({ name: 'trading' });
    expect((await session.listPrompts()).prompts.length).toBeGreaterThan(0);
  });

  it.each<[string, FormAnswer, boolean]>([
    ['types the name', { action: 'accept', content: { name: 'trades' } }, true],
    ['types another name', { action: 'accept', content: { name: 'quotes' } }, false],
    ['declines', { action: 'decline' }, false],
  ])('shows a form before a delete, and the person %s', async (_, answer, deleted) => {
    const { url } = await product();
    const person = vi.fn(() => answer);
    const session = await connect(url, { person });
    const { environmentId } = await environment(session);
    const target = { environmentId, databaseName: 'trades' };
    await did(session, 'create_kx_database', target);
    const result = await session.callTool({ name: 'delete_kx_database', arguments: target });
    expect(result.isError ?? false).toBe(!deleted);
    expect(person).toHaveBeenCalledTimes(1);
    const after = await session.callTool({ name: 'get_kx_database', arguments: target });
    expect(after.isError ?? false).toBe(deleted);
  });

  it('refuses a delete where no form can be shown', async () => {
    const { url } = await product();
    const session = await connect(url);
    const { environmentId } = await environment(session);
    await did(session, 'create_kx_database', { environmentId, databaseName: 'trades' });
    expect(await failedTo(session, 'delete_kx_database', { environmentId, databaseName: 'trades' })).toContain(
      'did not run',
    );
  });

  it('lets two people approve, whatever a headless client beside them answers by itself', async () => {
    const { url } = await product();
    const headless = await connect(url, { client: 'headless', person: () => ({ action: 'cancel' }) });
    const typing = (message: string): FormAnswer => ({ action: 'accept', content: { name: typedIn(message) } });
    const [ann, ben] = [
      await connect(url, { client: 'ann', person: typing }),
      await connect(url, { client: 'ben', person: typing }),
    ];
    const { environmentId } = await environment(ann);
    for (let round = 0; round < 4; round += 1) {
      for (const person of [ann, ben]) {
        const target = { environmentId, databaseName: 'trades' };
        await did(person, 'create_kx_database', target);
        for (let times = 0; times < 3; times += 1)
          expect(await failedTo(headless, 'delete_kx_database', target)).toContain('did not run');
        await did(person, 'delete_kx_database', target);
      }
    }
  });

  it('tears a whole environment down after one form', async () => {
    const { url } = await product({ world: 'demo' });
    const person = vi.fn((message: string): FormAnswer => {
      return { action: 'accept', content: { name: typedIn(message) } };
    });
    const session = await connect(url, { person });
    const { environments } = await did(session, 'list_kx_environments');
    const { environmentId } = (environments as Record<string, string>[]).find(({ name }) => name === 'kdb-uat') ?? {};
    expect(await did(session, 'tear_down_kx_environment', { environmentId })).toMatchObject({
      finished: true,
      left: 0,
    });
    expect(person).toHaveBeenCalledTimes(1);
    expect(await did(session, 'get_kx_environment', { environmentId })).toMatchObject({ status: 'DELETED' });
  });

  it('keeps apart what many clients ask at once', async () => {
    const { url } = await product();
    const sessions = await Promise.all(Array.from({ length: 8 }, () => connect(url)));
    const first = sessions[0] as (typeof sessions)[0];
    const { environmentId } = await environment(first);
    const names = Array.from({ length: 40 }, (_, at) => `db-${at}`);
    await Promise.all(names.map((databaseName) => did(first, 'create_kx_database', { environmentId, databaseName })));
    const found = await Promise.all(
      names.map((databaseName, at) =>
        did(sessions[at % sessions.length] as typeof first, 'get_kx_database', { environmentId, databaseName }),
      ),
    );
    expect(found.map(({ databaseName }) => databaseName)).toEqual(names);
  });
});
