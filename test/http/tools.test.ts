import { afterEach, describe, expect, it, vi } from 'vitest';
import type { FormAnswer } from '../support/hosts.ts';
import { createEnvironment, did, failedTo } from '../support/session-calls.ts';
import { closeAll, HTTP_HOSTS, product } from './support.ts';

afterEach(closeAll);

describe.each(HTTP_HOSTS)('over HTTP, $name', ({ connect }) => {
  it('lists the tools and calls them', async () => {
    const { url } = await product();
    const session = await connect(url);
    expect((await session.listTools()).tools.map(({ name }) => name)).toContain('get_kx_cluster');
    const { environmentId } = await createEnvironment(session);
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
    const { environmentId } = await createEnvironment(session);
    const target = { environmentId, databaseName: 'trades' };
    await did(session, 'create_kx_database', target);
    const result = await session.callTool({ name: 'delete_kx_database', arguments: target });
    expect(result.isError ?? false).toBe(!deleted);
    expect(person).toHaveBeenCalledTimes(1);
    const after = await session.callTool({ name: 'get_kx_database', arguments: target });
    expect(after.isError ?? false).toBe(deleted);
  });

  it('refuses a delete if no form can be shown', async () => {
    const { url } = await product();
    const session = await connect(url);
    const { environmentId } = await createEnvironment(session);
    await did(session, 'create_kx_database', { environmentId, databaseName: 'trades' });
    expect(await failedTo(session, 'delete_kx_database', { environmentId, databaseName: 'trades' })).toContain(
      'did not run',
    );
  });

  it('separates concurrent requests of many clients', async () => {
    const { url } = await product();
    const sessions = await Promise.all(Array.from({ length: 8 }, () => connect(url)));
    const first = sessions[0] as (typeof sessions)[0];
    const { environmentId } = await createEnvironment(first);
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
