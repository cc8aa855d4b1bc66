import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planPage } from '../../src/approval-page/views.ts';
import { approveAtTerminal } from '../../src/commands/approve-dialog.ts';
import type { Call, OperationName } from '../../src/operations/index.ts';
import type { PendingApproval, ShownPlan } from '../../src/safety/ledger.ts';
import { planCall } from '../../src/safety/plan.ts';
import { planTeardown } from '../../src/safety/teardown.ts';
import { answering, cachingReads, type Embedded, type Members, openEmbedded } from './support/backend.ts';
import { type EnvironmentBuilder, openBuilder } from './support/call-environment-builder.ts';
import { PLACE } from './support/guard.ts';

/** Lengths around each budget: 20 columns for an environment, 30 for any other name, 63 for a name that a person can type in a form. */
const LENGTHS = [3, 12, 20, 21, 30, 31, 47, 63];
const LONGEST_USER = 50;
const GATEWAY = { transitGatewayID: 'tgw-0a1b2c3d4e5f60718', routableCIDRSpace: '100.64.0.0/26' };

/** Ten kinds of change, with the text before the name on the first line, and the beginning of the second line. */
const KINDS: [string, OperationName | 'teardown', (name: string) => Members, RegExp][] = [
  [
    'DELETE cluster',
    'DeleteKxCluster',
    (clusterName) => ({ clusterName }),
    /^Permanent loss: unsaved data in memory \(1 node\)/,
  ],
  ['DELETE database', 'DeleteKxDatabase', (name) => ({ databaseName: `${name}2` }), /^Permanent loss: data /],
  [
    'DELETE dataview',
    'DeleteKxDataview',
    (name) => ({ databaseName: name, dataviewName: name }),
    /^Permanent loss: 1 version/,
  ],
  ['DELETE volume', 'DeleteKxVolume', (volumeName) => ({ volumeName }), /^Permanent loss: storage /],
  [
    'DELETE scaling group',
    'DeleteKxScalingGroup',
    (scalingGroupName) => ({ scalingGroupName }),
    /^Permanent loss: host /,
  ],
  ['DELETE user', 'DeleteKxUser', (name) => ({ userName: name.slice(0, LONGEST_USER) }), /^Permanent loss: access /],
  ['DELETE kdb environment', 'DeleteKxEnvironment', () => ({}), /^Permanent loss: 2 databases/],
  ['DELETE kdb environment', 'teardown', () => ({}), /^Permanent loss of 8 entities, including 2 databases/],
  [
    'CHANGE THE NETWORK OF kdb environment',
    'UpdateKxEnvironmentNetwork',
    () => ({ transitGatewayConfiguration: GATEWAY }),
    /^Permanent loss: option to change /,
  ],
  [
    'INTERRUPT cluster',
    'UpdateKxClusterDatabases',
    (name) => ({ clusterName: name, databases: [{ databaseName: name }] }),
    /^(?:Permanent loss|Interrupts): /,
  ],
];

describe.each(LENGTHS)('the first three lines, with names of %d characters', (length) => {
  let backend: Embedded;
  let call: Call;
  let builder: EnvironmentBuilder;
  const name = 'n'.repeat(length);
  beforeAll(async () => {
    backend = await openEmbedded();
    builder = await openBuilder(backend.call);
    call = answering(cachingReads(backend.call), (operation, reply) =>
      operation === 'GetKxEnvironment' ? { ...reply, name: 'e'.repeat(length) } : reply,
    );
    for (const databaseName of [name, `${name}2`.slice(-63)]) await builder.database(databaseName);
    await builder.volume(name);
    await builder.user(name.slice(0, LONGEST_USER));
    await builder.group(name);
    await builder.dataview(name, { databaseName: name, autoUpdate: true });
    await builder.cluster(name);
  });
  afterAll(() => backend.close());

  const shownOf = async (operation: OperationName | 'teardown', given: Members): Promise<ShownPlan> => {
    const { environmentId } = builder;
    const input = { environmentId, ...given };
    if (operation !== 'teardown')
      return (await planCall({ call, backendLocation: PLACE }, operation, input, 'ann'))?.shown as ShownPlan;
    return (await planTeardown({ call, backendLocation: PLACE }, 'tear_down', { environmentId }, 'ann', {}))
      ?.shown as ShownPlan;
  };
  const pendingFor = (shown: ShownPlan): PendingApproval => ({
    ...{
      nonce: 'n',
      code: 'K7M2Q',
      callDigest: 'b',
      principal: 'local',
      stateDigest: 'f',
      subjectDigest: 'a',
      client: 'c',
    },
    ...{ opened: Date.now(), expires: Date.now() + 60_000, shown },
  });

  it.each(KINDS)(
    'of %s show the action, the worst loss, and the name to type: %s',
    async (what, operation, given, worst) => {
      const own = `${name}2`.slice(-63);
      const input = given(name);
      if (operation === 'DeleteKxDatabase') input['databaseName'] = own;
      const shown = await shownOf(operation, input);
      const [first = '', second = '', third = ''] = shown.text.split('\n');
      expect(first.startsWith(`${what} `)).toBe(true);
      expect(first).toContain(`(${builder.environmentId.slice(0, 4)})`);
      expect(second).toMatch(worst);
      expect(second).toMatch(/\.(?: \+ \d+ more (?:effects? )?below)?$/);
      expect(third).toBe(`Type ${shown.name} to approve.`);
      for (const line of [first, second]) expect(line.length).toBeLessThanOrEqual(80);
      // A name that is wider than a line is shown on the page, which wraps it.
      if (shown.name.length <= 63) expect(third.length).toBeLessThanOrEqual(80);

      const screen: string[] = [];
      const terminal = {
        say: (text = '') => void screen.push(text),
        ask: async () => undefined,
        askHidden: async () => undefined,
        close: () => {},
      };
      await approveAtTerminal(terminal, {} as never, pendingFor(shown)).catch(() => {});
      expect(screen.filter((line) => line !== '').slice(0, 3)).toEqual([first, second, third]);

      const page = planPage({
        pending: pendingFor(shown),
        home: '/',
        now: Date.now(),
        formToken: 't',
        proof: 'nothing',
      });
      const [, main = ''] = (await page.text()).split('<main>');
      const seen = main
        .split('\n')
        .slice(0, 3)
        .map((line) =>
          line
            .replaceAll(/<[^>]+>/g, '')
            .replaceAll('&gt;', '>')
            .replaceAll('&#34;', '"'),
        );
      expect(seen[0]?.toLowerCase()).toBe(first.toLowerCase());
      expect(seen.slice(1)).toEqual([second, third]);
    },
  );
});
