import { date, names, number, says, size, text } from '../facts.ts';
import type { Snapshot } from '../snapshot.ts';
import { environment, inEnvironment, namesOf, one, type Task } from '../task.ts';
import { DAY } from '../worlds/place.ts';

const question = { kind: 'question', world: 'harbor', person: 'none', excellent: { calls: 1, tokens: 1050 } } as const;

export const QUESTIONS: readonly Task[] = [
  {
    ...question,
    id: 'backtest-host',
    world: 'demo',
    says: 'what kind of machine is sg-backtest and which team is it tagged to?',
    facts: (before) => {
      const { hostType, tags } = one(before.groups, 'kdb-prod', 'sg-backtest');
      return [text('host type', hostType), text('owner', tags['owner'])];
    },
    excellent: { calls: 1, tokens: 650 },
  },
  {
    ...question,
    id: 'tutors',
    says: 'how many users are there in sandbox-kai and how many of those are on nl-tutor?',
    facts: (before) => {
      const users = inEnvironment(before.users, 'sandbox-kai');
      const tutors = users.filter(({ iamRole }) => iamRole?.endsWith('/nl-tutor'));
      return [number('users', users.length), number('tutors', tutors.length)];
    },
  },
  {
    ...question,
    id: 'gas-pilot',
    says: 'gas-pilot - whats wrong there, n when was it made',
    facts: (before) => [
      says('why it failed', /capacity/i, 'no capacity left'),
      date('creation', environment(before, 'gas-pilot').creationTimestamp),
    ],
  },
  {
    ...question,
    id: 'hdd',
    says: 'how much HDD in TB, everywhere',
    facts: ({ volumes }) => {
      const disks = volumes.map(({ nas1Configuration }) => nas1Configuration);
      const sizes = disks.map((disk) => (disk?.type === 'HDD_12' ? (disk.size ?? 0) : 0));
      return [
        size(
          'HDD',
          sizes.reduce((sum, each) => sum + each),
        ),
      ];
    },
  },
  {
    ...question,
    id: 'untagged-groups',
    says: 'scaling groups without a cost-centre tag, names only pls',
    facts: ({ groups }) => {
      const untagged = groups.filter(({ tags }) => tags['cost-centre'] === undefined);
      return [names('untagged', namesOf(untagged), namesOf(groups))];
    },
  },
  {
    ...question,
    id: 'front-code',
    says: 'which code is gw-front running',
    facts: () => [
      text('code in production', 'g-1.9'),
      text('code in test', 'g-2.0-beta'),
      names('environments', ['beta-prod', 'beta-test']),
    ],
  },
  {
    ...question,
    id: 'cluster-differences',
    says: 'clusters in alpha-test that alpha-prod lacks, and vice versa, just names',
    facts: ({ clusters }) => {
      const test = new Set(namesOf(inEnvironment(clusters, 'alpha-test')));
      const prod = new Set(namesOf(inEnvironment(clusters, 'alpha-prod')));
      const all = [...new Set([...test, ...prod])];
      return [
        names(
          'differences',
          all.filter((name) => !(test.has(name) && prod.has(name))),
          all,
        ),
      ];
    },
  },
  {
    ...question,
    id: 'recent-loads',
    says: 'how many loads went into power_ticks (alpha-prod) within the last 5 days, and did one of them fail? why',
    facts: ({ changesets, now }) => {
      const loads = inEnvironment(changesets, 'alpha-prod').filter(
        ({ databaseName }) => databaseName === 'power_ticks',
      );
      const recent = loads.filter(({ createdTimestamp = '' }) => Date.parse(createdTimestamp) > now - 5 * DAY);
      return [
        number('loads', recent.length),
        says('why a load failed', /denied|permission|access/i, 'access was denied'),
      ];
    },
    excellent: { calls: 2, tokens: 1400 },
  },
  {
    ...question,
    id: 'gateway-settings',
    says: 'tell me about gw-power: what code, which host, what arguments',
    facts: () => [text('code', 'g-1.9'), names('host', ['sg-a2']), says('arguments', /tls/i, 'tls=on')],
  },
  {
    ...question,
    id: 'unused-volumes',
    says: 'volumes nobody uses (all envs), names only',
    facts: (before) => [names('unused', unusedVolumes(before), namesOf(before.volumes))],
  },
];

function unusedVolumes({ volumes, dataviews }: Snapshot): string[] {
  const cached = dataviews.flatMap(({ environment: place, segmentConfigurations = [], activeVersions = [] }) =>
    [segmentConfigurations, ...activeVersions.map((version) => version.segmentConfigurations ?? [])]
      .flat()
      .map(({ volumeName }) => `${place}/${volumeName}`),
  );
  const unused = volumes.filter(
    ({ attachedClusters = [], environment: place, name }) =>
      attachedClusters.length === 0 && !cached.includes(`${place}/${name}`),
  );
  return namesOf(unused);
}
