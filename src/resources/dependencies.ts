import type { ReplyCache } from '../inventory/reply-cache.ts';
import type { Call } from '../operations/index.ts';
import type { Caller, Restrictions } from '../safety/policy.ts';
import type { RecoveryKits } from '../safety/recovery.ts';

/** Shared by the resources of one caller. */
export interface ResourceDependencies {
  readonly call: Call;
  readonly restrictions: Restrictions;
  readonly caller: Caller;
  /** By how many milliseconds the clock of the backend is ahead of this machine's. */
  readonly aheadMs?: (() => Promise<number>) | undefined;
  /** Replies of earlier reads. */
  readonly cache?: ReplyCache | undefined;
  readonly kits: Pick<RecoveryKits, 'list' | 'read'>;
}
