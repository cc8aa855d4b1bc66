import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { FACTS } from '../../src/kinds/facts.ts';
import { KIND_NAMES, NAMES } from '../../src/kinds/names.ts';
import type { KindName } from '../../src/kinds/views.ts';
import { listMember } from '../../src/operations/derive.ts';
import { OPERATION_NAMES, operationNamed } from '../../src/operations/index.ts';

type Reasons = Readonly<Record<string, string>>;

const IN_ROW = 'the row of a comparison shows it as type, size or host';
const FOLLOWS = 'it follows from other settings';

/** Facts that a create or update accepts although they are not a `setting`, except those of kinds that are not compared. */
const NO_SETTINGS: Reasons = {
  'kx-environment.environmentId': 'every environment has its own',
  'kx-scaling-group.hostType': IN_ROW,
  'kx-scaling-group.memoryMiB': FOLLOWS,
  'kx-scaling-group.cpus': FOLLOWS,
  'kx-scaling-group.freeMiB': FOLLOWS,
  'kx-volume.type': IN_ROW,
  'kx-volume.volumeType': 'there is one type, NAS_1',
  'kx-volume.sizeGB': IN_ROW,
  'kx-dataview.changesetId': 'environments have different data, so it always differs',
  'kx-cluster.type': IN_ROW,
  'kx-cluster.nodeType': IN_ROW,
  'kx-cluster.nodeCount': IN_ROW,
  'kx-cluster.scalingGroup': IN_ROW,
  'kx-cluster.memoryReservationMiB': IN_ROW,
  'kx-cluster.memoryMiB': FOLLOWS,
  'kx-cluster.bucket': 'it is a part of code',
  'kx-cluster.dataviewVolumes': FOLLOWS,
  'kx-cluster.codeKey': 'it is a part of code',
};

/** The kinds that comparisons of environments do not compare. */
const NOT_COMPARED: readonly KindName[] = ['kx-changeset'];

interface Flagged {
  readonly name: string;
  /** The members of the API that the fact reads. */
  readonly reads: readonly string[];
  readonly listed?: true;
  readonly setting?: true;
}

function factsOf(kind: KindName): Flagged[] {
  return Object.entries(FACTS[kind]).map(([name, fact]) => {
    const reads = new Set<string>();
    fact.of(new Proxy({}, { get: (_, member) => void reads.add(String(member)) }) as never);
    return { ...fact, name: `${kind}.${name}`, reads: [...reads] };
  });
}

/** The members of an item in the list of a kind. */
function listedOf(kind: KindName): string[] {
  const list = operationNamed(NAMES[kind].list);
  const items = list.output().shape[listMember(list) ?? ''] as z.ZodOptional<z.ZodArray<z.ZodObject>>;
  return Object.keys(items.unwrap().element.shape);
}

/** The members that creates and updates of a kind accept. */
const acceptedBy = (kind: KindName): Set<string> =>
  new Set(
    OPERATION_NAMES.map(operationNamed)
      .filter(({ kind: own, risk }) => own === kind && !['read', 'reveal', 'destroy'].includes(risk))
      .flatMap(({ input }) => Object.keys(input().shape)),
  );

const shownByList = KIND_NAMES.filter((kind) => NAMES[kind].isListedWhole !== true).flatMap((kind) => {
  const members = listedOf(kind);
  return factsOf(kind).filter(({ reads }) => reads.length > 0 && reads.every((member) => members.includes(member)));
});

const accepted = KIND_NAMES.filter((kind) => !NOT_COMPARED.includes(kind)).flatMap((kind) => {
  const members = acceptedBy(kind);
  return factsOf(kind).filter(({ reads }) => reads.some((member) => members.has(member)));
});

describe('the flags of facts', () => {
  it('mark as listed exactly the facts that a list shows', () => {
    const kinds = KIND_NAMES.filter((kind) => NAMES[kind].isListedWhole !== true);
    const listed = kinds.flatMap(factsOf).filter((fact) => fact.listed === true);
    expect(
      listed.map(({ name }) => name),
      'facts with `listed: true`',
    ).toEqual(shownByList.map(({ name }) => name));
  });

  it('mark as a setting each fact that a create or update accepts, except those listed here', () => {
    const unflagged = accepted.filter(({ setting }) => setting !== true).map(({ name }) => name);
    expect(unflagged.sort(), 'facts without `setting: true`').toEqual(Object.keys(NO_SETTINGS).sort());
  });
});
