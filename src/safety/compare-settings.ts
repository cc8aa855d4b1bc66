import { declaredFor, meaningOf } from '../operations/left-out.ts';
import type { LeftOut, UpdateRules } from '../operations/operation.ts';
import type { Change, Members } from './plan-parts.ts';

/** The effect of an update on the settings of its target. */
export interface Comparison {
  readonly changes: readonly Change[];
  /** What it removes or replaces implicitly, each as the outermost missing setting. */
  readonly leftOut: readonly Change[];
  /** What it removes or replaces because `remove` names it, in the same form. */
  readonly removed: readonly Change[];
  /** Names in `remove` that are not settings whose omission removes them. */
  readonly unknown: readonly string[];
  /** Entries of lists that the input contains more than once. */
  readonly repeated: readonly string[];
  /** The input with everything put back that it omits, except what `remove` names. */
  readonly complete: Members & { readonly remove?: readonly string[] };
}

type Path = readonly (string | number)[];

interface Leaf {
  /** Members by name, entries of keyed lists by their key. */
  readonly path: Path;
  readonly value: unknown;
}

/**
 * Compares the settings in an input with the current ones. `remove` names what is omitted on purpose; `filled` is the input with
 * the service's defaults filled in, and `instead` what the service sets in place of settings that are omitted.
 */
export function compareSettings(
  rules: UpdateRules,
  present: Members,
  input: Members,
  { filled = input, instead = {} }: { readonly filled?: Members; readonly instead?: Members } = {},
): Comparison {
  const { remove = [], ...given } = input as { readonly remove?: readonly string[] };
  const before = leavesOf(rules, rules.settings(present));
  const after = leavesOf(rules, rules.settings(filled));
  const replacements = leavesOf(rules, rules.settings(instead));
  const namesAfter = namesIn(after);
  const missing = [...before.values()].filter((leaf) => !after.has(nameOf(leaf)));
  const missingAs = (meaning: LeftOut) =>
    missing.filter((leaf) => {
      const path = outermostMissing(leaf, namesAfter);
      return path.at(-1) !== BARE && meaningOf(rules, path, given, present) === meaning;
    });
  const allRemoved = missingAs('removed');
  // A setting that the input contains in part is removed by the names of its parts, so that a call removes no more than it names.
  // A list with repeated entries has no parts with names of their own.
  const removable = remove.filter((name) => before.has(name) || !namesAfter.has(name));
  const isNamed = (leaf: Leaf) => removable.some((name) => isWithin(leaf, name));
  const removedOnPurpose = allRemoved.filter(isNamed);
  const removedImplicitly = allRemoved.filter((leaf) => !isNamed(leaf));
  const isKnown = (name: string) => removable.includes(name) && allRemoved.some((leaf) => isWithin(leaf, name));
  const known = remove.filter(isKnown);
  return {
    changes: changesBetween(before, after, [...missingAs('replaced'), ...removedOnPurpose], replacements),
    leftOut: outermostChanges(removedImplicitly, namesAfter, replacements),
    removed: outermostChanges(removedOnPurpose, namesAfter, replacements),
    unknown: remove.filter((name) => !isKnown(name)),
    repeated: repeatedIn(rules, rules.settings(given), []),
    complete: { ...completed(rules, given, removedImplicitly), ...(known.length === 0 ? {} : { remove: known }) },
  };
}

/** What is added or changed, and what is removed or replaced on purpose. */
function changesBetween(before: Leaves, after: Leaves, removed: readonly Leaf[], replacements: Leaves): Change[] {
  const namesBefore = namesIn(before);
  const leaves = [...after.values()];
  const addedEntries = leaves.filter(isBare).map((leaf) => ({ ...entryOf(leaf), value: 'added' }));
  const added = addedEntries.filter((entry) => !namesBefore.has(nameOf(entry)));
  const withValues = leaves.filter((leaf) => !isBare(leaf));
  const changed = withValues.filter((leaf) => textOf(before.get(nameOf(leaf))) !== textOf(leaf));
  const changes = [
    ...[...added, ...changed].map((leaf) => ({
      setting: nameOf(leaf),
      before: textOfAll([...before.values()], nameOf(leaf)),
      after: textOf(leaf),
    })),
    ...removed.map((leaf) => changeFrom(nameOf(entryOf(leaf)), leaf, replacements.get(nameOf(leaf)))),
  ];
  return changes.filter((change) => change.before !== change.after);
}

/** The settings by name. */
type Leaves = ReadonlyMap<string, Leaf>;

/** The names of settings, and of the settings that contain them. */
const namesIn = (leaves: Leaves): ReadonlySet<string> => new Set([...leaves.values()].flatMap(prefixesOf));

/** An entry of a list that has nothing but its key. */
const isBare = ({ path }: Leaf) => path.at(-1) === BARE;
/** The setting itself; for an entry that has nothing but its key, the entry. */
const entryOf = (leaf: Leaf): Leaf => (isBare(leaf) ? { path: leaf.path.slice(0, -1), value: leaf.value } : leaf);
const nameOf = ({ path }: Leaf) => path.join('.');
/** Whether a name is that of a setting, or of one that contains it. */
const isWithin = (leaf: Leaf, name: string) => prefixesOf(leaf).includes(name);
/** The names of the settings that contain a setting, outermost first, and its own name. */
const prefixesOf = ({ path }: Leaf) => path.map((_, at) => path.slice(0, at + 1).join('.'));
function textOf(leaf: Leaf | undefined): string | undefined {
  if (leaf === undefined) return undefined;
  return typeof leaf.value === 'string' ? leaf.value : JSON.stringify(leaf.value);
}

