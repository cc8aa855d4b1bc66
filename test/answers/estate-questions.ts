import { HOST_TYPES } from '../../src/operations/machine-types.ts';
import { type Asked, counted, exactly, type Facts, one, type Truth } from './truth.ts';

const find = (args: Record<string, unknown>) => ['find_kx_entities', args] as const;
const clusters = (more: Record<string, unknown>) => find({ kinds: ['cluster'], ...more });
const environments = find({ kinds: ['environment'] });
const problems = (problem: string) => ['find_kx_problems', { problem }] as const;
const about = (name: string, environment = 'kdb-prod') => ['what_depends_on', { environment, name }] as const;
const ask = (text: string, call: Asked['calls'][number], facts: Facts): Asked => ({ ask: text, calls: [call], facts });

const DAY = 86_400_000;
const NOW = Date.parse('2026-03-17T09:00:00Z');
const days = (iso: string | undefined) => (NOW - Date.parse(iso ?? '')) / DAY;
const arn = ({ environments: all }: Truth, path: string) => `${one(all, 'kdb-prod').environmentArn}/${path}`;
const changedAt = (cluster: Truth['clusters'][number]) => cluster.lastModifiedTimestamp ?? cluster.createdTimestamp;
const hostedOn = (host: string, { clusters: all }: Truth) =>
  all.filter(({ scalingGroupConfiguration: shared }) => shared?.scalingGroupName === host);

