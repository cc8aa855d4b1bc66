import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finspaceCall } from '../../src/finspace/call.ts';
import { listen } from '../../src/local/listen.ts';
import { service } from '../../src/local/service.ts';
import { type Call, OPERATION_NAMES, type OperationName, operationNamed } from '../../src/operations/index.ts';
import { toolName } from '../../src/operations/naming.ts';
import { type Embedded, type Members, openEmbedded } from './support/backend.ts';
import { type EnvironmentBuilder, openBuilder, ROLE } from './support/call-environment-builder.ts';
import { type Guard, openGuard } from './support/guard.ts';

/** An update that gives every setting of its target, and the read that shows them. */
interface Whole {
  readonly operation: OperationName;
  readonly names: Members;
  readonly settings: Members;
  readonly reader: OperationName;
}

const CODE = { s3Bucket: 'some-code', s3Key: 'app.zip', s3ObjectVersion: 'v1' };
const ARGUMENTS = [
  { key: 's', value: '4' },
  { key: 'mode', value: 'live' },
];
const RULE = { protocol: '6', ruleAction: 'allow', cidrBlock: '10.0.0.0/16' };
const GATEWAY = {
  transitGatewayID: 'tgw-1',
  routableCIDRSpace: '100.64.0.0/26',
  attachmentNetworkAclConfiguration: [
    { ruleNumber: 10, ...RULE, portRange: { from: 1, to: 2 } },
    { ruleNumber: 20, ...RULE },
  ],
};
const DNS = ['ns1.halden.example', 'ns2.halden.example'].map((customDNSServerName) => ({
  customDNSServerName,
  customDNSServerIP: '10.0.0.2',
}));
const FEDERATION = {
  samlMetadataDocument: 'a document that is not that of any provider'.padEnd(1_200, '.'),
  applicationCallBackURL: 'https://example.com/back',
  federationProviderName: 'someone',
  attributeMap: { Email: 'email', Name: 'name' },
};

let backend: Embedded;
let builder: EnvironmentBuilder;
let wholes: Whole[];
const changesets: string[] = [];

