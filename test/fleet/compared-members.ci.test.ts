import { expect, test } from 'vitest';
import * as z from 'zod';
import { KIND_NAMES, NAMES } from '../../src/kinds/names.ts';
import type { KindName } from '../../src/kinds/views.ts';
import { listMember } from '../../src/operations/derive.ts';
import { type Call, type OperationName, operationNamed } from '../../src/operations/index.ts';
import { caller } from './demo-tools.ts';

/** Why a comparison does not show the members with such a path. */
const NOT_COMPARED: readonly (readonly [RegExp, string])[] = [
  [/Timestamp$/, 'times are no settings'],
  [/Arn$/, 'an ARN contains the account and the environment'],
  [/^kx-environment (?:environmentId|name|awsAccountId|dedicatedServiceAccountId)$/, 'every environment has its own'],
  [
    /^kx-environment (?:status|tgwStatus|dnsStatus|errorMessage|availabilityZoneIds)$/,
    'the head shows it, or its effect',
  ],
  [/statusReason$/, 'the status shows the failure'],
  [/changesetId$|ChangesetId$|VersionId$/i, 'environments have different data'],
  [/^kx-database numBytes$/, 'sizes are rounded'],
  [/^kx-dataview databaseName$/, 'a dataview belongs to its database'],
  [/^kx-cluster databases (?:cacheConfigurations )?dataviewName$/, 'replies have dataviewConfiguration'],
  [/^kx-dataview activeVersions/, 'environments have different data'],
  [/^kx-cluster databases dataviewConfiguration segment/, 'the dataview shows them'],
  [
    /^kx-cluster volumes|^kx-volume attachedClusters|^kx-scaling-group clusters/,
    'it follows from the settings of clusters',
  ],
  [/^kx-volume volumeType$/, 'there is one type, NAS_1'],
];

type Schema = {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | false;
};

const SHOWN = KIND_NAMES.filter((kind) => !['environment', 'kx-changeset', 'kx-node'].includes(kind));
const schemaOf = (kind: KindName) =>
  z.toJSONSchema(operationNamed(NAMES[kind].get as OperationName).output(), { unrepresentable: 'any' }) as Schema;

/** The paths of all members that have no members. */
function leavesOf({ properties, items }: Schema, path: string): string[] {
  if (items !== undefined) return leavesOf(items, path);
  if (properties === undefined) return [path];
  return Object.entries(properties).flatMap(([name, each]) => leavesOf(each, `${path} ${name}`));
}

/** A value of a schema; the member at the path `changed` has another value than otherwise. */
function sampleOf(schema: Schema, path: string, changed: string | undefined): unknown {
  const { type, enum: words, format, properties, items } = schema;
  const at = path === changed ? 1 : 0;
  if (items !== undefined) return [sampleOf(items, path, changed)];
  if (properties !== undefined)
    return Object.fromEntries(
      Object.entries(properties).map(([name, each]) => [name, sampleOf(each, `${path} ${name}`, changed)]),
    );
  if (words !== undefined) return words[at] ?? 'OTHER';
  if (type === 'integer' || type === 'number') return 6_000 + at;
  if (type === 'boolean') return at === 0;
  return format === 'date-time' ? `2026-03-17T0${at}:00:00.000Z` : `value-${at}`;
}

/** Two environments with an entity of each kind, all members of which are set; in the second, one member has another value. */
const twins =
  (changed: string | undefined): Call =>
  async (name, input) => {
    const { environmentId = 'left' } = input as { environmentId?: string };
    const entity = (kind: KindName, place = environmentId) => ({
      ...(sampleOf(schemaOf(kind), kind, place === 'left' ? undefined : changed) as object),
      ...{ environmentId: place, [NAMES[kind].member]: kind === 'kx-environment' ? place : 'one' },
      ...(kind === 'kx-environment' ? { name: place, status: 'CREATED' } : {}),
      // A cluster has nodes of its own or shares a host.
      ...(changed?.includes('scalingGroupConfiguration') ? { capacityConfiguration: undefined } : {}),
    });
    const kind = KIND_NAMES.find((each) => NAMES[each].get === name || NAMES[each].list === name) as KindName;
    if (name === 'ListTagsForResource') return { tags: { stage: 'same' } } as never;
    if (NAMES[kind].get === name) return entity(kind) as never;
    const places = kind === 'kx-environment' ? ['left', 'right'] : [environmentId];
    const items = SHOWN.includes(kind) ? places.map((place) => entity(kind, place)) : [];
    return { [String(listMember(operationNamed(name)))]: items } as never;
  };

const differences = async (changed?: string): Promise<Record<string, number | undefined>> => {
  const { data } = await caller(twins(changed))('compare_kx_environments', { a: 'left', b: 'right' });
  expect(data).not.toHaveProperty('notRead');
  const { different, onlyInA, ...more } = data['differences'] as Record<string, number>;
  expect(onlyInA).toBe(0);
  return { ...more, different };
};

test('a comparison shows no difference between twins', async () => {
  expect(await differences()).toEqual({ different: 0, onlyInB: 0 });
});

test.each(SHOWN)('a comparison shows a difference in any member of a %s, except those listed here', async (kind) => {
  const { member } = NAMES[kind];
  const unseen: string[] = [];
  for (const path of leavesOf(schemaOf(kind), kind)) {
    if (path === `${kind} ${member}` || path === `${kind} environmentId`) continue;
    const { different = 0, environment = 0 } = await differences(path);
    const isExpected = NOT_COMPARED.some(([pattern]) => pattern.test(path));
    if (different + environment === 0 && !isExpected) unseen.push(path);
  }
  expect(unseen).toEqual([]);
});
