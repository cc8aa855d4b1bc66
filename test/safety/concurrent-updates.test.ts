import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FinspaceError } from '../../src/operations/failure.ts';
import type { Call } from '../../src/operations/index.ts';
import type { Members } from './support/backend.ts';
import { accept, asked, type Guard, type Outcome, openGuard } from './support/guard.ts';
import { CODE, openUpdatable, type Updatable } from './support/updatable.ts';

const COPY = { s3Bucket: 'some-code', s3Key: 'other.zip' };
const CONFIGURE = 'update_kx_cluster_code_configuration';
const ARGUMENTS = [{ key: 'tz', value: '1' }];

let world: Updatable;
beforeEach(async () => {
  world = await openUpdatable();
});
afterEach(() => world.close());

const FAILURE = {
  code: 'InternalServer',
  detail: 'broken',
  retryable: false,
  outcomeUnknown: true,
  advice: '',
} as const;

const kinds = (outcomes: readonly Outcome[]) => outcomes.map(({ kind }) => kind);
const cluster = (clusterName: string) =>
  world.backend.call('GetKxCluster', { environmentId: world.environmentId, clusterName });
const configure = (settings: Members) => world.attempt(CONFIGURE, { clusterName: 'science', code: CODE, ...settings });

/** A guard whose updates of a cluster's code reach the service only after `release`. */
async function holding(): Promise<{ guard: Guard; isHeld: Promise<void>; release: () => void }> {
  let [release, reached] = [() => {}, () => {}];
  const isReleased = new Promise<void>((resolve) => {
    release = resolve;
  });
  const isHeld = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const call: Call = async (name, ...rest) => {
    if (name === 'UpdateKxClusterCodeConfiguration') {
      reached();
      await isReleased;
    }
    return world.backend.call(name, ...rest);
  };
  return { guard: await openGuard({ call, clock: world.backend.clock }), isHeld, release };
}

describe('of two updates of one target at the same time', () => {
  it('the second is planned with the settings that the first leaves, and refused if it would remove one', async () => {
    const outcomes = await Promise.all([configure({ commandLineArguments: ARGUMENTS }), configure({ code: COPY })]);
    expect(kinds(outcomes)).toEqual(['done', 'refused']);
    expect(outcomes[1]).toMatchObject({
      text: expect.stringContaining(
        'it would remove those that its arguments omit:\n- commandLineArguments: "tz: 1" -> removed',
      ),
    });
    expect(await cluster('science')).toMatchObject({ code: CODE, commandLineArguments: ARGUMENTS });
  });

  it('neither removes a sign-in attribute of the other', async () => {
    const federationParameters = (attributeMap: Members) => ({
      federationParameters: { attributeMap, samlMetadataURL: 'https://idp.example.com/saml' },
    });
    const { environmentId = '' } = await world.backend.call('CreateEnvironment', {
      name: 'browser',
      federationMode: 'FEDERATED',
      ...federationParameters({ a: '1' }),
    } as never);
    const update = (attributeMap: Members) =>
      world.attempt('update_environment', { environmentId, ...federationParameters(attributeMap) });
    expect(kinds(await Promise.all([update({ a: '1', c: '3' }), update({ a: '1', d: '4' })]))).toEqual([
      'done',
      'refused',
    ]);
    const { environment } = await world.backend.call('GetEnvironment', { environmentId });
    expect(environment?.federationParameters?.attributeMap).toEqual({ a: '1', c: '3' });
  });

  it('the second is not sent if the first has made the same change', async () => {
    const volume = { volumeName: 'fast', description: 'new' };
    await world.builder.volume('fast');
    const outcomes = await Promise.all([
      world.attempt('update_kx_volume', volume),
      world.attempt('update_kx_volume', volume),
    ]);
    expect(outcomes).toMatchObject([{ content: { changes: [expect.anything()] } }, { content: { changes: [] } }]);
    expect(world.reached).toHaveLength(1);
  });

  it('only one runs if people approved both for the same state', async () => {
    const { environmentId, guard, backend } = world;
    const servers = (name: string) => ({
      tool: 'update_kx_environment_network',
      arguments: {
        environmentId,
        customDNSConfiguration: [{ customDNSServerName: name, customDNSServerIP: '10.0.0.1' }],
      },
    });
    const attempts = [
      { ...servers('a.example.com'), principal: 'ann' },
      { ...servers('b.example.com'), principal: 'bob' },
    ];
    const answered = await Promise.all(
      attempts.map(async (attempt) => ({
        ...attempt,
        state: (await asked(guard, attempt)).state,
        answers: accept(`trading ${environmentId.slice(0, 4)}`),
      })),
    );
    const outcomes = await Promise.all(answered.map((attempt) => guard.attempt(attempt)));
    expect(kinds(outcomes)).toEqual(['done', 'refused']);
    expect(outcomes[1]).toMatchObject({ text: expect.stringContaining('changed after the person saw it') });
    expect(await backend.call('GetKxEnvironment', { environmentId })).toMatchObject({
      customDNSConfiguration: [{ customDNSServerName: 'a.example.com' }],
    });
  });

  it('the second runs although the first fails', async () => {
    const call: Call = (name, input, options) =>
      name === 'UpdateKxClusterCodeConfiguration' && 'initializationScript' in input
        ? Promise.reject(new FinspaceError({ ...FAILURE, operation: name }))
        : world.backend.call(name, input, options);
    const guard = await openGuard({ call, clock: world.backend.clock });
    const update = (settings: Members) =>
      guard.attempt({
        tool: CONFIGURE,
        arguments: { environmentId: world.environmentId, clusterName: 'science', code: CODE, ...settings },
      });
    const outcomes = await Promise.all([update({ initializationScript: 'a.q' }), update({ code: COPY })]);
    expect(outcomes).toMatchObject([
      { kind: 'refused', text: expect.not.stringContaining('Nothing was changed') },
      { kind: 'done' },
    ]);
    await guard.close();
  });
});

