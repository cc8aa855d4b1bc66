import type { LeftOut, UpdateRules } from './operation.ts';

type Members = Readonly<Record<string, unknown>>;
type Path = readonly (string | number)[];

/** The meaning of omitting a setting from an input, by the longest matching path. */
export function meaningOf({ leftOut }: UpdateRules, path: Path, input: Members, present: Members): LeftOut {
  const [[, declared] = [undefined, 'kept' as const]] = declaredFor(leftOut, path);
  const meaning = typeof declared === 'function' ? declared(input, present) : declared;
  if (meaning !== 'removed from what is given') return meaning;
  return input[String(path[0])] === undefined ? 'kept' : 'removed';
}

/** The declarations for a path and for the settings that contain it, closest first. */
export function declaredFor<T>(table: Readonly<Record<string, T>>, path: Path): [string, T][] {
  const fits = (declared: string) =>
    declared.split('.').length <= path.length &&
    declared.split('.').every((step, at) => step === '*' || step === String(path[at]));
  const length = (declared: string) => declared.split('.').length;
  return Object.entries(table)
    .filter(([declared]) => fits(declared))
    .toSorted(([a], [b]) => length(b) - length(a));
}
