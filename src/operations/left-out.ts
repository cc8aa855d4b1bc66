import type { LeftOut, Members, UpdateRules } from './operation.ts';

type Path = readonly (string | number)[];

/** The meaning of omitting a setting from an input, by the longest matching path. */
export function meaningOf({ leftOut }: UpdateRules, path: Path, input: Members, present: Members): LeftOut {
  const [closest] = declaredFor(leftOut, path);
  const declared = closest?.[1] ?? 'kept';
  const meaning = typeof declared === 'function' ? declared(input, present) : declared;
  if (meaning !== 'removed unless the whole is omitted') return meaning;
  return input[String(path[0])] === undefined ? 'kept' : 'removed';
}

/** The declarations for a path and for the settings that contain it, closest first. */
export function declaredFor<T>(table: Readonly<Record<string, T>>, path: Path): [string, T][] {
  const stepsOf = (declared: string) => declared.split('.');
  const isFor = (steps: readonly string[]) =>
    steps.length <= path.length && steps.every((step, at) => step === '*' || step === String(path[at]));
  return Object.entries(table)
    .filter(([declared]) => isFor(stepsOf(declared)))
    .toSorted(([a], [b]) => stepsOf(b).length - stepsOf(a).length);
}
