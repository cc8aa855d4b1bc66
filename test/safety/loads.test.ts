import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { memoryKits } from '../../src/safety/recovery.ts';
import type { RecoveryKit } from '../../src/safety/recovery-kit.ts';
import { typedIn } from '../support/typed.ts';
import { type Embedded, HOUR, openEmbedded, type Spy, spyOn } from './support/backend.ts';
import { type EnvironmentBuilder, openBuilder } from './support/call-environment-builder.ts';
import { accept, approved, asked, type Guard, openGuard } from './support/guard.ts';

describe('a load into a database', () => {
  let backend: Embedded;
  let builder: EnvironmentBuilder;
  let spy: Spy;
  let guard: Guard;
  beforeEach(async () => {
    backend = await openEmbedded('empty', 'realistic');
    builder = await openBuilder(backend.call);
    backend.clock.advance(2 * HOUR);
    await builder.database('trades');
    await builder.changeset('trades');
    backend.clock.advance(HOUR);
    spy = spyOn(backend.call, { forward: false });
    guard = await openGuard({ call: spy.call, clock: backend.clock });
  });
  afterEach(async () => {
    await guard.close();
    await backend.close();
  });

  const deletions: readonly [tool: string, more: object][] = [
    ['delete_kx_database', { databaseName: 'trades' }],
    ['create_kx_changeset', { databaseName: 'trades', changeRequests: [{ changeType: 'DELETE', dbPath: '/' }] }],
    ['delete_kx_environment', {}],
    ['tear_down_kx_environment', {}],
  ];
  const attemptOf = (tool: string, more: object) => ({
    tool,
    arguments: { environmentId: builder.environmentId, ...more },
  });

  it.each(deletions)('that begins while the form is open voids an approval of %s', async (tool, more) => {
    const attempt = attemptOf(tool, more);
    const { message, state } = await asked(guard, attempt);
    await builder.changeset('trades');
    const outcome = await guard.attempt({ ...attempt, state, answers: accept(typedIn(message)) });
    expect(outcome).toMatchObject({
      kind: 'refused',
      text: expect.stringContaining('changed after the person saw it'),
    });
    expect(spy.reached).toEqual([]);
  });

  it.each(deletions)('that is in progress is part of what the approver of %s reads', async (tool, more) => {
    await builder.changeset('trades');
    const { message } = await asked(guard, attemptOf(tool, more));
    expect(message).toContain('1 changeset, 1 more in progress');
  });

  it('that is in progress is part of the recovery kit of its database', async () => {
    await builder.changeset('trades', '/2026.03.15/');
    const kits = memoryKits(backend.call, backend.clock.now);
    const keeping = await openGuard({ call: spy.call, clock: backend.clock, beforeCall: kits.keep });
    onTestFinished(keeping.close);
    await approved(keeping, attemptOf('delete_kx_database', { databaseName: 'trades' }), 'trades');
    const [id = ''] = await kits.list();
    const { create } = JSON.parse(String(await kits.read(id)));
    const loads = create.filter(({ tool }: RecoveryKit['create'][number]) => tool === 'create_kx_changeset');
    expect(loads).toHaveLength(2);
    expect(loads[1]).toMatchObject({ arguments: { changeRequests: [{ dbPath: '/2026.03.15/' }] } });
  });
});
