import type { OperationName } from '../operations/index.ts';
import { toolName } from '../operations/naming.ts';
import { type EntityKind, RISKS, type Risk } from '../operations/operation.ts';
import { operationOutlines } from '../operations/outline.ts';

/**
 * The consequences of a risk. The hints are those of MCP tool annotations; missing ones have the default of the specification.
 */
interface PolicyRow {
  /** A person must approve each call. */
  readonly needsApproval: boolean;
  /** Still offered under `--read-only`. */
  readonly readOnly: boolean;
  readonly hints: {
    readonly readOnlyHint?: boolean;
    readonly destructiveHint?: boolean;
    readonly idempotentHint?: boolean;
  };
}

/** The only table from which annotations, approval and the read-only filter are derived. */
export const POLICY: Record<Risk, PolicyRow> = {
  read: { needsApproval: false, readOnly: true, hints: { readOnlyHint: true } },
  reveal: { needsApproval: false, readOnly: false, hints: { destructiveHint: false } },
  create: { needsApproval: false, readOnly: false, hints: { destructiveHint: false } },
  update: { needsApproval: false, readOnly: false, hints: { destructiveHint: false, idempotentHint: true } },
  disrupt: { needsApproval: false, readOnly: false, hints: { destructiveHint: true } },
  destroy: { needsApproval: true, readOnly: false, hints: { destructiveHint: true } },
  network: { needsApproval: true, readOnly: false, hints: { destructiveHint: true } },
};

/** How the operator of this server has restricted its offer. */
export interface Restrictions {
  readonly readOnly: boolean;
  /** The kinds of entity whose tools are offered; all if undefined. */
  readonly toolsets: readonly EntityKind[] | undefined;
  /** Tools that are not offered. */
  readonly deny: readonly string[];
  /** The only environments that it works in, in which case it creates none; all if undefined. */
  readonly environments: readonly string[] | undefined;
  /**
   * Risks that need approval besides `destroy` and `network`, which always do; with `none`, no call does, on the local backend
   * only.
   */
  readonly approve: readonly Risk[] | 'none';
}

/**
 * What decides whether a call needs approval, together with `--approve`:
 *
 * - its risk: that of the operation, raised by its arguments (`raised.by` of the operation) or by the state of its target (`risk` of the
 *   impact in `src/kinds`); `POLICY` says which risks need approval;
 * - reasons regardless of the risk: tags that control this server (`tagApprovalReasons`), `approvalReasons` of the impact, a name that
 *   another environment had (`renameApprovalReasons`), and a protected target (`protectionEffect`, also by `sensitive` settings of the
 *   update).
 *
 * `assessArguments` knows only the arguments, which decide alone about creates; a plan knows everything.
 */
export interface RiskAssessment {
  readonly operation: OperationName;
  /** Its risk, which may be higher than that of its operation. */
  readonly risk: Risk;
  /** Reasons to require approval regardless of the risk. */
  readonly approvalReasons: readonly string[];
}

/** Whether calls of a risk can destroy or interrupt something. Their protection is checked even if no approval is required. */
export const isDestructive = (risk: Risk): boolean => POLICY[risk].hints.destructiveHint === true;

export function approvalNeeded(
  { operation, risk, approvalReasons }: RiskAssessment,
  { approve }: Restrictions,
): boolean {
  if (approve === 'none') return false;
  const operationRisk = operationOutlines()[operation].risk;
  return (
    POLICY[risk].needsApproval ||
    approve.includes(risk) ||
    approve.includes(operationRisk) ||
    approvalReasons.length > 0
  );
}

export const higherRisk = (one: Risk, other: Risk): Risk => (RISKS.indexOf(one) < RISKS.indexOf(other) ? other : one);

/** The caller, as the transport knows it. Over stdio, that is the user who started this process. */
export interface Caller {
  readonly principal: string;
  /** Whether a person is present at its client, so that an answered form counts as consent. */
  readonly answersForms: boolean;
  /** Why this caller may make no call of a risk; undefined when it may. */
  readonly refusal: (risk: Risk) => string | undefined;
  /**
   * Why calls of a risk are not listed to this caller; by default, `refusal`. More tools may be listed than the caller may call
   * now.
   */
  readonly listingRefusal?: (risk: Risk) => string | undefined;
}

/** The user who started this process, who may do everything that the server offers. */
export const LOCAL_CALLER: Caller = { principal: 'local', answersForms: true, refusal: () => undefined };

/** Why a tool is not offered: it is denied, or an operation that it needs is withheld. */
export function toolRefusalReason(
  tool: { readonly name: string; readonly needs: readonly OperationName[] },
  restrictions: Restrictions,
  caller: Caller,
): string | undefined {
  if (restrictions.deny.includes(tool.name)) return DENIED;
  for (const name of tool.needs) {
    const reason = refusalReason(name, restrictions, caller);
    if (reason === DENIED) return `It needs ${toolName(name)}, which the operator of this server denies.`;
    if (reason !== undefined) return reason;
  }
  return undefined;
}

const DENIED = 'The operator of this server denies it.';

/** Why an operation, or a call of a higher risk, is not offered under `restrictions` or to this caller; undefined when it is. */
export function refusalReason(
  name: OperationName,
  { readOnly, toolsets, deny, environments }: Restrictions,
  caller: Caller,
  risk = operationOutlines()[name].risk,
): string | undefined {
  const { kind } = operationOutlines()[name];
  if (environments !== undefined && createsEnvironment(name))
    return 'This server is limited to certain environments (--environments), so it cannot create others.';
  if (readOnly && !POLICY[risk].readOnly) return 'This server runs with --read-only.';
  if (toolsets !== undefined && !toolsets.includes(kind))
    return `This server offers only the toolsets ${toolsets.join(', ')}.`;
  if (deny.includes(toolName(name))) return DENIED;
  return caller.refusal(risk);
}

/** Whether an operation creates an environment, of either kind. */
export function createsEnvironment(name: OperationName): boolean {
  const { kind, risk } = operationOutlines()[name];
  return risk === 'create' && (kind === 'environment' || kind === 'kx-environment');
}

/** Whether a caller is offered an operation. */
export type IsOffered = (name: OperationName) => boolean;

/** What a caller is offered under `restrictions`. */
export const offeredTo =
  ({ restrictions, caller }: { readonly restrictions: Restrictions; readonly caller: Caller }): IsOffered =>
  (name) =>
    refusalReason(name, restrictions, caller) === undefined;
