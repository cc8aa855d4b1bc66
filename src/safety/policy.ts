import { type OperationName, operationNamed } from '../operations/index.ts';
import type { Entity, Risk } from '../operations/operation.ts';

/** What follows from a risk. The hints are those of MCP tool annotations; where one is missing, the specification's default holds. */
interface PolicyRow {
  /** A person must approve each call. */
  readonly asks: boolean;
  /** Still offered under `--read-only`. */
  readonly readOnly: boolean;
  readonly hints: {
    readonly readOnlyHint?: boolean;
    readonly destructiveHint?: boolean;
    readonly idempotentHint?: boolean;
  };
}

/** The one table from which annotations, approval and the read-only filter follow. */
export const POLICY: Record<Risk, PolicyRow> = {
  read: { asks: false, readOnly: true, hints: { readOnlyHint: true } },
  reveal: { asks: false, readOnly: false, hints: { destructiveHint: false } },
  create: { asks: false, readOnly: false, hints: { destructiveHint: false } },
  update: { asks: false, readOnly: false, hints: { destructiveHint: false, idempotentHint: true } },
  disrupt: { asks: false, readOnly: false, hints: { destructiveHint: true } },
  destroy: { asks: true, readOnly: false, hints: { destructiveHint: true } },
  network: { asks: true, readOnly: false, hints: { destructiveHint: true } },
};

/** How the operator of this server has narrowed what it offers. */
export interface Restrictions {
  readonly readOnly: boolean;
  /** The kinds of entity whose tools are offered; undefined for all. */
  readonly toolsets: readonly Entity[] | undefined;
}

/** Who calls, as the transport knows it. Over stdio that is the user who started this process. */
export interface Caller {
  readonly principal: string;
  /** Why this caller may not run an operation; undefined when it may. */
  readonly refusal: (name: OperationName) => string | undefined;
}

/** The user who started this process; may do whatever the server offers. */
export const LOCAL_CALLER: Caller = { principal: 'local', refusal: () => undefined };

/** Why an operation is not offered under `restrictions` or to this caller; undefined when it is. */
export function withheld(
  name: OperationName,
  { readOnly, toolsets }: Restrictions,
  caller: Caller,
): string | undefined {
  const { entity, risk } = operationNamed(name);
  if (readOnly && !POLICY[risk].readOnly) return 'This server runs with --read-only.';
  if (toolsets !== undefined && !toolsets.includes(entity))
    return `This server offers only the toolsets ${toolsets.join(', ')}.`;
  return caller.refusal(name);
}
