import { counted } from '../inventory/units.ts';
import { kindInArn, NAMES } from '../kinds/names.ts';
import { OPERATION_NAMES, operationNamed } from '../operations/index.ts';
import { toolName } from '../operations/naming.ts';
import { once } from '../operations/operation.ts';
import { createdBy, listerOfLabel, nounOfLabel, readerOfLabel } from '../operations/references.ts';
import { placesOn } from './arn.ts';
import type { Blocker, Item } from './finding.ts';
import { itemText } from './item-text.ts';
import type { Offered } from './policy.ts';
import type { Forbidden } from './protection.ts';
import { quoted } from './untrusted.ts';

/** What a caller may see of an item in a plan: all of it, or only the number of items of its kind. */
export type Told = {
  readonly kind: string;
  readonly name?: string;
  readonly count?: number;
  readonly detail?: string | undefined;
  readonly first?: string;
};

/** What a caller may see of the entities around the target of a call. */
export interface Sight {
  /** In their order; those of which only the kind is visible are counted together. */
  of(things: readonly (Item | Blocker)[]): Told[];
  /** The kinds of which something is withheld, and the reads that would show it. */
  withheld(things: readonly (Item | Blocker)[]): string[];
  forbidden(forbidden: Forbidden): string;
  /** Whether the caller is offered an operation. */
  readonly reads: Offered;
}

/**
 * Names are visible to callers who are offered the list of such entities; details to those who are also offered the read of one
 * and may see the name of its parent. Names in the call are no secret, because the caller knows them; neither are counts, without
 * which no plan would be safe.
 */
export function sightOf(offered: Offered, known: unknown): Sight {
  const given = new Set(texts(known));
  const readers = (kind: string) => READERS().get(kind) ?? [];
  const unseen = (kind: string) => readers(kind).filter((reader) => !offered(reader));
  const isNamed = (kind: string, name: string) => given.has(name) || readers(kind).slice(0, 1).every(offered);
  const isUnnamed = ({ kind, id }: { kind: string; id: string }) => !isNamed(nounIn(kind), id);
  /** The kinds of the parents whose names are withheld. */
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
      // The environment is that of the call, and counts only by itself.
      const places = placesOn(arn).filter((_, at, { length }) => at > 0 || length === 1);
      const [noun] = places.map(({ kind }) => nounIn(kind)).slice(-1);
      return places.some(isUnnamed)
        ? `A ${noun} that is deleted or interrupted with it ${why}`
        : `${quoted(arn, 200)} ${why}`;
    },
  };
}

/** What the person who approves sees: everything. */
export const EVERYTHING: Sight = sightOf(() => true, {});

/** `cluster "rdb" ("HDB, RUNNING")`, or the number of items. */
export const toldText = ({ kind, name, count, detail }: Told): string =>
  name === undefined ? `${counted(kind, Number(count))} (names withheld)` : itemText({ kind, name, detail });

const itemOf = (thing: Item | Blocker): Item => ('item' in thing ? thing.item : thing);
const isAlike = (one: Told, other: Told) =>
  one.name === undefined && one.kind === other.kind && one.first === other.first;

/** `scaling group` for the `kxScalingGroup` of an ARN. */
const nounIn = (kind: string) => NAMES[kindInArn(kind)].noun;

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

/** Every text in an input. */
function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
}
