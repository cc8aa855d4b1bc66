import { type Call, type CallOptions, type OperationName, operationNamed } from '../operations/index.ts';
import { eachAtOnce } from './blast/estate.ts';
import type { Item, Members } from './blast/finding.ts';
import { quoted } from './untrusted.ts';

/** An entity with this tag set to `true` is refused outright to everything that destroys or interrupts. */
export const PROTECTED_TAG = 'finspace-mcp:protected';

/** Whether this server goes by a tag of this key. */
export const isOwnTag = (key: string) => /^finspace-mcp:/i.test(key);

/** Whether a call would add, change or remove tags that this server goes by. Such a call needs approval like a delete. */
export function touchesProtection(input: Members): boolean {
  const keys = [
    ...Object.keys((input['tags'] as Members | undefined) ?? {}),
    ...((input['tagKeys'] as string[] | undefined) ?? []),
  ];
  return keys.some(isOwnTag);
}

/**
 * Why protection forbids a call: its target, or something that would go with it, carries the tag, or the tags cannot be read.
 * Undefined when nothing is protected.
 */
export async function protectedBy(
  call: Call,
  name: OperationName,
  input: Members,
  lost: readonly Item[],
  options: CallOptions,
): Promise<string | undefined> {
  const { target } = operationNamed(name);
  if (target === undefined) return undefined;
  try {
    const root = await environmentArn(call, name, input, options);
    const own = target.arn.replaceAll(/\{(\w+)\}/g, (_, label: string) => String(input[label]));
    const arns = [own, ...lost.flatMap(({ arn }) => (arn === undefined ? [] : [arn]))].map(
      (suffix) => `${root}${suffix}`,
    );
    const found = await firstProtected(call, arns, options);
    return found === undefined ? undefined : `${quoted(found, 200)} carries the tag ${PROTECTED_TAG}.`;
  } catch {
    return `Its tags cannot be read, so that nobody knows whether it is protected (${PROTECTED_TAG}).`;
  }
}

async function environmentArn(call: Call, name: OperationName, input: Members, options: CallOptions): Promise<string> {
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
    const { tags } = await call('ListTagsForResource', { resourceArn }, options);
    return tags?.[PROTECTED_TAG] === 'true';
  });
  return arns[tagged.indexOf(true)];
}
