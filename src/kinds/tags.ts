import type { Risk } from '../operations/operation.ts';
import { MAX_TAGS } from '../operations/shapes.ts';
import type { ChangeOfExisting, OperationsWithRisk, Problem, RequestedChange, RuleResult } from './model.ts';
import type { KindName } from './views.ts';

type TagOperation = OperationsWithRisk<'tags', Exclude<Risk, 'read'>>;

const argument = (member: string, says: string) => ({ message: says, argument: { member, says } });

/** No entity has this ARN. */
export const unknownArn = (resourceArn: string): Problem => ({
  error: 'ResourceNotFound',
  ...argument('resourceArn', `Resource ${resourceArn} not found`),
});

async function taggedExists({
  input: { resourceArn },
  read,
}: RequestedChange<KindName, TagOperation>): Promise<RuleResult> {
  return (await read.tags(resourceArn)) === undefined ? unknownArn(resourceArn) : undefined;
}

async function tagsFit({ input, read }: RequestedChange<KindName, 'TagResource'>): Promise<RuleResult> {
  const total = Object.keys({ ...(await read.tags(input.resourceArn)), ...input.tags }).length;
  if (total <= MAX_TAGS) return undefined;
  const says = `A resource can have at most ${MAX_TAGS} tags; this one would have ${total}`;
  return { error: 'InvalidRequest', ...argument('tags', says) };
}

/** The changes of tags, which are allowed in every status of an entity. */
export const tagChanges: { readonly [N in TagOperation]: ChangeOfExisting<KindName, N> } = {
  TagResource: { rules: [taggedExists, tagsFit], impact: () => ({}) },
  UntagResource: { rules: [taggedExists], impact: () => ({}) },
};
