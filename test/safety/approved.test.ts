import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Call } from '../../src/operations/index.ts';
import type { Approval, PendingApproval } from '../../src/safety/ledger.ts';
import { type ApprovalFixture, type GuardedCall, openApprovalFixture } from './support/approval-fixture.ts';
import { answering, cachingReads, openEmbedded, type Spy, spyOn } from './support/backend.ts';
import { openBuilder } from './support/call-environment-builder.ts';
import { type Guard, type GuardOptions, openGuard } from './support/guard.ts';

const given = (signature: string): Approval => ({ channel: 'web', approver: 'ada', at: 1, signature });
const TRUSTED = given('good');
const FOREIGN = given('of another server');

describe('an approval out of band', () => {
  let fixture: ApprovalFixture;
  let spy: Spy;
  let guard: Guard;
  const start = async (options: Partial<GuardOptions> = {}) => {
    fixture = await openApprovalFixture();
    spy = spyOn(fixture.call, { forward: false });
    const outOfBand = async () => ({
      accepts: (_: PendingApproval, { signature }: Approval) => signature === 'good',
      instructions: () => 'Elsewhere.',
    });
    guard = await openGuard({ call: spy.call, clock: fixture.clock, outOfBand, ...options });
  };
  afterEach(async () => {
    await guard.close();
    await fixture.close();
  });
  const attempt = (guardedCall: GuardedCall) => guard.attempt({ ...guardedCall, forms: false });
  const open = async () => (await guard.ledger.list())[0] as PendingApproval;

  describe('in a ledger of this machine', () => {
    beforeEach(() => start());

    it.each([[[TRUSTED, FOREIGN, FOREIGN]], [[FOREIGN, FOREIGN, TRUSTED]], [[FOREIGN, TRUSTED, FOREIGN]]])(
      'counts, whatever untrusted approvals are stored next to it',
      async (approvals) => {
        const guardedCall = fixture.guardedCalls[0] as GuardedCall;
        const [first, ...others] = approvals;
        expect((await attempt(guardedCall)).kind).toBe('refused');
        const { nonce, ...pending } = await open();
        await guard.ledger.approve(nonce, first as Approval);
        for (const approval of others) {
          fixture.clock.advance(1);
          await guard.ledger.approve((await guard.ledger.open(pending)).pending.nonce, approval);
        }
        expect((await attempt(guardedCall)).kind).toBe('done');
        expect((await attempt(guardedCall)).kind).toBe('refused');
        expect(spy.reached).toHaveLength(1);
      },
    );
  });

  it('does not count for another plan that a store returns instead', async () => {
    let stray: PendingApproval | undefined;
    await start({
      overLedger: (ledger) => ({
        ...ledger,
        approvedFor: async (_, counts) =>
          stray !== undefined && counts?.(stray, TRUSTED) ? { pending: stray, approval: TRUSTED } : undefined,
      }),
    });
    const guardedCall = fixture.guardedCalls[0] as GuardedCall;
    await attempt(guardedCall);
    const { nonce, ...pending } = await open();
    const { pending: other } = await guard.ledger.open({
      ...pending,
      callDigest: 'of other arguments',
      subjectDigest: 'others',
    });
    stray = other;
    await guard.ledger.approve(stray.nonce, TRUSTED);
    expect((await attempt(guardedCall)).kind).toBe('refused');
    expect(spy.reached).toEqual([]);
    stray = { ...pending, nonce };
    expect((await attempt(guardedCall)).kind).toBe('done');
  });
});