describe('while an update is sent', () => {
  let held: Awaited<ReturnType<typeof holding>>;
  let first: Promise<Outcome>;
  const attempt = (tool: string, args: Members, signal?: AbortSignal) =>
    held.guard.attempt({
      tool,
      arguments: { environmentId: world.environmentId, ...args },
      ...(signal === undefined ? {} : { signal }),
    });
  beforeEach(async () => {
    held = await holding();
    first = attempt(CONFIGURE, { clusterName: 'science', code: COPY });
    await held.isHeld;
  });
  afterEach(() => held.guard.close());

  it('calls wait only if they update the same target', async () => {
    expect((await attempt('get_kx_cluster', { clusterName: 'science' })).kind).toBe('done');
    expect((await attempt('create_kx_database', { databaseName: 'quotes' })).kind).toBe('done');
    expect((await attempt('update_kx_database', { databaseName: 'quotes', description: 'new' })).kind).toBe('done');
    expect((await attempt('delete_kx_cluster', { clusterName: 'science' })).kind).toBe('asked');
    held.release();
    expect((await first).kind).toBe('done');
  });

  it('one that waits and is cancelled is not made, and those after it run', async () => {
    const control = new AbortController();
    const cancelled = attempt(
      CONFIGURE,
      { clusterName: 'science', code: COPY, commandLineArguments: ARGUMENTS },
      control.signal,
    );
    const third = attempt(CONFIGURE, { clusterName: 'science', code: COPY, initializationScript: 'a.q' });
    control.abort(new Error('cancelled'));
    held.release();
    expect(await cancelled).toMatchObject({ kind: 'refused', text: expect.stringContaining('The call was cancelled') });
    expect(kinds(await Promise.all([first, third]))).toEqual(['done', 'done']);
    expect(await cluster('science')).toMatchObject({ initializationScript: 'a.q' });
    expect(await cluster('science')).not.toHaveProperty('commandLineArguments');
  });
});

it('an update that waits for a person does not delay other updates of its target', async () => {
  const { guard, environmentId, attempt } = world;
  const network = {
    tool: 'update_kx_environment_network',
    arguments: {
      environmentId,
      customDNSConfiguration: [{ customDNSServerName: 'a.example.com', customDNSServerIP: '10.0.0.1' }],
    },
  };
  const { state } = await asked(guard, network);
  expect((await attempt('update_kx_environment', { description: 'new' })).kind).toBe('done');
  const answers = accept(`trading ${environmentId.slice(0, 4)}`);
  expect(await guard.attempt({ ...network, state, answers })).toMatchObject({
    kind: 'refused',
    text: expect.stringContaining('changed after the person saw it'),
  });
});