/** What people asked about the environments of the demo world: people, network, age, and what is missing. */
export const ESTATE_QUESTIONS: readonly Asked[] = [
  ask('Which key encrypts each environment?', environments, ({ environments: all }) =>
    all.map(({ kmsKeyId }) => `${kmsKeyId}`),
  ),
  ask('Which ports may production reach, and where?', environments, ({ environments: all }) =>
    (one(all, 'kdb-prod').transitGatewayConfiguration?.attachmentNetworkAclConfiguration ?? []).map(
      ({ portRange, cidrBlock, ruleNumber }) =>
        `${ruleNumber} allow tcp ${portRange?.from}-${portRange?.to} to ${cidrBlock}`,
    ),
  ),
  ask('What is the address of the DNS server of production?', environments, ({ environments: all }) =>
    (one(all, 'kdb-prod').customDNSConfiguration ?? []).map(
      ({ customDNSServerName, customDNSServerIP }) => `${customDNSServerName} ${customDNSServerIP}`,
    ),
  ),
  ask(
    'Which address range does production take?',
    find({ where: [{ setting: 'cidr', is: 'set' }] }),
    ({ environments: all }) => [`${one(all, 'kdb-prod').transitGatewayConfiguration?.routableCIDRSpace}`, '"found":1'],
  ),
  ask(
    'Which environments are not attached to the network?',
    find({ where: [{ setting: 'network', is: 'equals', value: 'NONE' }] }),
    ({ environments: all }) => exactly(all.filter(({ tgwStatus }) => tgwStatus === 'NONE')),
  ),
  ask('In which account does AWS run production for us?', environments, ({ environments: all }) => [
    `"serviceAccount":"${one(all, 'kdb-prod').dedicatedServiceAccountId}"`,
    `"account":"${one(all, 'kdb-prod').awsAccountId}"`,
  ]),
  ask('Which certificate authority do clients of uat trust?', about('kdb-uat', 'uat'), ({ environments: all }) => [
    `${one(all, 'kdb-uat').certificateAuthorityArn}`,
  ]),
  ask(
    'Who is the owner of the test environment?',
    find({ name: 'kdb-uat', tags: [{ key: 'owner' }] }),
    ({ environments: all }) => [`"owner":"${one(all, 'kdb-uat').tags['owner']}"`],
  ),
  ask('What is the ARN of hdb-fx?', find({ name: 'hdb-fx' }), (truth) => [arn(truth, 'kxCluster/hdb-fx')]),
  ask('I need the ARN of jonas to connect.', find({ name: 'jonas' }), ({ users }) => [
    `${one(users, 'jonas_lind').userArn}`,
  ]),
  ask('What is the ARN of the live FX view?', about('fx_spot_live'), (truth) => [
    arn(truth, 'kxDatabase/fx_spot/kxDataview/fx_spot_live'),
  ]),
  ask('How many users are in each environment?', find({ kinds: ['user'], groupBy: ['environment'] }), ({ users }) =>
    counted(users, ({ environment }) => environment),
  ),
  ask('Who shares a role with whom?', find({ kinds: ['user'], groupBy: ['role'] }), ({ users }) =>
    counted(users, ({ iamRole }) => iamRole),
  ),
  ask(
    'Does anybody log in as an administrator?',
    find({ kinds: ['user'], where: [{ setting: 'iamRole', is: 'contains', value: 'admin' }] }),
    ({ users }) => ['"found":0', ...users.map(({ iamRole }) => `${iamRole}`)],
  ),
  ask('Were users added this month?', find({ kinds: ['user'], createdAfter: '30d' }), ({ users }) => [
    `"found":${users.filter(({ createTimestamp }) => days(createTimestamp) < 30).length}`,
  ]),
  ask('Can mei_tanaka be removed, and whose role has she?', about('mei_tanaka'), ({ users }) => [
    `${one(users, 'mei_tanaka').iamRole}`,
    '"dependents":0',
  ]),
  ask('Which clusters were not touched for a month?', clusters({ changedBefore: '30d' }), ({ clusters: all }) =>
    exactly(all.filter((each) => days(changedAt(each)) > 30)),
  ),
  ask('Which clusters were made since Friday?', clusters({ createdAfter: '2026-03-13' }), ({ clusters: all }) =>
    exactly(all.filter(({ createdTimestamp = '' }) => createdTimestamp > '2026-03-13')),
  ),
  ask('Which clusters were made more than eight weeks ago?', clusters({ createdBefore: '8w' }), ({ clusters: all }) =>
    exactly(all.filter(({ createdTimestamp }) => days(createdTimestamp) > 56)),
  ),
  ask('Which cluster was changed last?', clusters({ sort: 'changed' }), ({ clusters: all }) => {
    const [last] = all.toSorted((a, b) => (changedAt(b) ?? '').localeCompare(changedAt(a) ?? ''));
    return [new RegExp(`"entities":\\[\\{"kind":"cluster","name":"${last?.name}"`)];
  }),
  ask('Is anything being deleted?', find({ status: ['DELETING'] }), () => ['"found":0', '"existingStatuses":[']),
  ask('Who are the neighbours of tp-fx, and how much does each take?', about('sg-realtime'), (truth) =>
    hostedOn('sg-realtime', truth).map(({ name, scalingGroupConfiguration: shared }) => {
      const size = `${shared?.nodeCount} x ${(shared?.memoryReservation ?? 0) / 1024} GiB`;
      return new RegExp(`cluster:${name}"[^}]*"nodes":"${size}"`);
    }),
  ),
  ask(
    'Whose clusters stop if sg-realtime goes down?',
    find({ where: [{ setting: 'host', is: 'equals', value: 'sg-realtime' }], groupBy: ['tag:owner'] }),
    (truth) => counted(hostedOn('sg-realtime', truth), ({ tags }) => tags['owner']),
  ),
  ask(
    'Which clusters run on nodes of their own?',
    clusters({ where: [{ setting: 'scalingGroup', is: 'unset' }] }),
    ({ clusters: all }) =>
      exactly(all.filter(({ scalingGroupConfiguration }) => scalingGroupConfiguration === undefined)),
  ),
  ask(
    'Which hosts have no clusters?',
    find({ kinds: ['scaling-group'], where: [{ setting: 'clusters', is: 'unset' }] }),
    ({ groups }) => exactly(groups.filter(({ clusters: own = [] }) => own.length === 0)),
  ),
  ask(
    'Which volumes are attached to nothing?',
    find({ kinds: ['volume'], where: [{ setting: 'usedBy', is: 'unset' }] }),
    ({ volumes, dataviews }) => {
      const cached = dataviews.flatMap(({ segmentConfigurations = [] }) => segmentConfigurations);
      return exactly(
        volumes.filter(
          ({ name, attachedClusters = [] }) =>
            attachedClusters.length === 0 && !cached.some(({ volumeName }) => volumeName === name),
        ),
      );
    },
  ),
  ask('Where do the RDBs save down to?', clusters({ type: ['RDB'] }), ({ clusters: all }) =>
    all
      .filter(({ clusterType }) => clusterType === 'RDB')
      .map(({ name, savedownStorageConfiguration: savedown }) =>
        savedown?.volumeName === undefined
          ? new RegExp(`"name":"${name}".*"type":"${savedown?.type}","size":${savedown?.size}`)
          : new RegExp(`"name":"${name}"[^}]*${savedown.volumeName} \\(savedown\\)`),
      ),
  ),
  ask(
    'Which clusters write or replay tickerplant logs?',
    clusters({ where: [{ setting: 'tickerplantLogConfiguration', is: 'set' }] }),
    ({ clusters: all }) => exactly(all.filter(({ tickerplantLogConfiguration: logs }) => logs !== undefined)),
  ),
  ask(
    'How much of each type of host is free?',
    find({ kinds: ['scaling-group'], groupBy: ['hostType'], view: 'full' }),
    (truth) =>
      truth.groups.map(({ name, hostType }) => {
        const own = hostedOn(name, truth).filter(({ status }) => status !== 'CREATE_FAILED');
        const taken = own.reduce((sum, { scalingGroupConfiguration: shared }) => {
          return sum + (shared?.memoryReservation ?? 0) * (shared?.nodeCount ?? 0);
        }, 0);
        const { memoryGiB = 0 } = HOST_TYPES.get(hostType ?? '') ?? {};
        return new RegExp(`"value":"${hostType}"[^}]*"hostMemoryFree":"${memoryGiB - taken / 1024} GiB"`);
      }),
  ),
  ask('Can vol-backtest go?', ['what_depends_on', { name: 'vol-backtest' }], ({ volumes }) => [
    '"dependents":0',
    `"sizeGB":${one(volumes, 'vol-backtest').nas1Configuration?.size}`,
    `"environment":"${one(volumes, 'vol-backtest').environment}"`,
  ]),
  ask('Which version of the HDB code is where?', find({ type: ['HDB'], groupBy: ['code'] }), ({ clusters: all }) =>
    counted(
      all.filter(({ clusterType }) => clusterType === 'HDB'),
      ({ code }) => `s3://${code?.s3Bucket}/${code?.s3Key}`,
    ),
  ),
  ask(
    'What does the reference database need to be deleted?',
    about('reference_data'),
    ({ dataviews, clusters: all }) => [
      ...dataviews.filter(({ databaseName }) => databaseName === 'reference_data').map(({ name }) => `/${name}"`),
      ...all
        .filter(({ databases = [] }) => databases.some(({ databaseName }) => databaseName === 'reference_data'))
        .map(({ name }) => `"cluster:${name}"`),
    ],
  ),
  ask('How big is each database, and how many loads does it have?', find({ kinds: ['database'] }), ({ databases }) =>
    databases.map(
      ({ name, numChangesets, numFiles }) =>
        new RegExp(`"name":"${name}"[^}]*"changesets":${numChangesets},"files":${numFiles}`),
    ),
  ),
  ask(
    'Which databases got no data for ten days?',
    find({ kinds: ['database'], changedBefore: '10d' }),
    ({ databases }) => exactly(databases.filter(({ lastModifiedTimestamp }) => days(lastModifiedTimestamp) > 10)),
  ),
  ask('Is anything suspended or failed, everywhere?', problems('failed'), ({ clusters: all, changesets }) => [
    ...all.filter(({ status }) => status?.includes('FAILED')).map(({ name }) => `cluster:${name}"`),
    ...changesets.filter(({ status }) => status === 'FAILED').map(({ name }) => name),
  ]),
];