it('a call that sets more than a person can read requests no approval', async () => {
  const backend = await openEmbedded();
  const { environmentId, ...builder } = await openBuilder(backend.call);
  await builder.database('trades');
  await builder.cluster('gpu');
  let mounted: object[] = [];
  const mounting: Call = async (name, input, options) => {
    if (name === 'GetKxDatabase') return {} as never;
    if (name === 'GetKxChangeset') return { status: 'COMPLETED' } as never;
    const reply = await backend.call(name, input, options);
    return name === 'GetKxCluster' ? { ...reply, databases: mounted } : reply;
  };
  const spy = spyOn(mounting, { forward: false });
  const guard = await openGuard({ call: spy.call, clock: backend.clock, restrictions: { approve: ['disrupt'] } });
  const guardedCall = (count: number) => {
    mounted = Array.from({ length: count }, (_, at) => ({ databaseName: `trades-${at}` }));
    const databases = Array.from({ length: count }, (_, at) => ({
      databaseName: `trades-${at}`,
      changesetId: `c${at}`,
    }));
    const update = { environmentId, clusterName: 'gpu', databases };
    return guard.attempt({ tool: 'update_kx_cluster_databases', arguments: update });
  };
  expect(await guardedCall(201)).toMatchObject({
    kind: 'refused',
    text: expect.stringMatching(/too long for a person to read.* Split it into several calls/),
  });
  expect(await guard.ledger.list()).toEqual([]);
  expect((await guardedCall(50)).kind).toBe('asked');
  expect(spy.reached).toEqual([]);
  await guard.close();
  await backend.close();
});

describe('a plan that does not fit into a form', () => {
  const start = async (options: Partial<GuardOptions> = {}) => {
    const backend = await openEmbedded();
    const { environmentId, ...builder } = await openBuilder(backend.call);
    const users = Array.from({ length: 210 }, (_, at) => `user-${at}`);
    for (const name of users) await builder.user(name);
    const outOfBand = async () => ({ accepts: () => true, instructions: (code: string) => `Approve ${code}.` });
    const call = cachingReads(backend.call);
    const guard = await openGuard({ call, clock: backend.clock, outOfBand, ...options });
    const close = async () => {
      await guard.close();
      await backend.close();
    };
    const teardown = { tool: 'tear_down_kx_environment', arguments: { environmentId, only: users } };
    const network = {
      tool: 'update_kx_environment_network',
      arguments: {
        environmentId,
        transitGatewayConfiguration: { transitGatewayID: 'tgw-0a1b2c3d4e5f60718', routableCIDRSpace: '100.64.0.0/26' },
      },
    };
    return { backend, guard, close, teardown, network };
  };

  it('is approved elsewhere, and the refusal says how to split it', async () => {
    const { guard, close, teardown } = await start();
    const outcome = await guard.attempt(teardown);
    expect(outcome).toMatchObject({
      kind: 'refused',
      text: expect.stringMatching(/too long for a person to read in one form\..*`only`.*code \w{5}/),
    });
    const [{ shown }] = (await guard.ledger.list()) as [PendingApproval];
    expect(shown.lost).toHaveLength(210);
    expect(await guard.attempt({ ...teardown, links: true })).toMatchObject({
      kind: 'linked',
      text: expect.stringMatching(
        /^DELETE 210 entities of kdb environment trading \(\w{4}\)\nPermanent loss of 210 entities: /,
      ),
    });
    await close();
  });

  it('is refused if there is no other channel', async () => {
    const { guard, close, teardown } = await start({ outOfBand: async () => undefined });
    expect(await guard.attempt(teardown)).toMatchObject({
      kind: 'refused',
      text: expect.stringMatching(/name some of the entities in `only`/),
    });
    expect(await guard.ledger.list()).toEqual([]);
    await close();
  });

  it.each([
    ['goes elsewhere', true, 'refused'],
    ['is a form anyway if there is no other channel', false, 'asked'],
  ])('because of the name to type %s', async (_, hasWay, kind) => {
    const { backend, guard, close, network } = await start(hasWay ? {} : { outOfBand: async () => undefined });
    const long = answering(backend.call, (name, reply) =>
      name === 'GetKxEnvironment' ? { ...reply, name: 'e'.repeat(60) } : reply,
    );
    const outOfBand = async () => ({ accepts: () => true, instructions: () => 'Elsewhere.' });
    const other = await openGuard({ call: long, clock: backend.clock, ...(hasWay ? { outOfBand } : {}) });
    const outcome = await other.attempt(network);
    expect(outcome.kind).toBe(kind);
    expect(JSON.stringify(outcome)).toContain(
      `Type ${'e'.repeat(60)} ${network.arguments.environmentId.slice(0, 4)} to approve.`,
    );
    for (const one of [other, guard]) await one.close();
    await close();
  });

  it('is shown to the model as far as it fits', async () => {
    const { backend, guard, close } = await start();
    const resourceArn = 'arn:aws:finspace:us-east-1:111122223333:kxEnvironment/x';
    const tags = Object.fromEntries(Array.from({ length: 45 }, (_, at) => [`finspace-mcp:${at}`, 'x'.repeat(250)]));
    const call: Call = async (name, input, options) =>
      name === 'ListTagsForResource'
        ? ({ tags: Object.fromEntries(Object.keys(tags).map((key) => [key, 'y'.repeat(250)])) } as never)
        : backend.call(name, input, options);
    const outOfBand = async () => ({ accepts: () => true, instructions: () => 'Elsewhere.' });
    const other = await openGuard({ call, clock: backend.clock, outOfBand });
    const outcome = await other.attempt({ tool: 'tag_resource', arguments: { resourceArn, tags }, forms: false });
    expect(outcome).toMatchObject({ text: expect.stringMatching(/\n\d+ more lines: plan_change shows all\.\n/) });
    for (const one of [other, guard]) await one.close();
    await close();
  });
});