beforeAll(async () => {
  backend = await openEmbedded();
  builder = await openBuilder(backend.call);
  const { environmentId } = builder;
  const named = (names: Members) => ({ environmentId, ...names });
  await builder.database('trades');
  await builder.database('quotes');
  for (const path of ['/2026.03.16/', '/2026.03.17/']) {
    const made = (await builder.changeset('trades', path)) as { changesetId: string };
    changesets.push(made.changesetId);
  }
  await builder.user('ann');
  for (const name of ['fast', 'slow']) await builder.volume(name);
  await builder.group('hosts');
  const segmentConfigurations = [
    { dbPaths: ['/2026.03.16/'], volumeName: 'fast' },
    { dbPaths: ['/2026.03.17/'], volumeName: 'slow' },
  ];
  await builder.dataview('view', { description: 'of trades', changesetId: changesets[0], segmentConfigurations });
  await builder.cluster('code', { code: CODE, initializationScript: 'init.q', commandLineArguments: ARGUMENTS });
  await builder.cluster('viewing', {
    clusterType: 'HDB',
    scalingGroupConfiguration: { scalingGroupName: 'hosts', memoryReservation: 6, nodeCount: 2 },
    databases: [{ databaseName: 'trades', dataviewName: 'view' }],
  });
  const cacheConfigurations = [{ cacheType: 'CACHE_1000', dbPaths: ['/'] }];
  await builder.cluster('caching', {
    clusterType: 'HDB',
    cacheStorageConfigurations: [{ type: 'CACHE_1000', size: 1200 }],
    databases: [
      { databaseName: 'trades', changesetId: changesets[0], cacheConfigurations },
      { databaseName: 'quotes' },
    ],
  });
  await backend.call('UpdateKxDatabase', { environmentId, databaseName: 'trades', description: 'all trades' });
  await backend.call('UpdateKxVolume', { environmentId, volumeName: 'fast', description: 'for trades' });
  await backend.call('UpdateKxEnvironment', { environmentId, description: 'of a desk' });
  await backend.call('UpdateKxEnvironmentNetwork', { environmentId, transitGatewayConfiguration: GATEWAY } as never);
  await backend.call('UpdateKxEnvironmentNetwork', { environmentId, customDNSConfiguration: DNS });
  const browser = {
    name: 'old',
    kmsKeyId: 'key',
    federationMode: 'FEDERATED' as const,
    federationParameters: FEDERATION,
  };
  const { environmentId: browserId = '' } = await backend.call('CreateEnvironment', {
    ...browser,
    kmsKeyId: 'arn:aws:kms:us-east-1:111122223333:key/5b0e7c1f-2d84-4f7a-9c36-e1a8d9f04b72',
    description: 'a browser',
  } as never);
  const whole = (operation: OperationName, reader: OperationName, names: Members, settings: Members): Whole => ({
    operation,
    reader,
    names,
    settings,
  });
  const network = named({});
  wholes = [
    whole('UpdateKxClusterCodeConfiguration', 'GetKxCluster', named({ clusterName: 'code' }), {
      code: CODE,
      initializationScript: 'init.q',
      commandLineArguments: ARGUMENTS,
    }),
    whole('UpdateKxClusterDatabases', 'GetKxCluster', named({ clusterName: 'viewing' }), {
      databases: [{ databaseName: 'trades', dataviewName: 'view' }],
    }),
    whole('UpdateKxClusterDatabases', 'GetKxCluster', named({ clusterName: 'caching' }), {
      databases: [
        { databaseName: 'trades', changesetId: changesets[1], cacheConfigurations },
        { databaseName: 'quotes' },
      ],
    }),
    whole('UpdateKxDataview', 'GetKxDataview', named({ databaseName: 'trades', dataviewName: 'view' }), {
      description: 'of trades, still',
      changesetId: changesets[0],
      segmentConfigurations,
    }),
    whole('UpdateKxVolume', 'GetKxVolume', named({ volumeName: 'fast' }), {
      description: 'for all trades',
      nas1Configuration: { type: 'SSD_1000', size: 2400 },
    }),
    whole('UpdateKxDatabase', 'GetKxDatabase', named({ databaseName: 'trades' }), { description: 'all' }),
    whole('UpdateKxUser', 'GetKxUser', named({ userName: 'ann' }), { iamRole: `${ROLE}-2` }),
    whole('UpdateKxEnvironment', 'GetKxEnvironment', named({}), { name: 'trading-2', description: 'of two desks' }),
    whole('UpdateKxEnvironmentNetwork', 'GetKxEnvironment', network, { transitGatewayConfiguration: GATEWAY }),
    whole('UpdateKxEnvironmentNetwork', 'GetKxEnvironment', network, { customDNSConfiguration: DNS }),
    whole(
      'UpdateEnvironment',
      'GetEnvironment',
      { environmentId: browserId },
      {
        name: 'older',
        description: 'a legacy browser',
        federationMode: 'FEDERATED',
        federationParameters: FEDERATION,
      },
    ),
  ];
});
afterAll(() => backend.close());

it('the test gives every setting of every update', () => {
  const given = OPERATION_NAMES.flatMap((name) => {
    const some = wholes.filter(({ operation }) => operation === name).flatMap(({ settings }) => Object.keys(settings));
    return [...new Set(some)].map((setting) => `${name}: ${setting}`);
  });
  const all = OPERATION_NAMES.flatMap((name) =>
    Object.keys(operationNamed(name).update?.settings({}) ?? {}).map((setting) => `${name}: ${setting}`),
  );
  expect(given.toSorted(), 'settings in the calls of `whole` in this file').toEqual(all.toSorted());
});

