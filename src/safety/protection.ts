import { NAMES, pathOf } from '../kinds/names.ts';
import type { KindName } from '../kinds/views.ts';
import { mapConcurrent } from '../map-concurrent.ts';
import { pathParts } from '../operations/arn.ts';
import { riskOf } from '../operations/derive.ts';
import { FinspaceError, wireName } from '../operations/failure.ts';
import { type Call, type OperationName, operationNamed } from '../operations/index.ts';
import { toolName } from '../operations/naming.ts';
import type { Risk } from '../operations/operation.ts';
import type { Members } from './plan-parts.ts';
import type { RiskAssessment } from './policy.ts';
import type { Preview } from './preview.ts';

/**
 * With this tag set to `true`, an entity and everything in it is protected: deletes and network changes are refused, and
 * interruptions, loss of in-memory data, and changes of settings that are declared as sensitive need approval.
 */
export const PROTECTED_TAG = 'finspace-mcp:protected';

/** Whether a tag with this key controls this server. */
export const isControlTag = (key: string) => /^finspace-mcp:/i.test(key);

/** Why a call needs approval like a delete: it would add, change or remove tags that control this server. */
export function tagApprovalReasons(input: Members): readonly string[] {
  const keys = [
    ...Object.keys((input['tags'] as Members | undefined) ?? {}),
    ...((input['tagKeys'] as string[] | undefined) ?? []),
  ];
  return keys.some(isControlTag) ? ['It sets or removes a tag that controls what this server allows.'] : [];
}

/** What the arguments of a call alone say about the approval that it needs. */
export const assessArguments = (operation: OperationName, input: Members): RiskAssessment => ({
  operation,
  risk: riskOf(operationNamed(operation), input),
  approvalReasons: tagApprovalReasons(input),
});

/** Why a call is refused without requesting approval. */
export interface Forbidden {
  /** The ARN of the protected entity; undefined if tags cannot be read. */
  readonly protectedArn?: string | undefined;
  /** A sentence; with `protectedArn`, the rest of a sentence that begins with the entity. */
  readonly why: string;
}

/** The effect of protection on a call: none, approval, or refusal. */
export function protectionEffect(operation: OperationName, input: Members, { risk, isSensitive }: Severity) {
  if (REFUSED.has(riskOf(operationNamed(operation), input))) return 'refuses';
  return NEEDS_APPROVAL.has(risk) || isSensitive ? 'needs-approval' : undefined;
}

/** What decides whether protection concerns a call. */
export interface Severity {
  /** The risk of the call, which includes the state of its target. */
  readonly risk: Risk;
  /** Whether it changes a setting that is declared as sensitive. */
  readonly isSensitive: boolean;
}

const REFUSED: ReadonlySet<Risk> = new Set(['destroy', 'network']);
/** A restart that loses memory is a `destroy` because of its target, not because of the request. */
const NEEDS_APPROVAL: ReadonlySet<Risk> = new Set(['disrupt', 'destroy']);

/**
 * What protects the target of a call: the target, its parents, or something that would be lost or interrupted with it has the
 * tag, or tags cannot be read. Undefined when nothing is protected.
 */
export async function protectedBy(
  call: Call,
  name: OperationName,
  input: Members,
  { lost, interrupted }: Pick<Preview, 'lost' | 'interrupted'>,
): Promise<Forbidden | undefined> {
  // Every call that protection concerns has a target.
  const target = targetPath(name, input) as string;
  const affected = [...lost, ...interrupted].flatMap(({ arn: path }) => (path === undefined ? [] : [path]));
  return protectedAmong(call, name, input, [target, ...affected]);
}

/** What protects entities of one environment or their parents; `paths` are the parts of their ARNs after the environment. */
export async function protectedAmong(
  call: Call,
  name: OperationName,
  input: Members,
  paths: readonly string[],
): Promise<Forbidden | undefined> {
  try {
    const root = await environmentArn(call, name, input);
    const arns = [...new Set(paths.flatMap(withEnclosing))].map((path) => `${root}${path}`);
    const found = await firstProtected(call, arns);
    return found === undefined ? undefined : { protectedArn: found, why: `carries the tag ${PROTECTED_TAG}.` };
  } catch (error) {
    return {
      why: `Some tags cannot be read${causeText(error)}, so the target counts as protected (${PROTECTED_TAG}).`,
    };
  }
}

/** ` (list_tags_for_resource failed with AccessDeniedException)`: which read failed, and how. */
const causeText = (error: unknown): string =>
  error instanceof FinspaceError
    ? ` (${toolName(error.fields.operation)} failed with ${wireName(error.fields.code)})`
    : '';

/**
 * The part of a call target's ARN after the environment's ARN; for a kind without tags, that of its parent. Undefined for a call without
 * a declared target.
 */
export function targetPath(name: OperationName, input: Members): string | undefined {
  const { target, kind: own } = operationNamed(name);
  if (target === undefined) return undefined;
  const kind = own as KindName;
  const { isUntagged, parent = kind } = NAMES[kind];
  return pathOf(isUntagged ? parent : kind, input);
}

/** `/kxDatabase/a/kxDataview/b`, with the environment and the database that contain it. */
function withEnclosing(path: string): string[] {
  const parts = pathParts(path).map(({ kind, id }) => `/${kind}/${id}`);
  return [...parts.map((_, at) => parts.slice(0, at).join('')), path];
}

export async function environmentArn(call: Call, name: OperationName, input: Members) {
  const environmentId = String(input['environmentId']);
  const arn =
    operationNamed(name).kind === 'environment'
      ? (await call('GetEnvironment', { environmentId })).environment?.environmentArn
      : (await call('GetKxEnvironment', { environmentId })).environmentArn;
  if (arn === undefined) throw new Error('the environment has no ARN');
  return arn;
}

async function firstProtected(call: Call, arns: readonly string[]): Promise<string | undefined> {
  const tagged = await mapConcurrent(arns, async (resourceArn) => {
    const { tags = {} } = await call('ListTagsForResource', { resourceArn });
    return Object.entries(tags).some(([key, value]) => isProtecting(key, value));
  });
  return arns[tagged.indexOf(true)];
}

/** People write `True`, too; what they meant to protect is protected. */
const isProtecting = (key: string, value: string) =>
  key.toLowerCase() === PROTECTED_TAG && value.trim().toLowerCase() === 'true';
