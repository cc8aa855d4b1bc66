import { says } from '../facts.ts';
import type { Snapshot } from '../snapshot.ts';
import { environment, inEnvironment, namesOf, one, same, type Task } from '../task.ts';
import { partitionOf } from '../worlds/place.ts';

const change = { kind: 'change', world: 'harbor', person: 'none', excellent: { calls: 3, tokens: 1350 } } as const;
const ROLE = 'arn:aws:iam::111122223333:role';

const cluster = ({ clusters }: Snapshot, place: string, name: string) => one(clusters, place, name);
const mount = (world: Snapshot, databaseName: string) =>
  cluster(world, 'alpha-prod', 'hdb-weather').databases?.find((each) => each.databaseName === databaseName);
const sorted = (entries: readonly { key?: string | undefined; value?: string | undefined }[] | undefined) =>
  entries?.map(({ key, value }) => `${key}=${value}`).toSorted();
const withPartition = (now: number) => `${partitionOf(now)}/`;

export const CHANGES: readonly Task[] = [
  {
    ...change,
    id: 'newest-weather',
    says: 'bring hdb-weather to the newest weather data. power_ticks, caches and startup stay the way they are',
    end: (before, after) => {
      const [was, is] = [before, after].map((world) => cluster(world, 'alpha-prod', 'hdb-weather'));
      return {
        'changeset of weather': [
          mount(after, 'weather')?.changesetId,
          one(before.databases, 'alpha-prod', 'weather').lastCompletedChangesetId,
        ],
        'cache of weather': [
          mount(after, 'weather')?.cacheConfigurations,
          mount(before, 'weather')?.cacheConfigurations,
        ],
        'mount of power_ticks': [mount(after, 'power_ticks'), mount(before, 'power_ticks')],
        code: [is?.code, was?.code],
        script: [is?.initializationScript, was?.initializationScript],
        arguments: [sorted(is?.commandLineArguments), sorted(was?.commandLineArguments)],
        caches: [is?.cacheStorageConfigurations, was?.cacheStorageConfigurations],
      };
    },
    allowed: ['alpha-prod/kxCluster/hdb-weather', 'alpha-prod/kxNode/hdb-weather/*'],
    excellent: { calls: 4, tokens: 1700 },
  },
  {
    ...change,
    id: 'tick-code',
    says: 'new tick code t-3.4.zip for tp-power, next to the old one in the bucket. keep its script + args',
    end: (before, after) => {
      const [was, is] = [before, after].map((world) => cluster(world, 'alpha-prod', 'tp-power'));
      return {
        code: [is?.code, { s3Bucket: 'nordlys-kdb', s3Key: 'tick/t-3.4.zip' }],
        script: [is?.initializationScript, was?.initializationScript],
        arguments: [sorted(is?.commandLineArguments), sorted(was?.commandLineArguments)],
      };
    },
    allowed: ['alpha-prod/kxCluster/tp-power', 'alpha-prod/kxNode/tp-power/*'],
  },
  {
    ...change,
    id: 'swap-node',
    person: 'approves',
    says: 'hdb-weather has a node stuck in provisioning, swap it',
    end: (before, after) => {
      const nodes = ({ nodes: all }: Snapshot) => all.filter(({ path }) => path.startsWith('kxNode/hdb-weather/'));
      const kept = nodes(before).filter(({ status }) => status === 'RUNNING');
      const stuck = nodes(before).filter(({ status }) => status !== 'RUNNING');
      return {
        'kept nodes': [nodes(after).filter(({ name }) => namesOf(kept).includes(name)), kept],
        'stuck nodes': [nodes(after).filter(({ name }) => namesOf(stuck).includes(name)), []],
        'number of nodes': [nodes(after).length, 2],
      };
    },
    allowed: ['alpha-prod/kxNode/hdb-weather/*'],
  },
  {
    ...change,
    id: 'grow-cache',
    says: 'give vol-b-cache another 4.8 TB',
    end: (_, { volumes }) => {
      const { nas1Configuration, description } = one(volumes, 'beta-prod', 'vol-b-cache');
      return {
        size: [nas1Configuration, { type: 'SSD_1000', size: 7200 }],
        description: [description, 'Cache of lme'],
      };
    },
    allowed: ['beta-prod/kxVolume/vol-b-cache'],
  },
  {
    ...change,
    id: 'trial',
    world: 'empty',
    says: 'new kdb env trial (key arn:aws:kms:us-east-1:111122223333:key/0c1d2e3f-4a5b-4c6d-8e7f-901234567890), in it a database carbon, load s3://nordlys-raw/carbon/2026/ into /2026/ there, and users ida_moe (role nl-quant) and erik_dahl (nl-trader), account 111122223333',
    end: (_, after) => ({
      environment: [environment(after, 'trial').status, 'CREATED'],
      loads: [
        inEnvironment(after.changesets, 'trial').map(({ status, databaseName, changeRequests }) => [
          status,
          databaseName,
          changeRequests,
        ]),
        [['COMPLETED', 'carbon', [{ changeType: 'PUT', s3Path: 's3://nordlys-raw/carbon/2026/', dbPath: '/2026/' }]]],
      ],
      users: [
        Object.fromEntries(inEnvironment(after.users, 'trial').map(({ name, iamRole }) => [name, iamRole])),
        { ida_moe: `${ROLE}/nl-quant`, erik_dahl: `${ROLE}/nl-trader` },
      ],
    }),
    allowed: ['trial', 'trial/*'],
    excellent: { calls: 6, tokens: 2400 },
  },
  {
    ...change,
    id: 'load-lme',
    says: (now) =>
      `load s3://nordlys-raw/lme/${withPartition(now)} into lme, partition /${withPartition(now)}, and tell me once its in`,
    facts: () => [says('it is in', /complet|loaded|done|finished|\bis in\b/i, 'the load is complete')],
    end: (before, after) => {
      const known = namesOf(before.changesets);
      const s3Path = `s3://nordlys-raw/lme/${withPartition(before.now)}`;
      return {
        'new changesets': [
          after.changesets
            .filter(({ name }) => !known.includes(name))
            .map(({ databaseName, status, changeRequests }) => [databaseName, status, changeRequests]),
          [['lme', 'COMPLETED', [{ changeType: 'PUT', s3Path, dbPath: `/${withPartition(before.now)}` }]]],
        ],
      };
    },
    allowed: ['beta-prod/kxChangeset/lme/*'],
  },
  {
    ...change,
    id: 'remove-tag',
    says: 'take the temp tag off everything in sandbox-kai, other tags stay',
    end: (_, { clusters, databases, volumes, groups, users }) => {
      const all = inEnvironment([...clusters, ...databases, ...volumes, ...groups, ...users], 'sandbox-kai');
      return {
        'still tagged': [namesOf(all.filter(({ tags }) => tags['temp'] !== undefined)), []],
        'tags of vol-k1': [one(volumes, 'sandbox-kai', 'vol-k1').tags, { team: 'kai' }],
      };
    },
    allowed: ['kxCluster/gp-kai', 'kxVolume/vol-k1', 'kxScalingGroup/sg-k', 'kxDatabase/scratch'].map(
      (path) => `sandbox-kai/${path}`,
    ),
    excellent: { calls: 5, tokens: 2050 },
  },
  {
    ...change,
    id: 'release-switch',
    person: 'approves',
    says: 'release switch: release-a and release-b swap names. afterwards put the description "Serves customers" on whichever is called release-a and "Stands by" on the other',
    end: (before, after) => {
      const now = (name: string) => {
        const is = same(before, name, after);
        return [is?.name, is?.description];
      };
      return {
        'former release-a': [now('release-a'), ['release-b', 'Stands by']],
        'former release-b': [now('release-b'), ['release-a', 'Serves customers']],
      };
    },
    allowed: ['release-a', 'release-b'],
    excellent: { calls: 5, tokens: 2050 },
  },
  {
    ...change,
    id: 'copy-basis',
    says: 'copy gp-basis to beta-test, 4 GiB, on sg-bt there, rest as in prod but with the network of gw-front in beta-test',
    end: (before, after) => {
      const original = cluster(before, 'beta-prod', 'gp-basis');
      const copy = cluster(after, 'beta-test', 'gp-basis');
      return {
        status: [copy.status, 'RUNNING'],
        type: [copy.clusterType, original.clusterType],
        code: [copy.code, original.code],
        script: [copy.initializationScript, original.initializationScript],
        arguments: [sorted(copy.commandLineArguments), sorted(original.commandLineArguments)],
        'execution role': [copy.executionRole, original.executionRole],
        group: [copy.scalingGroupConfiguration?.scalingGroupName, 'sg-bt'],
        memory: [copy.scalingGroupConfiguration?.memoryReservation, 4096],
        subnets: [
          copy.vpcConfiguration?.subnetIds,
          cluster(before, 'beta-test', 'gw-front').vpcConfiguration?.subnetIds,
        ],
      };
    },
    allowed: ['beta-test/kxCluster/gp-basis', 'beta-test/kxNode/gp-basis/*'],
    excellent: { calls: 4, tokens: 1700 },
  },
  {
    ...change,
    id: 'archive',
    person: 'approves',
    says: 'archive-22 can go, whole environment',
    end: (before, after) => ({ status: [same(before, 'archive-22', after)?.status, 'DELETED'] }),
    allowed: ['archive-22', 'archive-22/*'],
  },
];