/** The same settings with one member, at any depth, or one entry of a list left out. */
function* lacking(value: unknown): Generator<unknown> {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const [at, entry] of value.entries()) {
      yield value.toSpliced(at, 1);
      for (const less of lacking(entry)) yield value.with(at, less);
    }
    return;
  }
  for (const [member, inner] of Object.entries(value)) {
    const { [member]: _, ...rest } = value as Members;
    yield rest;
    for (const less of lacking(inner)) yield { ...rest, [member]: less };
  }
}

/** Every setting by its path; a list that is compared as a whole counts as the set of its elements. */
function settingsIn(value: unknown, path = ''): Set<string> {
  if (typeof value !== 'object' || value === null) return new Set([path]);
  const at = (member: string, inner: unknown) => {
    const entry = inner as Members;
    const key = ['databaseName', 'key', 'volumeName', 'ruleNumber', 'customDNSServerName', 'cacheType']
      .map((name) => entry?.[name])
      .find((name) => name !== undefined);
    return Array.isArray(value) ? String(key ?? '') : member;
  };
  return new Set(
    Object.entries(value).flatMap(([member, inner]) => [...settingsIn(inner, `${path}.${at(member, inner)}`)]),
  );
}

const VOLATILE = /Timestamp|statusReason|activeVersions|errorMessage/;

describe.each(['in process', 'over HTTP'])('an update %s', (where) => {
  let call: Call;
  let guard: Guard;
  let close = async () => {};
  beforeAll(async () => {
    if (where === 'in process') call = backend.call;
    else {
      const serve = service(backend.store, { lifecycle: 'instant', account: '111122223333', now: backend.clock.now });
      const listening = await listen(serve, { port: 0 });
      const limits = { connectMs: 5_000, attemptMs: 20_000, callMs: 30_000, maxResponseBytes: 1 << 24 };
      process.env['AWS_ACCESS_KEY_ID'] ??= 'AKIDEXAMPLE';
      process.env['AWS_SECRET_ACCESS_KEY'] ??= 'secret';
      call = finspaceCall({
        region: 'us-east-1',
        endpoint: `http://127.0.0.1:${listening.port}`,
        limits,
        maxAttempts: 1,
      });
      close = async () => {
        await listening.close();
      };
    }
    guard = await openGuard({ call, clock: backend.clock, restrictions: { approve: 'none' } });
  });
  afterAll(async () => {
    await guard.close();
    await close();
  });

  it('removes no setting by omitting it', async () => {
    let refused = 0;
    for (const { operation, reader, names, settings } of wholes) {
      for (const less of lacking(settings)) {
        const before = await call(reader, names as never);
        const outcome = await guard.attempt({
          tool: toolName(operation),
          arguments: { ...names, ...(less as Members) },
        });
        const after = settingsIn(await call(reader, names as never));
        const lost = [...settingsIn(before)].filter((setting) => !after.has(setting) && !VOLATILE.test(setting));
        expect(lost, `${operation} with ${JSON.stringify(less)}: ${outcome.kind}`).toEqual([]);
        if (outcome.kind === 'refused' && outcome.text.includes('would remove')) refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(20);
  });

  it('keeps every setting with the complete arguments of the refusal', async () => {
    let repeated = 0;
    for (const { operation, reader, names, settings } of wholes) {
      for (const less of lacking(settings)) {
        const tool = toolName(operation);
        const refusal = await guard.attempt({ tool, arguments: { ...names, ...(less as Members) } });
        if (refusal.kind !== 'refused' || !refusal.text.includes('To keep everything')) continue;
        const before = settingsIn(await call(reader, names as never));
        const [, complete = '{}'] = /To keep everything, call \w+ with: (.*)/.exec(refusal.text) ?? [];
        const outcome = await guard.attempt({ tool, arguments: JSON.parse(complete) });
        expect(outcome.kind, `${tool} ${complete}: ${'text' in outcome ? outcome.text : ''}`).toBe('done');
        const after = settingsIn(await call(reader, names as never));
        expect([...before].filter((setting) => !after.has(setting) && !VOLATILE.test(setting))).toEqual([]);
        repeated += 1;
      }
    }
    expect(repeated).toBeGreaterThan(20);
  });
});
