import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Call, OperationName } from '../../src/operations/index.ts';
import { itemText } from '../../src/safety/item-text.ts';
import { type Plan, planCall } from '../../src/safety/plan.ts';
import { answering, type Embedded, type Members, openEmbedded, spyOn } from './support/backend.ts';
import { type EnvironmentBuilder, openBuilder } from './support/call-environment-builder.ts';
import { approved, asked, type Guard, openGuard, PLACE } from './support/guard.ts';

const GATEWAY = { transitGatewayID: 'tgw-0a1b2c3d4e5f60718', routableCIDRSpace: '100.64.0.0/26' };
const DNS = [{ customDNSServerName: 'ns1.halden.example', customDNSServerIP: '10.0.0.2' }];

describe('a whole environment', () => {
  let backend: Embedded;
  let builder: EnvironmentBuilder;
  let call: Call;
  beforeAll(async () => {
    backend = await openEmbedded();
    call = backend.call;
    builder = await openBuilder(call);
    await builder.database('trades');
    await builder.volume('fast');
    await builder.user('ann');
    await builder.user('bob');
    await builder.dataview('view', { autoUpdate: true });
    await builder.cluster('gateway');
  });
  afterAll(() => backend.close());

  const planned = async (on: Call, operation: OperationName, input: Members) =>
    (await planCall({ call: on, backendLocation: PLACE }, operation, input, 'ann')) as Plan;
  const network = (more: Members, on = call) =>
    planned(on, 'UpdateKxEnvironmentNetwork', { environmentId: builder.environmentId, ...more });
  const withEnvironment = (changed: Members) =>
    answering(call, (name, reply) => (name === 'GetKxEnvironment' ? { ...reply, ...changed } : reply));

  it('is connected to a transit gateway once, permanently, which interrupts its clusters', async () => {
    const { lost, interrupted, blockers } = await network({ transitGatewayConfiguration: GATEWAY });
    expect(lost.map(itemText)).toEqual(['option to change "gateway id and CIDR range"']);
    expect(interrupted.map(itemText)).toEqual(['cluster "gateway" ("GP, RUNNING")']);
    expect(blockers).toEqual([]);
  });

  it('loses only the rules that a call removes, once its gateway is attached', async () => {
    const rule = {
      ruleNumber: 100,
      protocol: '6',
      portRange: { from: 443, to: 443 },
      ruleAction: 'allow',
      cidrBlock: '10.0.0.0/8',
    };
    const attached = (tgwStatus: string) =>
      withEnvironment({
        tgwStatus,
        transitGatewayConfiguration: { ...GATEWAY, attachmentNetworkAclConfiguration: [rule] },
      });
    const change = {
      transitGatewayConfiguration: GATEWAY,
      remove: ['transitGatewayConfiguration.attachmentNetworkAclConfiguration'],
    };
    const { lost, shown } = await network(change, attached('SUCCESSFULLY_UPDATED'));
    expect(lost.map(({ kind }) => kind)).toEqual(['setting']);
    expect(shown.text.split('\n')[1]).toMatch(/^Permanent loss: setting tra/);
    expect(shown.text).not.toContain('This cannot be undone.');
    const failed = await network(change, attached('FAILED_UPDATE'));
    expect(failed.lost.map(({ kind }) => kind)).toContain('option to change');
    expect(failed.shown.text).toContain('\nThis cannot be undone.\n');
  });

  it('sets DNS servers without losing anything', async () => {
    expect(await network({ customDNSConfiguration: DNS })).toMatchObject({ lost: [], blockers: [] });
  });

  it('sets the gateway or the DNS servers, never both at once', async () => {
    const { blockers } = await network({ transitGatewayConfiguration: GATEWAY, customDNSConfiguration: DNS });
    expect(blockers.map(({ first }) => first)).toEqual([
      'Exactly one of transitGatewayConfiguration and customDNSConfiguration must be given.',
    ]);
  });

  it('keeps its gateway', async () => {
    const attached = withEnvironment({ transitGatewayConfiguration: { ...GATEWAY, transitGatewayID: 'tgw-other' } });
    const { blockers } = await network({ transitGatewayConfiguration: GATEWAY }, attached);
    expect(blockers).toMatchObject([
      { item: { name: 'tgw-other' }, first: expect.stringContaining('can be replaced') },
    ]);
    const same = withEnvironment({ transitGatewayConfiguration: GATEWAY });
    expect((await network({ transitGatewayConfiguration: GATEWAY }, same)).blockers).toEqual([]);
  });

  it('can be changed only while it is CREATED', async () => {
    const { blockers } = await network(
      { customDNSConfiguration: DNS },
      withEnvironment({ status: 'UPDATING_NETWORK' }),
    );
    expect(blockers.map(({ first }) => first)).toEqual([
      'It must be CREATED: wait_for_kx_entity (kind environment, until CREATED).',
    ]);
  });

  it('of the dataset browser loses all its datasets, and is identified by its name', async () => {
    const environment = { name: 'research', environmentArn: 'arn:aws:finspace:us-east-1:111122223333:environment/abc' };
    const old: Call = async (name, input, options) =>
      name === 'GetEnvironment' ? ({ environment } as never) : call(name, input, options).catch(() => ({}) as never);
    const { lost, name, forbidden } = await planned(old, 'DeleteEnvironment', { environmentId: 'abc' });
    expect(lost.map(itemText)).toEqual(['dataset browser environment "research" ("with all datasets in it")']);
    expect({ name, forbidden }).toEqual({ name: 'research', forbidden: undefined });
    const mute: Call = async () => ({}) as never;
    const nameless = await planned(mute, 'DeleteEnvironment', { environmentId: 'abc' });
    expect(nameless).toMatchObject({ name: 'abc', forbidden: { why: expect.stringContaining('cannot be read') } });
  });

  describe('a teardown of it', () => {
    const tool = 'tear_down_kx_environment';
    const withGuard = async (run: (guard: Guard, spy: ReturnType<typeof spyOn>) => Promise<void>, forward = false) => {
      const spy = spyOn(call, { forward });
      const guard = await openGuard({ call: spy.call, clock: backend.clock });
      await run(guard, spy);
      await guard.close();
    };
    const given = (only?: string[]) => ({
      tool,
      arguments: { environmentId: builder.environmentId, ...(only === undefined ? {} : { only }) },
    });

    it('is shown in full, in order, and approved by its name', async () => {
      await withGuard(async (guard, spy) => {
        const { message, state } = await asked(guard, given());
        const id = builder.environmentId.slice(0, 4);
        expect(message.split('\n')).toEqual([
          `DELETE kdb environment trading (${id}): 1 database, 1 volume, 1 cluster, 3 more`,
          'Permanent loss of 7 entities, including database trades (0 B, 0 changesets).',
          `Type trading ${id} to approve.`,
          'account: "111122223333", region: "us-east-1", backend: "test".',
          'This cannot be undone.',
          'Lost for good, in this order:',
          '1. cluster "gateway" ("GP, RUNNING, unsaved data in memory").',
          '2. dataview "view" ("of trades").',
          '3. volume "fast" ("1200 GB of SSD_1000").',
          '4. database "trades" ("0 B, 0 changesets").',
          '5. user "ann".',
          '6. user "bob".',
          '7. kdb environment "trading".',
          expect.stringMatching(`^environmentId: "${builder.environmentId}", creationTimestamp: "2026-.*"\\.$`),
        ]);
        for (const typed of ['trading', id, 'trading 7', `trading  ${id}`]) {
          const answers = { approval: { action: 'accept', content: { name: typed } } };
          expect((await guard.attempt({ ...given(), state, answers })).kind).toBe('refused');
        }
        expect(spy.reached).toEqual([]);
      });
    });

    it('is not approved by an approval for a part of it', async () => {
      await withGuard(async (guard, spy) => {
        const { state } = await asked(guard, given(['ann']));
        const answers = { approval: { action: 'accept', content: { name: 'trading 1' } } };
        expect((await guard.attempt({ ...given(['bob']), state, answers })).kind).toBe('refused');
        expect((await guard.attempt({ ...given(), state, answers })).kind).toBe('refused');
        expect(spy.reached).toEqual([]);
      });
    });

    it('requests no approval if it contains something protected, a name is wrong, or an entity outside blocks it', async () => {
      await builder.tag('/kxUser/bob');
      await withGuard(async (guard, spy) => {
        const said = async (only?: string[]) => {
          const outcome = await guard.attempt(given(only));
          return outcome.kind === 'refused' ? outcome.text : 'asked';
        };
        expect(await said()).toContain('carries the tag');
        expect(await said(['nobody'])).toContain('Nothing has this name');
        expect(await said(['trades'])).toContain('dataview "view"');
        expect(spy.reached).toEqual([]);
      });
    });

    it('of a part removes that part and nothing else', async () => {
      await withGuard(async (guard, spy) => {
        expect(
          await approved(guard, given(['view', 'ann']), `trading ${builder.environmentId.slice(0, 4)}`),
        ).toMatchObject({ kind: 'done' });
        expect(spy.reached.map(({ name }) => name)).toEqual(['DeleteKxDataview', 'DeleteKxUser']);
      }, true);
    });
  });
});
