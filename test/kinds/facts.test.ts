import { expect, it } from 'vitest';
import { FACTS } from '../../src/kinds/facts.ts';
import { KIND_NAMES, NAMES } from '../../src/kinds/names.ts';
import type { KindName } from '../../src/kinds/views.ts';
import { operationNamed } from '../../src/operations/index.ts';

/** The members that answers show of every entity, so that no kind needs a fact for them. */
const EVERYWHERE = [
  'name',
  'status',
  'statusReason',
  'errorMessage',
  'errorInfo',
  'environmentId',
  'databaseName',
  'createdTimestamp',
  'creationTimestamp',
  'lastModifiedTimestamp',
  'updateTimestamp',
];

/** The members that follow from other members. */
const DERIVED = ['databaseArn', 'scalingGroupArn', 'volumeArn', 'volumes'];

/** The members that the facts of a kind read. */
function readBy(kind: KindName): Set<string> {
  const read = new Set<string>();
  const view = new Proxy({}, { get: (_, member) => void read.add(String(member)) });
  for (const { of } of Object.values(FACTS[kind])) of(view as never);
  return read;
}

/** The kinds of which an operation shows one entity; no tool answers about a dataset browser's environment. */
const SHOWN = KIND_NAMES.filter((kind) => NAMES[kind].get !== undefined && kind !== 'environment');

it.each(SHOWN)('the facts of a %s contain each member that its reply has and answers do not show otherwise', (kind) => {
  const { get, list, member } = NAMES[kind];
  const others = [...EVERYWHERE, ...DERIVED, member, ...readBy(kind)];
  const members = Object.keys(operationNamed(get ?? list).output().shape);
  expect(members.filter((name) => !others.includes(name))).toEqual([]);
});
