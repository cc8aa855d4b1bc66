import { afterEach, describe, expect, it, vi } from 'vitest';
import { type FormAnswer, FRESH_WORLD, HOSTS, type Person, type Session } from '../support/hosts.ts';
import { did, environment, failedTo } from '../support/world.ts';

const EMPTY = [...FRESH_WORLD, '--world', 'empty'];
const approve = (name: string): FormAnswer => ({ action: 'accept', content: { name } });

describe.each(HOSTS)('approval through $name', ({ connect }) => {
  let session: Session | undefined;
  afterEach(() => session?.close());

  const withDatabase = async (person?: Person) => {
    session = await connect(EMPTY, person);
    const { environmentId } = await environment(session);
    await did(session, 'create_kx_database', { environmentId, databaseName: 'trades' });
    return { session, environmentId, target: { environmentId, databaseName: 'trades' } };
  };

  it('deletes after a person typed the name, having shown what and where', async () => {
    const person = vi.fn(() => approve('trades'));
    const { session, environmentId, target } = await withDatabase(person);
    await did(session, 'delete_kx_database', target);
    expect(await failedTo(session, 'get_kx_database', target)).toContain('ResourceNotFoundException');
    expect(person).toHaveBeenCalledTimes(1);
    const [message = ''] = person.mock.calls[0] as unknown as [string];
    expect(message.split('\n')[0]).toBe('DELETE database "trades"');
    expect(message).toContain(`environmentId: "${environmentId}"`);
    expect(message).toContain('region: "us-east-1"');
    expect(message).toContain('cannot be undone');
  });

  it.each<[string, FormAnswer, string]>([
    ['declines', { action: 'decline' }, 'declined'],
    ['closes the form', { action: 'cancel' }, 'closed the form'],
    ['types another name', approve('quotes'), 'not the name'],
    ['types the name in other letters', approve('TRADES'), 'not the name'],
    ['types nothing', approve(''), 'not the name'],
  ])('does nothing and does not ask again when the person %s', async (_, answer, said) => {
    const person = vi.fn(() => answer);
    const { session, target } = await withDatabase(person);
    const text = await failedTo(session, 'delete_kx_database', target);
    expect(text).toContain(said);
    expect(text).toContain('did not run');
    expect(person).toHaveBeenCalledTimes(1);
    expect(await did(session, 'get_kx_database', target)).toMatchObject({ databaseName: 'trades' });
  });

  it('refuses, and grants nothing, where the client cannot show a form', async () => {
    const { session, target } = await withDatabase();
    expect(await failedTo(session, 'delete_kx_database', target)).toContain('cannot show forms');
    for (const argument of ['confirm', 'approved', 'force', 'name']) {
      expect(await failedTo(session, 'delete_kx_database', { ...target, [argument]: 'trades' })).toContain(
        'no such argument',
      );
    }
    expect(await did(session, 'get_kx_database', target)).toMatchObject({ databaseName: 'trades' });
  });

  it('asks nobody about what does not exist', async () => {
    const person = vi.fn(() => approve('nothing'));
    const { session, environmentId } = await withDatabase(person);
    const text = await failedTo(session, 'delete_kx_database', { environmentId, databaseName: 'nothing' });
    expect(text).toContain('ResourceNotFoundException');
    expect(person).not.toHaveBeenCalled();
  });

  it('holds an approval to what the person saw', async () => {
    const { session, target } = await withDatabase(async () => {
      await did(session, 'update_kx_database', { ...target, description: 'Changed meanwhile' });
      return approve('trades');
    });
    expect(await failedTo(session, 'delete_kx_database', target)).toContain('changed after the person saw it');
    expect(await did(session, 'get_kx_database', target)).toMatchObject({ databaseName: 'trades' });
  });

  it('asks for the name of an environment, not its id, and shows the network that would be set for ever', async () => {
    const person = vi.fn((message: string) => approve(message.includes('CHANGE THE NETWORK') ? 'trading' : 'wrong'));
    const { session, environmentId } = await withDatabase(person);
    const transitGatewayConfiguration = {
      transitGatewayID: 'tgw-0a1b2c3d4e5f60718',
      routableCIDRSpace: '100.64.0.0/26',
    };
    await did(session, 'update_kx_environment_network', { environmentId, transitGatewayConfiguration });
    expect(person.mock.calls[0]?.[0]).toContain(
      'set "transitGatewayConfiguration.transitGatewayID" to "tgw-0a1b2c3d4e5f60718"',
    );
    expect(await did(session, 'get_kx_environment', { environmentId })).toMatchObject({ transitGatewayConfiguration });
    expect(await failedTo(session, 'delete_kx_environment', { environmentId })).toContain('not the name');
  });

  it('takes an approval for one call only', async () => {
    const person = vi.fn(() => approve('trades'));
    const { session, target } = await withDatabase(person);
    await did(session, 'delete_kx_database', target);
    await did(session, 'create_kx_database', target);
    person.mockImplementation(() => ({ action: 'decline' }) as never);
    expect(await failedTo(session, 'delete_kx_database', target)).toContain('declined');
    expect(person).toHaveBeenCalledTimes(2);
  });
});
