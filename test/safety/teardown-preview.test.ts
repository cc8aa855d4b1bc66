import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Approval, PendingApproval } from '../../src/safety/ledger.ts';
import { answering, type Embedded, type Members, openEmbedded, type Spy, spyOn } from './support/backend.ts';
import { type EnvironmentBuilder, openBuilder } from './support/call-environment-builder.ts';
import { type Guard, openGuard } from './support/guard.ts';

const TOOL = 'tear_down_kx_environment';
const TRUSTED: Approval = { channel: 'terminal', approver: 'ada', at: 1 };

describe('a teardown before approval', () => {
  let backend: Embedded;
  let builder: EnvironmentBuilder;
  let spy: Spy;
  let guard: Guard;
  beforeAll(async () => {
    backend = await openEmbedded();
    builder = await openBuilder(backend.call);
    await builder.volume('fast');
    await builder.database('trades');
    await builder.dataview('view', {
      autoUpdate: true,
      segmentConfigurations: [{ dbPaths: ['/*'], volumeName: 'fast' }],
    });
    for (const name of ['ann', 'bob']) await builder.user(name);
    spy = spyOn(backend.call, { forward: false });
    const outOfBand = async () => ({ accepts: () => true, instructions: (code: string) => `Approve ${code}.` });
    guard = await openGuard({ call: spy.call, clock: backend.clock, outOfBand });
  });
  afterAll(async () => {
    await guard.close();
    await backend.close();
  });

  const wanted = (only?: string[]): Members => ({
    environmentId: builder.environmentId,
    ...(only === undefined ? {} : { only }),
  });
  const preview = async (given: Members, tool = TOOL) =>
    guard.attempt({ tool: 'plan_change', arguments: { tool, arguments: given } });
  const id = () => builder.environmentId.slice(0, 4);

  it('is previewed like any other change: its losses in order, and what a person sees first', async () => {
    const outcome = await preview(wanted());
    expect(outcome).toMatchObject({
      kind: 'done',
      content: {
        tool: TOOL,
        target: { kind: 'kdb environment', name: 'trading' },
        needsApproval: true,
        dialog: [
          `DELETE kdb environment trading (${id()}): 1 database, 1 volume, 1 dataview, 2 users`,
          'Permanent loss of 6 entities, including database trades (0 B, 0 changesets).',
          `Type trading ${id()} to approve.`,
        ],
        blocked: false,
        wouldRun: true,
        counts: { blockers: 0, lost: 6, interrupted: 0, beingDeleted: 0 },
      },
    });
    expect(JSON.stringify(outcome)).toMatch(/view.*fast.*trades.*ann.*bob.*trading/);
    expect(spy.reached).toEqual([]);
    expect(await guard.ledger.list()).toEqual([]);
  });

  it('says what to add to `only`, in the preview and in the refusal', async () => {
    const add = 'Add it to `only`, or remove from `only` what it blocks.';
    expect(await preview(wanted(['fast']))).toMatchObject({
      content: { blocked: true, wouldRun: false, counts: { blockers: 1 } },
      text: expect.stringContaining(add),
    });
    const refusal = await guard.attempt({ tool: TOOL, arguments: wanted(['fast']) });
    expect(refusal).toMatchObject({
      kind: 'refused',
      text: expect.stringContaining(`1. dataview "view" ("of trades, ACTIVE"): ${add}`),
    });
    expect(refusal.kind === 'refused' && refusal.text).not.toContain('delete_kx_dataview');
  });

  it('selects entities as answers name them, and only those of that kind', async () => {
    expect(await preview(wanted(['volume:fast', 'dataview:trades/view']))).toMatchObject({
      content: { blocked: false, wouldRun: true, lost: [{ name: 'view' }, { name: 'fast' }] },
    });
    expect(await preview(wanted(['user:fast', 'ann']))).toMatchObject({
      content: { blocked: true, blockers: [{ name: 'user:fast' }], lost: [{ name: 'ann' }] },
    });
  });

  it('needs no approval, as the preview says, if all that it selects is already being deleted', async () => {
    const call = answering(backend.call, (name, reply) =>
      name === 'GetKxVolume' ? { ...reply, status: 'DELETING' } : reply,
    );
    const later = await openGuard({ call, clock: backend.clock });
    const given = wanted(['fast']);
    const previewed = await later.attempt({ tool: 'plan_change', arguments: { tool: TOOL, arguments: given } });
    expect(previewed).toMatchObject({
      content: { needsApproval: false, blocked: false, wouldRun: true, counts: { lost: 0, beingDeleted: 1 } },
    });
    expect(previewed).not.toHaveProperty('content.dialog');
    expect(await later.attempt({ tool: TOOL, arguments: given })).toMatchObject({
      kind: 'done',
      content: { finished: false, requested: 0, underway: 1 },
    });
    await later.close();
  });

  it('is refused if its arguments are wrong or it is denied', async () => {
    expect(await preview({})).toMatchObject({ text: expect.stringContaining(`The arguments for ${TOOL} are wrong.`) });
    const denying = await openGuard({ call: spy.call, clock: backend.clock, restrictions: { deny: [TOOL] } });
    const denied = await denying.attempt({ tool: 'plan_change', arguments: { tool: TOOL, arguments: wanted() } });
    expect(denied).toMatchObject({ text: expect.stringContaining(`${TOOL} is not offered.`) });
    await denying.close();
  });

  it('returns the whole list if the client shows no forms', async () => {
    const outcome = await guard.attempt({ tool: TOOL, arguments: wanted(['ann', 'bob']), forms: false });
    const [{ shown, code }] = (await guard.ledger.list()) as [PendingApproval];
    expect(outcome).toMatchObject({ kind: 'refused', text: expect.stringContaining(`\nThe plan:\n${shown.text}\n`) });
    expect(outcome).toMatchObject({ text: expect.stringContaining(`Approve ${code}.`) });
    for (const line of ['1. user "ann".', '2. user "bob".']) expect(shown.text).toContain(line);
  });

  it('is void after a part of it was deleted, and the next call names that part', async () => {
    await guard.attempt({ tool: TOOL, arguments: wanted(), forms: false });
    const stale = (await guard.ledger.list()).find(({ shown }) => shown.lost.length === 6) as PendingApproval;
    await guard.ledger.approve(stale.nonce, TRUSTED);
    await backend.call('DeleteKxUser', { environmentId: builder.environmentId, userName: 'bob' });
    const outcome = await guard.attempt({ tool: TOOL, arguments: wanted(), forms: false });
    expect(outcome).toMatchObject({
      kind: 'refused',
      text: expect.stringContaining(
        `The older plan ${stale.code} that a person had approved no longer counts: user "bob" changed or disappeared.`,
      ),
    });
    const [, code] = /The plan waits under the code (\w{5})/.exec(JSON.stringify(outcome)) ?? [];
    expect(await guard.ledger.status(stale.code)).toEqual({ state: 'replaced', successor: code });
    expect(spy.reached).toEqual([]);
  });
});
