import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { environmentIds } from '../support/environment-ids.ts';
import { type FormAnswer, FRESH_WORLD, HOSTS, type Host } from '../support/hosts.ts';
import { createEnvironment, did, failedTo } from '../support/session-calls.ts';
import { typedIn } from '../support/typed.ts';

const typed = (message: string): FormAnswer => ({ action: 'accept', content: { name: typedIn(message) } });

async function opened(args: readonly string[], host: Host, person: Parameters<Host['connect']>[1]) {
  const session = await host.connect(args, person);
  onTestFinished(() => session.close());
  return session;
}

describe.each(HOSTS)('approval of a call by the name of its environment, through $name', (host) => {
  it('shows the name and the id, and counts for the call', async () => {
    const person = vi.fn(typed);
    const session = await opened([...FRESH_WORLD, '--world', 'empty'], host, person);
    const { environmentId } = await createEnvironment(session, 'trading');
    const target = { environmentId: 'Trading', databaseName: 'trades' };
    await did(session, 'create_kx_database', target);
    await did(session, 'delete_kx_database', target);
    const [message = ''] = person.mock.calls[0] ?? [];
    expect(message).toContain('trading');
    expect(message).toContain(`environmentId: "${environmentId}"`);
    expect(await did(session, 'list_kx_databases', { environmentId })).toMatchObject({ kxDatabases: [] });
  });

  it('is void if the name now belongs to another environment', async () => {
    const ids: (string | undefined)[] = [];
    const session = await opened(FRESH_WORLD, host, async (message) => {
      if (!message.startsWith('DELETE')) return typed(message);
      await did(session, 'update_kx_environment', { environmentId: ids[0], name: 'former' });
      await did(session, 'update_kx_environment', { environmentId: ids[1], name: 'kdb-prod' });
      return typed(message);
    });
    const all = await environmentIds(session);
    ids.push(all.get('kdb-prod'), all.get('kdb-uat'));
    for (const environmentId of ids) await did(session, 'create_kx_database', { environmentId, databaseName: 'extra' });
    const text = await failedTo(session, 'delete_kx_database', { environmentId: 'kdb-prod', databaseName: 'extra' });
    expect(text).toContain('did not run');
    const now = await environmentIds(session);
    expect([now.get('former'), now.get('kdb-prod')]).toEqual(ids);
    for (const environmentId of ids)
      expect(await did(session, 'get_kx_database', { environmentId, databaseName: 'extra' })).toBeDefined();
  });
});
