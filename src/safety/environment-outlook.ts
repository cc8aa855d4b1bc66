import { environmentsNow } from '../inventory/fleet.ts';
import { readOrUnchecked } from '../kinds/judge.ts';
import type { Call, CallOptions, OperationName } from '../operations/index.ts';
import type { Quotas } from '../operations/quotas.ts';
import { readable } from './api-reader.ts';
import type { Members } from './blast/finding.ts';
import { type Preview, room } from './preview.ts';
import { taken } from './problem-text.ts';

/**
 * What would block a call that creates or renames a kdb environment: its name is in use, or the quota is used up. Undefined for any other
 * call. Rejects with the errors of the reads; what may not be read is left unchecked.
 */
export async function outlookOn(
  { call, quotas }: { readonly call: Call; readonly quotas?: (() => Promise<Quotas | undefined>) | undefined },
  operation: OperationName,
  { environmentId, name }: Members,
  options: CallOptions = {},
): Promise<Pick<Preview, 'blockers' | 'quotas' | 'unchecked'> | undefined> {
  const isNew = operation === 'CreateKxEnvironment';
  if (!isNew && operation !== 'UpdateKxEnvironment') return undefined;
  const { value: present, unchecked } = await readOrUnchecked(() =>
    name === undefined ? [] : readable(() => environmentsNow(call, options)),
  );
  const namesakes = (present ?? []).filter((other) => other.name === name && other.environmentId !== environmentId);
  const one =
    isNew && present !== undefined
      ? room({ quota: KX_ENVIRONMENTS, used: present.length, limit: (await quotas?.())?.environments, more: 1 })
      : undefined;
  return {
    blockers: [
      ...namesakes.map((other) => taken({ kind: 'kdb environment', name: String(name), detail: other.status })),
      ...(one?.blockers ?? []),
    ],
    quotas: one?.lines ?? [],
    unchecked: [...unchecked, ...(one?.unchecked ?? []), ...(isNew ? [NOT_SHOWN] : [])],
  };
}

const KX_ENVIRONMENTS = { what: 'kdb environments in this account and region', of: 'kx-environment' } as const;
const NOT_SHOWN = 'whether this server may use the key and create environments';
