import { riskOf } from '../operations/derive.ts';
import { type Call, type CallOptions, type OperationName, operationNamed } from '../operations/index.ts';
import type { Risk } from '../operations/operation.ts';
import { eachAtOnce } from './blast/estate.ts';
import type { Finding, Members } from './blast/finding.ts';

/**
 * With this tag set to `true`, an entity and everything in it is protected: deletes and network changes are refused, and what interrupts it,
 * loses memory, or changes its users, roles, names or caches asks a person.
 */
export const PROTECTED_TAG = 'finspace-mcp:protected';

/** Whether this server goes by a tag of this key. */
export const isOwnTag = (key: string) => /^finspace-mcp:/i.test(key);

/** Why a call needs approval like a delete: it would add, change or remove tags that this server goes by. */
export function tagAsks(input: Members): readonly string[] {
  const keys = [
    ...Object.keys((input['tags'] as Members | undefined) ?? {}),
    ...((input['tagKeys'] as string[] | undefined) ?? []),
  ];
  return keys.some(isOwnTag) ? ['It sets or removes a tag that controls what this server allows.'] : [];
}

/** Why a call is refused outright. */
export interface Forbidden {
  /** What it is about, where that is known. */
  readonly arn?: string | undefined;
  readonly why: string;
}

/** What protection does to a call: nothing, ask a person, or refuse it. */
export function protectionFor(operation: OperationName, input: Members, { risk, isSensitive }: Touches) {
  if (REFUSED.has(riskOf(operationNamed(operation), input))) return 'refuses';
  return ASKED.has(risk) || isSensitive ? 'asks' : undefined;
}

interface Touches {
  /** The risk of the call, with what its target is. */
  readonly risk: Risk;
  /** Whether it changes a setting that is declared as sensitive. */
  readonly isSensitive: boolean;
}

const REFUSED: ReadonlySet<Risk> = new Set(['destroy', 'network']);
/** A restart that loses memory counts as `destroy` by what its target is, not by what the call asks for. */
const ASKED: ReadonlySet<Risk> = new Set(['disrupt', 'destroy']);

/**
 * What protects the target of a call: the target, what it stands in, or something that would be lost or interrupted with it carries
 * the tag, or the tags cannot be read. Undefined when nothing is protected.
 */
export async function protectedBy(
  call: Call,
  name: OperationName,
  input: Members,
  { lost, interrupted }: Pick<Finding, 'lost' | 'interrupted'>,
  options: CallOptions,
): Promise<Forbidden | undefined> {
  // What protection is about has a target.
  const own = ownPath(name, input) as string;
  const others = [...lost, ...interrupted].flatMap(({ arn }) => (arn === undefined ? [] : [arn]));
  return protectedAmong(call, name, input, [own, ...others], options);
}

/** The same for calls in one environment; `paths` is what follows its ARN in the ARNs of their targets. */
export async function protectedAmong(
  call: Call,
  name: OperationName,
  input: Members,
  paths: readonly string[],
  options: CallOptions,
): Promise<Forbidden | undefined> {
  try {
    const root = await environmentArn(call, name, input, options);
    const arns = [...new Set(paths.flatMap(withEnclosing))].map((path) => `${root}${path}`);
    const found = await firstProtected(call, arns, options);
    return found === undefined ? undefined : { arn: found, why: `carries the tag ${PROTECTED_TAG}.` };
  } catch {
    return { why: `Its tags cannot be read, so it counts as protected (${PROTECTED_TAG}).` };
  }
}

/** What follows the environment's ARN in that of a call's target; undefined for a call without one. */
export function ownPath(name: OperationName, input: Members): string | undefined {
  return operationNamed(name).target?.arn.replaceAll(/\{(\w+)\}/g, (_, label: string) => String(input[label]));
}

/** `/kxDatabase/a/kxDataview/b` with the environment and the database that it stands in. */
function withEnclosing(path: string): string[] {
  const parts = path.split(/(?=\/kx)/);
  return ['', ...parts.map((_, at) => parts.slice(0, at + 1).join(''))];
}

/** The ARN of the environment that a call is about. */
export async function environmentArn(call: Call, name: OperationName, input: Members, options: CallOptions) {
  const environmentId = String(input['environmentId']);
  const arn =
    operationNamed(name).entity === 'environment'
      ? (await call('GetEnvironment', { environmentId }, options)).environment?.environmentArn
      : (await call('GetKxEnvironment', { environmentId }, options)).environmentArn;
  if (arn === undefined) throw new Error('the environment has no ARN');
  return arn;
}

async function firstProtected(call: Call, arns: readonly string[], options: CallOptions): Promise<string | undefined> {
  const tagged = await eachAtOnce(arns, async (resourceArn) => {
    const { tags = {} } = await call('ListTagsForResource', { resourceArn }, options);
    return Object.entries(tags).some(([key, value]) => isProtecting(key, value));
  });
  return arns[tagged.indexOf(true)];
}

/** People write `True`, too; what they meant to protect is protected. */
const isProtecting = (key: string, value: string) =>
  key.toLowerCase() === PROTECTED_TAG && value.trim().toLowerCase() === 'true';
