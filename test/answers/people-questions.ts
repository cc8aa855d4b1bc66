import { type Asked, counted, exactly, type Facts, one, type Truth } from './truth.ts';

const find = (args: Record<string, unknown>) => ['find_kx_entities', args] as const;
const clusters = (more: Record<string, unknown>) => find({ kinds: ['cluster'], ...more });
const problems = (problem: string) => ['find_kx_problems', { problem }] as const;
const about = (name: string, environment = 'kdb-prod') => ['what_depends_on', { environment, name }] as const;
const ask = (text: string, call: Asked['calls'][number], facts: Facts): Asked => ({ ask: text, calls: [call], facts });

const text = (value: unknown) => JSON.stringify(value);
const gib = (mib: number) => `${mib / 1024} GiB`;
const HOSTS: Record<string, number> = {
  'kx.sg.xlarge': 32,
  'kx.sg.2xlarge': 64,
  'kx.sg.4xlarge': 108,
  'kx.sg.8xlarge': 216,
  'kx.sg1.16xlarge': 1949,
};
const made = ({ clusters: all }: Truth) => all.filter(({ status }) => status !== 'CREATE_FAILED');
const reserved = (of: Truth['clusters']) =>
  of.reduce((sum, { scalingGroupConfiguration: shared }) => {
    return sum + (shared === undefined ? 0 : shared.memoryReservation * shared.nodeCount);
  }, 0);
const on = (truth: Truth, host: string) =>
  made(truth).filter(({ scalingGroupConfiguration: shared }) => shared?.scalingGroupName === host);
const free = (truth: Truth, { name, hostType = '' }: Truth['groups'][number]) =>
  gib((HOSTS[hostType] ?? 0) * 1024 - reserved(on(truth, name)));
const sourcesOf = ({ changeRequests = [] }: Truth['changesets'][number]) =>
  changeRequests.map(({ s3Path = '' }) => s3Path);
const bucketOf = (changeset: Truth['changesets'][number]) => sourcesOf(changeset)[0]?.split('/')[2];
const sum = (numbers: readonly (number | undefined)[]) => numbers.reduce<number>((all, each) => all + (each ?? 0), 0);

/** Whether it mounts a changeset other than the newest completed one of a database that it reads. */
const isBehind = ({ databases, dataviews }: Truth, { databases: mounts = [] }: Truth['clusters'][number]) =>
  mounts.some(({ databaseName = '', changesetId, dataviewConfiguration: view }) => {
    const held = view?.changesetId ?? changesetId;
    const isWritable = dataviews.some(({ name, readWrite }) => name === view?.dataviewName && readWrite);
    return held !== undefined && !isWritable && held !== one(databases, databaseName).lastCompletedChangesetId;
  });

