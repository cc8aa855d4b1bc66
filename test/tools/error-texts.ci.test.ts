import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { agentInput } from '../../src/operations/derive.ts';
import { OPERATION_NAMES, operationNamed } from '../../src/operations/index.ts';
import { toolName } from '../../src/operations/naming.ts';
import { COMPOSITE_TOOLS } from '../../src/tools/composites.ts';
import { lenient } from '../../src/tools/lenient.ts';
import { FRESH_WORLD, HOSTS, type Session } from '../support/hosts.ts';
import { did, failedTo } from '../support/session-calls.ts';

let session: Session;
/** The id of the demo world's production environment. */
let environmentId: string;
const NEW_CODE = { s3Bucket: 'some-code', s3Key: 'new.zip' };

beforeAll(async () => {
  session = await (HOSTS[2] as (typeof HOSTS)[number]).connect([...FRESH_WORLD, '--lifecycle', 'realistic']);
  const { environments } = (await did(session, 'list_kx_environments')) as {
    environments: { environmentId: string; name: string }[];
  };
  environmentId = environments.find(({ name }) => name === 'kdb-prod')?.environmentId ?? '';
});
afterAll(() => session.close());

const TOOLS: readonly (readonly [string, z.ZodObject])[] = [
  ...OPERATION_NAMES.map((name) => [toolName(name), agentInput(operationNamed(name))] as const),
  ...COMPOSITE_TOOLS.map(({ name, input }) => [name, input()] as const),
];

/** Text that must not reach people: words of the validator, regular expressions, and names of JavaScript. */
const LEAKS =
  /of the form that|Invalid (?:input|string|option|key)|Too (?:small|big)|expected|received|must match|undefined|\/\^|\$\/|NaN|\[object/;

const MISTAKES: Readonly<Record<string, unknown>> = {
  'a number': 7.25,
  'a text without form': '§ no such thing §',
  'a text that is too long': 'x'.repeat(20_000),
  'an empty text': '',
  nothing: null,
  'a list': [[]],
  'an object': { surprise: 1 },
};

describe.each(TOOLS)('%s', (tool, input) => {
  it('names each wrong argument and explains it in plain words', async () => {
    for (const mistake of Object.values(MISTAKES))
      for (const paths of apart(membersOf(input))) {
        const given = paths.reduce<object>((all, path) => withAt(all, path, mistake) as object, {});
        const wrong = paths.filter((path) => {
          const { error } = input.safeParse(lenient(input, withAt({}, path, mistake)));
          return error?.issues.some((issue) => path.every((step, at) => issue.path[at] === step));
        });
        if (wrong.length === 0) continue;
        const lines = (await failedTo(session, tool, given as Record<string, unknown>)).split('\n');
        for (const path of wrong) expect(lines.join('\n')).toContain(`\n${path.join('.')}`);
        for (const line of lines) expect(line).not.toMatch(LEAKS);
        for (const line of lines) expect(line.length).toBeLessThan(420);
      }
  });

  it('names an unknown argument, and explains each missing one', async () => {
    const text = await failedTo(session, tool, { environmentID: environmentId, nonsense: 1 });
    expect(text).toContain('nonsense: there is no such argument');
    expect(text).not.toMatch(LEAKS);
    for (const { path } of input.safeParse({}).error?.issues ?? [])
      expect(text).toContain(`${path.join('.')}: required`);
  });
});

type Path = readonly (string | number)[];

/** Every member of a schema, at any depth; a list is represented by its first item. */
function membersOf(schema: unknown, path: Path = []): Path[] {
  if (schema instanceof z.ZodOptional) return membersOf(schema.unwrap(), path);
  if (schema instanceof z.ZodArray) return membersOf(schema.element, [...path, 0]);
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape as object).flatMap(([name, member]) => [
    [...path, name],
    ...membersOf(member, [...path, name]),
  ]);
}

/** The paths in groups that can be wrong in one call, so that none is inside another and every problem is shown. */
function apart(paths: readonly Path[]): Path[][] {
  const isInside = (inner: Path, outer: Path) => inner !== outer && outer.every((step, at) => inner[at] === step);
  const leaves = paths.filter((path) => !paths.some((other) => isInside(other, path)));
  const groups = Array.from({ length: Math.ceil(leaves.length / 5) }, (_, at) => leaves.slice(at * 5, at * 5 + 5));
  return [...groups, ...paths.filter((path) => !leaves.includes(path)).map((path) => [path])];
}

