import { quoteUntrusted } from '../untrusted.ts';
import type { Impact, RequestedChange } from './model.ts';
import type { Views } from './views.ts';

type EnvironmentKind = 'kx-environment' | 'environment';
type RenameRequest<K extends EnvironmentKind> = Pick<RequestedChange<K, never>, 'key' | 'read'> & {
  readonly input: { readonly name?: string | undefined };
};

/** The other environments with the requested name. Deleted ones do not count. */
export async function namesakes<K extends EnvironmentKind>(
  kind: K,
  { input: { name }, key, read }: RenameRequest<K>,
): Promise<readonly Views[K][]> {
  if (name === undefined) return [];
  return others(key, await read.listed(kind, { ...key, name })).filter((other) => other.name === name);
}

/** A rename to the name or id of another environment, in any letter case, needs approval: people refer to environments by both. */
export async function renameImpact<K extends EnvironmentKind>(
  kind: K,
  { input: { name }, key, read }: RenameRequest<K>,
): Promise<Impact> {
  if (name === undefined) return {};
  const names = others(key, await read.listed(kind, key)).flatMap((other) => [other.name, other.environmentId]);
  if (!names.some((other) => other?.toLowerCase() === name.toLowerCase())) return {};
  return {
    approvalReasons: [`${quoteUntrusted(name)} is the name or the id of another environment, ignoring letter case.`],
  };
}

const others = <V extends Views[EnvironmentKind]>(key: { readonly environmentId: string }, all: readonly V[]): V[] =>
  all.filter(({ environmentId, status }) => environmentId !== key.environmentId && status !== 'DELETED');