describe('data that a caller may not see', () => {
  it('is in the plan of the person but not in that of the refusal', async () => {
    const backend = await openEmbedded();
    const { environmentId, ...builder } = await openBuilder(backend.call);
    await builder.volume('fast');
    const outOfBand = async () => ({ accepts: () => true, instructions: () => 'Elsewhere.' });
    const deny = ['get_kx_volume', 'list_kx_environments'];
    const guard = await openGuard({ call: backend.call, clock: backend.clock, outOfBand, restrictions: { deny } });
    const outcome = await guard.attempt({
      tool: 'delete_kx_volume',
      arguments: { environmentId, volumeName: 'fast' },
      forms: false,
    });
    const [{ shown }] = (await guard.ledger.list()) as [PendingApproval];
    expect(shown.text).toMatch(/^DELETE volume fast in trading \([\s\S]*1200 GB[\s\S]*status: "ACTIVE"/);
    const text = outcome.kind === 'refused' ? outcome.text : '';
    expect(text).toContain(`DELETE volume fast in ${environmentId.slice(0, 10)}`);
    for (const secret of ['trading', '1200 GB', 'ACTIVE']) expect(text).not.toContain(secret);
    await guard.close();
    await backend.close();
  });

  it('is withheld from an update that replaces it', async () => {
    const backend = await openEmbedded();
    const { environmentId, ...builder } = await openBuilder(backend.call);
    await builder.cluster('gpu', { clusterDescription: 'of the secret desk' });
    await builder.volume('fast');
    const call = answering(backend.call, (name, reply) =>
      name === 'GetKxCluster' ? { ...reply, code: { s3Bucket: 'secret-bucket', s3Key: 'secret.zip' } } : reply,
    );
    const outOfBand = async () => ({ accepts: () => true, instructions: () => 'Elsewhere.' });
    const restrictions = { deny: ['get_kx_cluster'], approve: ['disrupt'] as const };
    const guard = await openGuard({ call, clock: backend.clock, outOfBand, restrictions });
    const code = { s3Bucket: 'code-bucket', s3Key: 'v2.zip' };
    const outcome = await guard.attempt({
      tool: 'update_kx_cluster_code_configuration',
      arguments: { environmentId, clusterName: 'gpu', code },
      forms: false,
    });
    const [{ shown }] = (await guard.ledger.list()) as [PendingApproval];
    expect(shown.text).toContain('\ncode.s3Bucket: "secret-bucket" -> "code-bucket".\n');
    const text = outcome.kind === 'refused' ? outcome.text : '';
    expect(text).toContain('\ncode.s3Bucket: "withheld here" -> "code-bucket".\n');
    expect(text).not.toContain('secret');
    await guard.close();
    await backend.close();
  });
});
