import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type FormAnswer, FRESH_WORLD, HOSTS, type Person, type Session } from '../support/hosts.ts';
import { createEnvironment, did, failedTo } from '../support/session-calls.ts';
import { typedIn } from '../support/typed.ts';

const EMPTY = [...FRESH_WORLD, '--world', 'empty'];
const approve = (name: string): FormAnswer => ({ action: 'accept', content: { name } });

/** A session for the tests of one `describe`; each test defines what its person does, and uses its own database. */
function sharedSession(connect: (typeof HOSTS)[number]['connect'], showsForms = true) {
  let session: Session;
  let environmentId: string;
  let person: Person;
  let databases = 0;
  beforeAll(async () => {
    session = await connect(EMPTY, showsForms ? (message) => person(message) : undefined);
    ({ environmentId } = await createEnvironment(session));
  });
  afterAll(() => session?.close());
  return async (present: Person = () => approve('nobody')) => {
    person = present;
    databases += 1;
    const target = { environmentId, databaseName: `trades-${databases}` };
    await did(session, 'create_kx_database', target);
    return { session, environmentId, target, name: target.databaseName };
  };
}

describe.each(HOSTS)('approval through $name', ({ connect }) => {
  const withDatabase = sharedSession(connect);

  it('deletes after a person typed the name, and shows the target and its location', async () => {
    const person = vi.fn((message: string) => approve(typedIn(message)));
    const { session, environmentId, target, name } = await withDatabase(person);
    await did(session, 'delete_kx_database', target);
    expect(await failedTo(session, 'get_kx_database', target)).toContain('ResourceNotFoundException');
    expect(person).toHaveBeenCalledTimes(1);
    const [message = ''] = person.mock.calls[0] ?? [];
    expect(message.split('\n')[0]).toBe(`DELETE database ${name} in trading (${environmentId.slice(0, 4)})`);
    expect(message).toContain(`environmentId: "${environmentId}"`);
    expect(message).toContain('region: "us-east-1"');
    expect(message).toContain('cannot be undone');
  });

  it('requests no approval for an entity that does not exist', async () => {
    const person = vi.fn(() => approve('nothing'));
    const { session, environmentId } = await withDatabase(person);
    const text = await failedTo(session, 'delete_kx_database', { environmentId, databaseName: 'nothing' });
    expect(text).toContain('ResourceNotFoundException');
    expect(person).not.toHaveBeenCalled();
  });

  it('is void if the entity changed after the person saw it', async () => {
    const { session, target } = await withDatabase(async (message) => {
      await did(session, 'update_kx_database', { ...target, description: 'Changed meanwhile' });
      return approve(typedIn(message));
    });
    expect(await failedTo(session, 'delete_kx_database', target)).toContain('changed after the person saw it');
    expect(await did(session, 'get_kx_database', target)).toMatchObject({ databaseName: target.databaseName });
  });

  it('requires the name of an environment, not its id, and shows the network that would be set permanently', async () => {
    const person = vi.fn((message: string) =>
      approve(message.includes('CHANGE THE NETWORK') ? typedIn(message) : 'trading'),
    );
    const { session, environmentId } = await withDatabase(person);
    const transitGatewayConfiguration = {
      transitGatewayID: 'tgw-0a1b2c3d4e5f60718',
      routableCIDRSpace: '100.64.0.0/26',
    };
    await did(session, 'update_kx_environment_network', { environmentId, transitGatewayConfiguration });
    expect(person.mock.calls[0]?.[0]).toContain(
      'transitGatewayConfiguration.transitGatewayID: not set -> "tgw-0a1b2c3d4e5f60718".',
    );
    expect(await did(session, 'get_kx_environment', { environmentId })).toMatchObject({ transitGatewayConfiguration });
    expect(await failedTo(session, 'delete_kx_environment', { environmentId })).toContain(
      'The person did not type exactly',
    );
  });

  it('counts for one call only', async () => {
    const person = vi.fn<(message: string) => FormAnswer>((message) => approve(typedIn(message)));
    const { session, target } = await withDatabase(person);
    await did(session, 'delete_kx_database', target);
    await did(session, 'create_kx_database', target);
    person.mockImplementation(() => approve('quotes'));
    expect(await failedTo(session, 'delete_kx_database', target)).toContain('did not run');
    expect(person).toHaveBeenCalledTimes(2);
  });
});

describe.each(HOSTS)('without forms, through $name', ({ connect }) => {
  const withDatabase = sharedSession(connect, false);

  it('refuses the call, and stores no approval', async () => {
    const { session, target, name } = await withDatabase();
    const refusal = await failedTo(session, 'delete_kx_database', target);
    expect(refusal).toContain('shows no forms');
    // A world in memory has no approver key, so a passphrase would not help.
    expect(refusal).toContain('or to restart this server with its world in a file (without --state :memory:).');
    expect(refusal).not.toContain('--init');
    for (const argument of ['confirm', 'approved', 'force', 'name']) {
      expect(await failedTo(session, 'delete_kx_database', { ...target, [argument]: name })).toContain(
        'no such argument',
      );
    }
    expect(await did(session, 'get_kx_database', target)).toMatchObject({ databaseName: name });
  });
});
