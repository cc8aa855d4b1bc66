import { FinspaceError } from '../../operations/failure.ts';
import type { Call, CallOptions, OperationName } from '../../operations/index.ts';
import { toolName } from '../../operations/naming.ts';
import type { Quotas } from '../../operations/quotas.ts';
import type { Members } from '../blast/finding.ts';
import { type Ground, groundFor } from './ground.ts';
import { type Outlook, type Remark, together } from './outlook.ts';
import { roomForEnvironment } from './places.ts';
import { renamingStands } from './updates.ts';

interface Looks {
  readonly at: readonly ((ground: Ground) => Promise<Remark>)[];
  /** What no read shows. */
  readonly not: readonly string[];
}

/** What makes a kdb entity: a new one without its looks does not compile. */
type Making = 'CreateKxEnvironment';

/** For each operation that makes something, or changes it without asking, what is looked at. */
const LOOKS: Readonly<Record<Making, Looks> & Partial<Record<OperationName, Looks>>> = {
  CreateKxEnvironment: {
    at: [roomForEnvironment],
    not: ['whether this server may use the key and create environments'],
  },
  UpdateKxEnvironment: { at: [renamingStands], not: [] },
};

/** Where the reads of an outlook go, and what is known of the limits there. */
export interface Watcher {
  readonly call: Call;
  readonly quotas?: (() => Promise<Quotas | undefined>) | undefined;
}

/**
 * What is to be expected of a call that makes or changes something; undefined for any other. Rejects when its environment is not there, or
 * with what a reading call rejects with; what may not be read is left unchecked.
 */
export async function outlookOn(
  { call, quotas }: Watcher,
  operation: OperationName,
  input: Members,
  options: CallOptions = {},
): Promise<Outlook | undefined> {
  const looks = LOOKS[operation];
  if (looks === undefined) return undefined;
  const ground = await groundFor(call, quotas, input, options);
  const remarks = await Promise.all(looks.at.map((look) => look(ground).catch(forbidden)));
  return together([...remarks, { unchecked: looks.not }]);
}

function forbidden(error: unknown): Remark {
  if (!(error instanceof FinspaceError) || error.fields.code !== 'AccessDenied') throw error;
  return { unchecked: [`what ${toolName(error.fields.operation)} shows, which this server may not read`] };
}