function withAt(into: unknown, [step, ...rest]: Path, value: unknown): unknown {
  if (step === undefined) return value;
  if (typeof step === 'number') return [withAt((into as unknown[] | undefined)?.[0], rest, value)];
  const members = (into ?? {}) as Record<string, unknown>;
  return { ...members, [step]: withAt(members[step], rest, value) };
}

describe('the text of an error', () => {
  const prod = 'kdb-prod';

  it.each([
    ['a name, where the call fails', 'get_kx_cluster', { environmentId: prod, clusterName: 'no-such-one' }],
    ['a name, where the call is refused', 'tear_down_kx_environment', { environmentId: prod }],
    ['a misspelt name in place of an id', 'delete_kx_environment', { environmentId: 'kdbprod' }],
  ])('names the id for %s', async (_, tool, args) => {
    expect(await failedTo(session, tool, args)).toContain(`"${environmentId}"`);
  });

  it('names the id and the name in ARNs that are given in their place', async () => {
    const arn = `arn:aws:finspace:us-east-1:111122223333:kxEnvironment/${environmentId}`;
    const args = { environmentId: arn, clusterName: `${arn}/kxCluster/hdb-fx` };
    const text = await failedTo(session, 'get_kx_cluster', args);
    expect(text).toContain('environmentId: expects the id or name of a kdb environment');
    expect(text).toContain(`the id in it is "${environmentId}"`);
    expect(text).toContain('the name in it is "hdb-fx"');
  });

  it.each([
    [
      'get_kx_cluster',
      { clusterName: 'hdb-f' },
      'There is no cluster "hdb-f"; did you mean "hdb-fx"? list_kx_clusters',
    ],
    [
      'get_kx_changeset',
      { databaseName: 'fx_spt', changesetId: 'abc' },
      'no database "fx_spt"; did you mean "fx_spot"?',
    ],
    ['get_kx_changeset', { databaseName: 'fx_spot', changesetId: 'abc' }, 'no changeset "abc". list_kx_changesets'],
    ['get_kx_cluster', { environmentId: 'abcd', clusterName: 'hdb-f' }, 'no kdb environment "abcd". Existing ones: "'],
    ['get_kx_environment', { environmentId: 'prod' }, 'Existing ones: "kdb-prod", whose id is "'],
    [
      'create_kx_user',
      { environmentId: 'abcd', userName: 'x', iamRole: 'arn:aws:iam::123456789012:role/r' },
      'list_kx_environments',
    ],
    [
      'get_environment',
      { environmentId: 'kdbprod' },
      'There is no dataset browser environment "kdbprod". list_environments shows each environmentId.',
    ],
  ])('names what is missing when a call is rejected by %s %o', async (tool, args, words) => {
    expect(await failedTo(session, tool, { environmentId, ...args })).toContain(words);
  });

  it('names the tool of a change, says that nothing was changed, and suggests no other entity to delete', async () => {
    const listed = await did(session, 'list_kx_clusters', { environmentId });
    const clusters = listed['kxClusterSummaries'] as { clusterName: string }[];
    const target = { environmentId, clusterName: 'hdb-f' };
    const lines = (await failedTo(session, 'delete_kx_cluster', target)).split('\n');
    expect(lines.slice(0, 2)).toEqual([
      expect.stringMatching(/^delete_kx_cluster failed with ResourceNotFoundException \(HTTP 404\) in GetKxCluster: "/),
      'Nothing was changed.',
    ]);
    const preview = await failedTo(session, 'plan_change', { tool: 'delete_kx_cluster', arguments: target });
    for (const text of [lines.join('\n'), preview]) {
      expect(text).toContain('There is no cluster "hdb-f". Existing ones: "');
      expect(text).not.toContain('did you mean');
      const named = clusters.filter(({ clusterName }) => text.includes(`"${clusterName}"`));
      expect(named).toHaveLength(Math.min(clusters.length, 10));
      expect(text.includes('; and more.')).toBe(clusters.length > 10);
    }
  });

  it.each([
    ['update_kx_database', { databaseName: 'fx_spt', description: 'x' }, 'did you mean "fx_spot"?'],
    ['tear_down_kx_environment', { environmentId: 'abcd' }, 'There is no kdb environment "abcd". Existing ones: "'],
    [
      'delete_kx_user',
      { environmentId: 'abcd', userName: 'x' },
      'There is no kdb environment "abcd". Existing ones: "',
    ],
    [
      'delete_kx_dataview',
      { databaseName: 'fx_spt', dataviewName: 'view' },
      'There is no database "fx_spt". Existing ones: "',
    ],
    ['create_kx_user', { environmentId: 'abcd', userName: 'x', iamRole: 'arn:aws:iam::123456789012:role/r' }, ''],
  ])('says that %s changed nothing if its target does not exist', async (tool, args, words) => {
    const text = await failedTo(session, tool, { environmentId, ...args });
    expect(text).toMatch(new RegExp(`^${tool} failed with ResourceNotFoundException`));
    expect(text).toContain('\nNothing was changed.\n');
    expect(text).toContain(words);
  });

  it('does not say that nothing was changed when a read fails', async () => {
    const text = await failedTo(session, 'get_kx_cluster', { environmentId, clusterName: 'hdb-f' });
    expect(text).not.toContain('Nothing was changed');
  });

  it('names every missing entity that a new cluster refers to, at any depth', async () => {
    const text = await failedTo(session, 'create_kx_cluster', {
      environmentId,
      clusterName: 'newcomer',
      clusterType: 'HDB',
      releaseLabel: '1.0',
      azMode: 'SINGLE',
      availabilityZoneId: 'use1-az1',
      vpcConfiguration: {
        vpcId: 'vpc-0abc1def',
        ipAddressType: 'IP_V4',
        subnetIds: ['subnet-0abc1def'],
        securityGroupIds: ['sg-0abc1def'],
      },
      scalingGroupConfiguration: { scalingGroupName: 'sg-nosuch', memoryReservation: 100, nodeCount: 1 },
      databases: [{ databaseName: 'fx_spot', dataviewName: 'nosuch' }],
    });
    expect(text).toContain('no dataview "nosuch". list_kx_dataviews');
    expect(text).toContain('no scaling group "sg-nosuch". list_kx_scaling_groups');
    expect(text).not.toContain('"newcomer"');
  });

  it('suggests the entity that was meant for an ARN that does not exist', async () => {
    const resourceArn = `arn:aws:finspace:us-east-1:111122223333:kxEnvironment/${environmentId}/kxCluster/hdb-f`;
    expect(await failedTo(session, 'list_tags_for_resource', { resourceArn })).toContain('did you mean "hdb-fx"?');
  });

  it('says what to wait for when a cluster is updating, and that a retry may help then', async () => {
    const text = await failedTo(session, 'update_kx_cluster_code_configuration', {
      environmentId,
      clusterName: 'gp-reference',
      code: NEW_CODE,
      deploymentConfiguration: { deploymentStrategy: 'NO_RESTART' },
    });
    expect(text).toContain(
      'The cluster "gp-reference" is UPDATING. Call wait_for_kx_entity (kind cluster), then repeat',
    );
    expect(text).toContain('may help');
  });

  it('says that waiting does not help after a failure', async () => {
    const text = await failedTo(session, 'update_kx_cluster_code_configuration', {
      environmentId,
      clusterName: 'gp-signals',
      code: NEW_CODE,
      deploymentConfiguration: { deploymentStrategy: 'NO_RESTART' },
    });
    expect(text).toContain('is CREATE_FAILED, and waiting does not help: get_kx_cluster shows why');
    expect(text).toContain('will not help');
  });

  it('suggests the nearest tool for a preview', async () => {
    expect(await failedTo(session, 'plan_change', { tool: 'DeleteKxCluster', arguments: {} })).toContain(
      'did you mean delete_kx_cluster?',
    );
  });
});

describe('an unknown cursor or handle', () => {
  const encoded = (text: string) => Buffer.from(text).toString('base64url');
  const forged = ['at NaN.', 'at 007.', 'at 1. ', 'since NaN ', 'since 0000000000001 1', 'since 1773738000000 '];
  it.each(['garbage', 'YXQgMQ', 'x'.repeat(10_000), ...forged.map(encoded)])(
    'is rejected, and does not start from the beginning: %.20s',
    async (text) => {
      expect(await failedTo(session, 'find_kx_entities', { cursor: text })).toContain(
        'cursor: expects the cursor of the last answer',
      );
      const args = { environment: 'kdb-prod', kind: 'cluster', name: 'hdb-fx', handle: text };
      expect(await failedTo(session, 'wait_for_kx_entity', args)).toContain(
        'handle: expects the handle of the last answer',
      );
    },
  );

  it('is refused by the list of resources', async () => {
    const { listResources } = session as unknown as { listResources(params: object): Promise<unknown> };
    await expect(listResources.call(session, { cursor: 'garbage' })).rejects.toThrow('pass nextCursor complete');
  });

  it('may be one that lacks its last character, which is rejected', async () => {
    const { cursor } = await did(session, 'find_kx_entities', { sort: 'oldest' });
    expect(typeof cursor).toBe('string');
    await did(session, 'find_kx_entities', { sort: 'oldest', cursor });
    await failedTo(session, 'find_kx_entities', { cursor: String(cursor).slice(0, -1) });
  });
});
