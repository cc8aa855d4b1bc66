import { counted } from '../inventory/units.ts';
import { kindInArn, NAMES } from '../kinds/names.ts';
import { pathParts } from '../operations/arn.ts';
import { OPERATION_NAMES, type OperationName, operationNamed } from '../operations/index.ts';
import { toolName } from '../operations/naming.ts';
import { lazy } from '../operations/operation.ts';
import { createdLabel, listerOfLabel, nounOfLabel, readerOfLabel } from '../operations/references.ts';
import { quoteUntrusted } from '../untrusted.ts';
import { itemText } from './item-text.ts';
import type { Blocker, Item } from './plan-parts.ts';
import type { IsOffered } from './policy.ts';
import type { Forbidden } from './protection.ts';

/** What a caller may see of an item in a plan: all or a part of it, or only the number of items of its kind. */
export type VisibleItem = {
  readonly kind: string;
  readonly name?: string;
  readonly count?: number;
  readonly detail?: string | undefined;
  readonly first?: string;
};

/** What a caller may see of the entities around the target of a call. */
export interface Visibility {
  /** In their order; those of which only the kind is visible are counted together. */
  redact(entries: readonly (Item | Blocker)[]): VisibleItem[];
  /** The kinds of which something is withheld, and the reads that would show it. */
  withheldKinds(entries: readonly (Item | Blocker)[]): string[];
  /**
   * Whether the details of an entity are visible; `path` is the part of its ARN after the environment. Without a `kind`, only the names of
   * its parents count.
   */
  showsDetails(kind: string | undefined, path: string | undefined): boolean;
  showsName(kind: string, name: string): boolean;
  forbiddenText(forbidden: Forbidden): string;
  readonly isOffered: IsOffered;
}

/**
 * Names are visible to callers who are offered the list of such entities; details to those who are also offered the read of one
 * and may see the name of its parent. Names in `known` are no secret: the texts of the call, which the caller knows, and the name of its
 * target. Neither are counts, without which no plan would be safe.
 */
export function visibilityFor(offered: IsOffered, known: unknown): Visibility {
  const given = new Set(texts(known));
  const readers = (kind: string) => READERS().get(kind) ?? [];
  const withheldReaders = (kind: string) => readers(kind).filter((reader) => !offered(reader));
  const showsName = (kind: string, name: string) => {
    const [list] = readers(kind);
    return given.has(name) || list === undefined || offered(list);
  };
  const hidesName = ({ kind, id }: { kind: string; id: string }) => !showsName(nounIn(kind), id);
  /** The kinds of the parents whose names are withheld. */
  const hiddenParents = (path = '') => {
    const enclosing = pathParts(path).slice(0, -1);
    return enclosing.filter(hidesName).map(({ kind }) => nounIn(kind));
  };
  const showsDetails = (kind: string | undefined, path: string | undefined) =>
    (kind === undefined || withheldReaders(kind).length === 0) && hiddenParents(path).length === 0;

  const redactOne = (entry: Item | Blocker): VisibleItem => {
    const { kind, name, detail, arn: path } = itemOf(entry);
    const shown = {
      kind,
      ...(showsName(kind, name) ? { name } : {}),
      ...(showsDetails(kind, path) ? { detail } : {}),
    };
    return 'first' in entry ? { ...shown, first: entry.first } : shown;
  };
  return {
    redact: (entries) => unnamedTogether(entries.map(redactOne)),
    withheldKinds: (entries) => {
      const kinds = new Set(entries.map(itemOf).flatMap((item) => [item.kind, ...hiddenParents(item.arn)]));
      return [...kinds]
        .filter((kind) => withheldReaders(kind).length > 0)
        .map((kind) => `${kind} (${withheldReaders(kind).map(toolName).join(', ')})`);
    },
    showsDetails,
    showsName,
    isOffered: offered,
    forbiddenText: ({ protectedArn, why }) => {
      if (protectedArn === undefined) return why;
      // Without the environment, which the call names, unless that is the protected entity.
      const parts = pathParts(protectedArn).filter((_, at, { length }) => at > 0 || length === 1);
      const [noun] = parts.map(({ kind }) => nounIn(kind)).slice(-1);
      return parts.some(hidesName)
        ? `A ${noun} that this call affects ${why}`
        : `${quoteUntrusted(protectedArn, 200)} ${why}`;
    },
  };
}

/** Whether a caller may read the target of a call, or its tags if the call changes only these. */
export function isTargetShown({ operation }: { readonly operation: OperationName }, offered: IsOffered): boolean {
  const { target, kind } = operationNamed(operation);
  if (kind === 'tags') return offered('ListTagsForResource');
  return target === undefined || offered(target.reader as OperationName);
}

/** Items without a visible name, counted together if they are alike. */
function unnamedTogether(items: readonly VisibleItem[]): VisibleItem[] {
  const rows: VisibleItem[] = [];
  for (const visible of items) {
    const at = visible.name === undefined ? rows.findIndex((row) => isAlike(row, visible)) : -1;
    if (visible.name !== undefined) rows.push(visible);
    else if (at < 0) rows.push({ ...visible, count: 1 });
    else rows[at] = { ...visible, count: Number(rows[at]?.count) + 1 };
  }
  return rows;
}

/** What the person who approves sees: everything. */
export const EVERYTHING: Visibility = visibilityFor(() => true, {});

/** `cluster "rdb" ("HDB, RUNNING")`, or the number of items. */
export const visibleItemText = ({ kind, name, count, detail }: VisibleItem): string =>
  name === undefined ? `${counted(kind, Number(count))} (names withheld)` : itemText({ kind, name, detail });

const itemOf = (entry: Item | Blocker): Item => ('item' in entry ? entry.item : entry);
const isAlike = (one: VisibleItem, other: VisibleItem) =>
  one.name === undefined && one.kind === other.kind && one.first === other.first;

/** `scaling group` for the `kxScalingGroup` of an ARN. */
const nounIn = (kind: string) => NAMES[kindInArn(kind)].noun;

/** The reads that show entities of a kind: the list first. */
const READERS = lazy(() => {
  const entries = OPERATION_NAMES.map((name) => {
    const { target } = operationNamed(name);
    const label = target?.member ?? createdLabel(name);
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