/** What other people asked about the demo world; each right answer is computed from what the single operations return. */
export const PEOPLE_QUESTIONS: readonly Asked[] = [
  ask('How many clusters does each environment have?', clusters({ groupBy: ['environment'] }), (truth) =>
    counted(truth.clusters, ({ environment }) => environment),
  ),
  ask(
    'Does any cluster have a different releaseLabel from the rest?',
    clusters({ groupBy: ['releaseLabel'] }),
    (truth) => counted(truth.clusters, ({ releaseLabel }) => releaseLabel),
  ),
  ask('How much memory is free on each host, everywhere?', find({ kinds: ['scaling-group'] }), (truth) =>
    truth.groups.map((group) => new RegExp(`"name":"${group.name}"[^}]*"free":"${free(truth, group)}"`)),
  ),
  ask(
    'How much memory have the clusters of each cost centre reserved?',
    clusters({ groupBy: ['tag:cost-centre'], view: 'full' }),
    (truth) =>
      [...new Set(truth.clusters.map(({ tags }) => tags['cost-centre'] ?? ''))].map((centre) => {
        const own = reserved(made(truth).filter(({ tags }) => tags['cost-centre'] === centre));
        return own === 0
          ? centre
          : new RegExp(`"value":"${centre}"[^}]*"totals":\\{[^}]*"clusterMemoryReserved":"${gib(own)}"`);
      }),
  ),
  ask(
    'How many gigabytes of each disk type do we pay for?',
    find({ kinds: ['volume'], groupBy: ['nas1Configuration'] }),
    ({ volumes }) =>
      [...new Set(volumes.map(({ nas1Configuration }) => nas1Configuration?.type))].map((type) => {
        const own = volumes.filter(({ nas1Configuration }) => nas1Configuration?.type === type);
        return new RegExp(
          `"value":"${type}"[^}]*"diskGB":${sum(own.map(({ nas1Configuration }) => nas1Configuration?.size))}\\b`,
        );
      }),
  ),
  ask('Which dedicated nodes do we run, and how many of each type?', clusters({}), (truth) =>
    made(truth).flatMap(({ capacityConfiguration: own }) =>
      own === undefined ? [] : [`"${own.nodeType}":${own.nodeCount}`],
    ),
  ),
  ask(
    'How much cache is provisioned in all?',
    clusters({ where: [{ setting: 'cacheStorageConfigurations', is: 'set' }] }),
    ({ clusters: all }) => [
      `"cacheGB":${sum(all.flatMap(({ cacheStorageConfigurations = [] }) => cacheStorageConfigurations.map(({ size }) => size)))}`,
      ...exactly(all.filter(({ cacheStorageConfigurations }) => cacheStorageConfigurations?.length)),
    ],
  ),
  ask('How exactly does hdb-futures scale?', find({ name: 'hdb-futures' }), ({ clusters: all }) => {
    const { autoScalingConfiguration: scaling } = one(all, 'hdb-futures');
    return [
      `"metricTarget":${scaling?.metricTarget}`,
      `${scaling?.autoScalingMetric}`,
      `"scaleInCooldownSeconds":${scaling?.scaleInCooldownSeconds}`,
      `"minNodeCount":${scaling?.minNodeCount},"maxNodeCount":${scaling?.maxNodeCount}`,
    ];
  }),
  ask(
    'Which clusters cannot scale by themselves?',
    clusters({ where: [{ setting: 'autoScalingConfiguration', is: 'unset' }], groupBy: ['type'] }),
    ({ clusters: all }) => {
      const fixed = all.filter(({ autoScalingConfiguration }) => autoScalingConfiguration === undefined);
      return [
        `"found":${fixed.length}`,
        ...counted(fixed, ({ clusterType }) => clusterType),
        ...fixed.map(({ name }) => text(name)),
      ];
    },
  ),
  ask(
    'Which clusters have no init script?',
    clusters({ where: [{ setting: 'initializationScript', is: 'unset' }] }),
    ({ clusters: all }) => exactly(all.filter(({ initializationScript }) => initializationScript === undefined)),
  ),
  ask(
    'Which clusters run without any code?',
    clusters({ where: [{ setting: 'code', is: 'unset' }] }),
    ({ clusters: all }) => exactly(all.filter(({ code }) => code === undefined)),
  ),
  ask('What command line does tp-fx get?', find({ name: 'tp-fx' }), ({ clusters: all }) =>
    (one(all, 'tp-fx').commandLineArguments ?? []).map(({ key, value }) => `${key}=${value}`),
  ),
  ask('Which clusters have a memory limit, and which?', clusters({ groupBy: ['memoryLimit'] }), ({ clusters: all }) =>
    counted(all, ({ scalingGroupConfiguration: shared }) => shared?.memoryLimit),
  ),
  ask('Which database does each cluster read or fill?', clusters({ groupBy: ['databaseName'] }), ({ clusters: all }) =>
    counted(all, ({ databases = [] }) => databases[0]?.databaseName),
  ),
  ask(
    'Which clusters mount nothing?',
    clusters({ where: [{ setting: 'databases', is: 'unset' }] }),
    ({ clusters: all }) => exactly(all.filter(({ databases = [] }) => databases.length === 0)),
  ),
  ask(
    'Is anything spread over several zones?',
    find({ where: [{ setting: 'azMode', is: 'equals', value: 'MULTI' }] }),
    ({ clusters: all, volumes, dataviews }) => [
      `"found":${[...all, ...volumes, ...dataviews].filter(({ azMode }) => azMode === 'MULTI').length}`,
      '"existingValues":["SINGLE"]',
    ],
  ),
  ask(
    'Which addresses do our clusters get, IPv4 or 6?',
    clusters({ groupBy: ['ipAddressType'] }),
    ({ clusters: all }) => counted(all, ({ vpcConfiguration }) => vpcConfiguration?.ipAddressType),
  ),
  ask('How many clusters are in each subnet?', clusters({ groupBy: ['subnetIds'] }), ({ clusters: all }) =>
    counted(all, ({ vpcConfiguration }) => vpcConfiguration?.subnetIds?.[0]),
  ),
  ask('What has no tag at all?', find({ tags: [{ absent: true }] }), (truth) =>
    exactly(
      [truth.environments, truth.clusters, truth.groups, truth.volumes, truth.databases, truth.dataviews, truth.users]
        .flat()
        .filter(({ tags }) => Object.keys(tags).length === 0),
    ),
  ),
  ask('What is tagged CC-5110?', find({ tags: [{ value: 'CC-5110' }] }), (truth) =>
    exactly(
      [truth.clusters, truth.groups, truth.volumes, truth.databases, truth.dataviews, truth.users]
        .flat()
        .filter(({ tags }) => Object.values(tags).includes('CC-5110')),
    ),
  ),
  ask('Is there an owner called fx?', find({ tags: [{ key: 'owner', value: 'fx' }] }), (truth) => [
    '"found":0',
    ...new Set(truth.clusters.map(({ tags }) => `owner=${tags['owner']}`)),
  ]),
  ask('Which buckets do our loads come from?', find({ kinds: ['changeset'], groupBy: ['bucket'] }), ({ changesets }) =>
    counted(changesets, bucketOf),
  ),
  ask(
    'Did anything ever come from halden-reference?',
    find({ kinds: ['changeset'], text: 'halden-reference' }),
    ({ changesets }) => [
      ...exactly(changesets.filter((changeset) => bucketOf(changeset) === 'halden-reference')),
      ...changesets.filter((changeset) => bucketOf(changeset) === 'halden-reference').flatMap(sourcesOf),
    ],
  ),
  ask(
    'Which days of futures were loaded, and from where?',
    find({ kinds: ['changeset'], name: 'futures_l2', view: 'full' }),
    ({ changesets }) => changesets.filter(({ databaseName }) => databaseName === 'futures_l2').flatMap(sourcesOf),
  ),
  ask(
    'What exactly did the load that failed ask for?',
    find({ kinds: ['changeset'], status: ['FAILED'] }),
    ({ changesets }) => {
      const failed = changesets.filter(({ status }) => status === 'FAILED');
      return [
        ...exactly(failed),
        ...failed.flatMap(sourcesOf),
        ...failed.map(({ errorInfo }) => errorInfo?.errorMessage ?? ''),
      ];
    },
  ),
  ask(
    'How many loads has each database had?',
    find({ kinds: ['changeset'], groupBy: ['database'] }),
    ({ changesets }) => counted(changesets, ({ databaseName }) => databaseName),
  ),
  ask(
    'What was in the very first load of equities_taq?',
    find({ kinds: ['changeset'], name: 'equities_taq', sort: 'oldest' }),
    ({ changesets }) => {
      const [first] = changesets
        .filter(({ databaseName }) => databaseName === 'equities_taq')
        .toSorted((a, b) => (a.createdTimestamp ?? '').localeCompare(b.createdTimestamp ?? ''));
      return [new RegExp(`"entities":\\[\\{[^}]*${first?.name}`), ...(first === undefined ? [] : sourcesOf(first))];
    },
  ),
  ask(
    'Which dataviews must be moved by hand?',
    find({ kinds: ['dataview'], where: [{ setting: 'autoUpdate', is: 'equals', value: false }] }),
    ({ dataviews }) => exactly(dataviews.filter(({ autoUpdate }) => !autoUpdate)),
  ),
  ask('Which paths does the static equities view cache, and where?', about('equities_taq_static'), ({ dataviews }) =>
    (one(dataviews, 'equities_taq_static').segmentConfigurations ?? []).map(
      ({ volumeName, dbPaths }) => `"volume":"${volumeName}","dbPaths":${text(dbPaths)}`,
    ),
  ),
  ask('Which version of it does each replica mount?', about('equities_taq_static'), ({ dataviews }) =>
    (one(dataviews, 'equities_taq_static').activeVersions ?? []).flatMap(({ versionId, attachedClusters = [] }) => [
      new RegExp(
        `"versionId":"${versionId}"[^}]*"clusters":\\[${attachedClusters.map((name) => `"${name}"`).join(',')}`,
      ),
    ]),
  ),
  ask('Which databases have no dataview?', find({ kinds: ['database', 'dataview'] }), ({ databases, dataviews }) => [
    ...databases.map(({ name }) => `"kind":"database","name":"${name}"`),
    ...dataviews.map(({ name, databaseName }) => `"name":"${name}","database":"${databaseName}"`),
  ]),
  ask('Since when is hdb-equities-b behind its data?', problems('behind'), ({ clusters: all, changesets }) => {
    const held = one(all, 'hdb-equities-b').databases?.[0]?.dataviewConfiguration?.changesetId;
    const of = changesets.filter(
      ({ databaseName, status }) => databaseName === 'equities_taq' && status === 'COMPLETED',
    );
    const from = of.find(({ name }) => name === held)?.activeFromTimestamp ?? '';
    const missed = of.map(({ activeFromTimestamp = '' }) => activeFromTimestamp).filter((each) => each > from);
    return [
      new RegExp(`hdb-equities-b"[^}]*"since":"${missed.toSorted()[0]?.slice(0, 16)}Z"`),
      `"behindBy":${missed.length}`,
    ];
  }),
  ask('How many clusters are behind?', problems('behind'), (truth) => [
    `"behind":${truth.clusters.filter((each) => isBehind(truth, each)).length}`,
  ]),
  ask('Is a deployment running right now?', problems('underway'), ({ clusters: all }) =>
    all
      .filter(({ status = '' }) => /^(?:UPDATING|CREATING)$/.test(status))
      .map(({ name, status }) => new RegExp(`cluster:${name}"[^}]*is ${status}`)),
  ),
  ask(
    'Which clusters are being created or updated?',
    clusters({ status: ['CREATING', 'UPDATING'] }),
    ({ clusters: all }) => exactly(all.filter(({ status = '' }) => /^(?:UPDATING|CREATING)$/.test(status))),
  ),
];
