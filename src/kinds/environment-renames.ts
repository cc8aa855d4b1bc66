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
  const all = await read.listed(kind, { ...key, name });
  return all.filter(
    (other) => other.name === name && other.environmentId !== key.environmentId && other.status !== 'DELETED',
  );
}

/** A rename to the name of another environment needs approval: people approve calls by that name. */
export async function renameImpact<K extends EnvironmentKind>(kind: K, requested: RenameRequest<K>): Promise<Impact> {
  if ((await namesakes(kind, requested)).length === 0) return {};
  return { approvalReasons: [`${quoteUntrusted(String(requested.input.name))} is the name of another environment.`] };
}