const changeFrom = (setting: string, before: Leaf | undefined, after: Leaf | undefined): Change => ({
  setting,
  before: textOf(before),
  after: textOf(after),
});

function leavesOf(rules: UpdateRules, settings: Members): Leaves {
  return new Map(leaves(rules, settings, []).map((leaf) => [nameOf(leaf), leaf]));
}

function leaves(rules: UpdateRules, value: unknown, path: Path): Leaf[] {
  if (value === undefined) return [];
  if (typeof value !== 'object' || value === null) return [{ path, value }];
  if (!Array.isArray(value))
    return Object.entries(value).flatMap(([name, inner]) => leaves(rules, inner, [...path, name]));
  const key = keyOf(rules, path, value);
  if (key === undefined) return value.length === 0 ? [] : [{ path, value }];
  return value.flatMap(({ [key]: name, ...entry }: Members) =>
    entryLeaves(rules, entry, [...path, name as string | number]),
  );
}

/** An entry that is only a key and a value is one setting. An entry with nothing but its key is a setting without a value. */
function entryLeaves(rules: UpdateRules, entry: Members, path: Path): Leaf[] {
  const { value, ...others } = entry;
  if (value !== undefined && Object.keys(others).length === 0) return [{ path, value }];
  const inside = leaves(rules, entry, path);
  return inside.length === 0 ? [{ path: [...path, BARE], value: 'present' }] : inside;
}

/** The last step of the path of an entry that has nothing but its key. */
const BARE = '';

/** The member that identifies each entry of a list; undefined if the list is compared as a whole. */
function keyOf(rules: UpdateRules, path: Path, list: readonly Members[]): string | undefined {
  const key = keyAt(rules, path);
  if (key === undefined) return undefined;
  const names = new Set(list.map((entry) => entry[key]));
  return names.size === list.length && !names.has(undefined) ? key : undefined;
}

/** The names of entries of keyed lists that occur more than once. */
function repeatedIn(rules: UpdateRules, value: unknown, path: Path): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const key = Array.isArray(value) ? keyAt(rules, path) : undefined;
  if (key === undefined)
    return Object.entries(value).flatMap(([name, inner]) => repeatedIn(rules, inner, [...path, name]));
  const [seen, again] = [new Set<unknown>(), new Set<string>()];
  for (const { [key]: name } of value as Members[]) {
    if (seen.has(name)) again.add([...path, name].join('.'));
    seen.add(name);
  }
  return [
    ...again,
    ...(value as Members[]).flatMap((entry) => repeatedIn(rules, entry, [...path, String(entry[key])])),
  ];
}

/** The entries with a key; of several with the same key, the last. */
const distinct = (list: readonly Members[], key: string): Members[] =>
  [...new Map(list.map((entry) => [entry[key], entry])).values()].filter((entry) => entry[key] !== undefined);

const keyAt = ({ keys = {} }: UpdateRules, path: Path) =>
  declaredFor(keys, path).find(([declared]) => declared.split('.').length === path.length)?.[1];

/** The outermost part of a missing setting that is missing completely: a whole entry before its members. */
function outermostMissing(leaf: Leaf, namesAfter: ReadonlySet<string>): Path {
  const at = prefixesOf(leaf).findIndex((name) => !namesAfter.has(name));
  return at === -1 ? leaf.path : leaf.path.slice(0, at + 1);
}

/** Missing settings, grouped by their outermost missing part. */
function outermostChanges(missing: readonly Leaf[], namesAfter: ReadonlySet<string>, replacements: Leaves): Change[] {
  const names = missing.map((leaf) => outermostMissing(leaf, namesAfter).join('.'));
  return [...new Set(names)].map((setting) => ({
    setting,
    before: textOfAll(missing, setting),
    after: textOf(replacements.get(setting)),
  }));
}

/** A setting with all its parts: `port: 5010, s: 2`; undefined if it is not set. */
function textOfAll(leaves: readonly Leaf[], setting: string): string | undefined {
  const inside = leaves.filter((leaf) => isWithin(leaf, setting));
  const texts = inside.map((leaf) => {
    const rest = nameOf(entryOf(leaf)).slice(setting.length + 1);
    if (rest === '') return textOf(leaf);
    return isBare(leaf) ? rest : `${rest}: ${textOf(leaf)}`;
  });
  const shown = texts.filter((text) => text !== undefined);
  return shown.length === 0 ? undefined : shown.join(', ');
}

function completed(rules: UpdateRules, input: Members, missing: readonly Leaf[]): Members {
  const whole = missing.reduce<Members>(
    (made, { path, value }) => withValue(rules, made, path, value, []) as Members,
    input,
  );
  return rules.dropContradictions?.(whole) ?? whole;
}

/** `current`, which is at the path `above`, with a value at a path below that. */
function withValue(rules: UpdateRules, current: unknown, path: Path, value: unknown, above: Path): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (step === BARE) return current;
  const key = keyAt(rules, above);
  if (key === undefined) {
    const members = (current ?? {}) as Members;
    return { ...members, [step]: withValue(rules, members[step], rest, value, [...above, step]) };
  }
  const list = distinct((current ?? []) as Members[], key);
  const present = list.find((entry) => entry[key] === step) ?? { [key]: step };
  const made =
    rest.length === 0 ? { ...present, value } : (withValue(rules, present, rest, value, [...above, step]) as Members);
  return list.includes(present) ? list.map((entry) => (entry === present ? made : entry)) : [...list, made];
}
