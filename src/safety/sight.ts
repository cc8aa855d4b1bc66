import { counted } from '../inventory/units.ts';
import { OPERATION_NAMES, operationNamed } from '../operations/index.ts';
import { toolName } from '../operations/naming.ts';
import { once } from '../operations/operation.ts';
import { createdBy, listerOfLabel, nounOfLabel, readerOfLabel } from '../operations/references.ts';
import { placesOn } from './arn.ts';
import type { Blocker, Item } from './blast/finding.ts';
import { itemText } from './item-text.ts';
import type { Offered } from './policy.ts';
import type { Forbidden } from './protection.ts';
import { quoted } from './untrusted.ts';

/** What a caller may be told of something that a plan touches: all of it, or that there are so many of its kind. */
export type Told = {
  readonly kind: string;
  readonly name?: string;
  readonly count?: number;
  readonly detail?: string | undefined;
  readonly first?: string;
};

/** What a caller may be told of the entities around the target of a call. */
export interface Sight {
  /** In their order; those of which only the kind may be told are counted together. */
  of(things: readonly (Item | Blocker)[]): Told[];
  /** The kinds among them of which something is withheld, and by which reads it would be shown. */
  withheld(things: readonly (Item | Blocker)[]): string[];
  forbidden(forbidden: Forbidden): string;
  /** Whether the caller is offered an operation. */
  readonly reads: Offered;
}

/**
 * Names are told to those who are offered the list of such entities, and details to those who are offered the read of one as well and may be
 * told the name of what it stands in. What the caller knows already, because the call names it, is no secret; neither is how many there are,
 * without which no plan would be safe.
 */
export function sightOf(offered: Offered, known: unknown): Sight {
  const given = new Set(texts(known));
  const readers = (kind: string) => READERS().get(kind) ?? [];
  const unseen = (kind: string) => readers(kind).filter((reader) => !offered(reader));
  const isNamed = (kind: string, name: string) => given.has(name) || readers(kind).slice(0, 1).every(offered);
  const isUnnamed = ({ kind, id }: { kind: string; id: string }) => !isNamed(nounIn(kind), id);
  /** The kinds of what something stands in, of which the name is withheld. */
  const around = ({ arn = '' }: Item) => {
    const enclosing = placesOn(arn).slice(0, -1);
    return enclosing.filter(isUnnamed).map(({ kind }) => nounIn(kind));
  };

  const tell = (thing: Item | Blocker): Told => {
    const item = itemOf(thing);
    const { kind, name, detail } = item;
    const shown = {
      kind,
      ...(isNamed(kind, name) ? { name } : {}),
      ...(unseen(kind).length === 0 && around(item).length === 0 ? { detail } : {}),
    };
    return 'first' in thing ? { ...shown, first: thing.first } : shown;
  };
  return {
    of: (things) => {
      const rows: Told[] = [];
      for (const told of things.map(tell)) {
        const at = told.name === undefined ? rows.findIndex((row) => isAlike(row, told)) : -1;
        if (told.name !== undefined) rows.push(told);
        else if (at < 0) rows.push({ ...told, count: 1 });
        else rows[at] = { ...told, count: Number(rows[at]?.count) + 1 };
      }
      return rows;
    },
    withheld: (things) => {
      const kinds = new Set(things.map(itemOf).flatMap((item) => [item.kind, ...around(item)]));
      return [...kinds]
        .filter((kind) => unseen(kind).length > 0)
        .map((kind) => `${kind} (${unseen(kind).map(toolName).join(', ')})`);
    },
    reads: offered,
    forbidden: ({ arn, why }) => {
      if (arn === undefined) return why;
      // The environment is the one that the call is about, and counts only by itself.
      const places = placesOn(arn).filter((_, at, { length }) => at > 0 || length === 1);
      const [noun] = places.map(({ kind }) => nounIn(kind)).slice(-1);
      return places.some(isUnnamed)
        ? `A ${noun} that is deleted or interrupted with it ${why}`
        : `${quoted(arn, 200)} ${why}`;
    },
  };
}

/** What the person who approves sees: all of it. */
export const EVERYTHING: Sight = sightOf(() => true, {});

/** `cluster "rdb" ("HDB, RUNNING")`, or how many there are. */
export const toldText = ({ kind, name, count, detail }: Told): string =>
  name === undefined ? `${counted(kind, Number(count))} (names withheld)` : itemText({ kind, name, detail });

const itemOf = (thing: Item | Blocker): Item => ('item' in thing ? thing.item : thing);
const isAlike = (one: Told, other: Told) =>
  one.name === undefined && one.kind === other.kind && one.first === other.first;

/** `scaling group` for the `kxScalingGroup` of an ARN. */
const nounIn = (kind: string) =>
  ENVIRONMENTS[kind] ?? nounOfLabel(`${kind.slice(2, 3).toLowerCase()}${kind.slice(3)}Name`);
const ENVIRONMENTS: Record<string, string> = {
  environment: 'dataset browser environment',
  kxEnvironment: 'kdb environment',
};

/** The reads that show entities of a kind: the list first. */
const READERS = once(() => {
  const entries = OPERATION_NAMES.map((name) => {
    const { target } = operationNamed(name);
    const label = target?.member ?? createdBy(name);
    if (label === undefined) return undefined;
    const readers = [listerOfLabel(label, name), readerOfLabel(label, name)];
    return [target?.noun ?? nounOfLabel(label), readers.filter((reader) => reader !== undefined)] as const;
  });
  return new Map(entries.filter((entry) => entry !== undefined));
});

/** Every text that an input gives. */
function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
}
