import { placeOf } from '../arns.ts';
import type { Context, Handlers } from '../context.ts';
import { demand, Refusal } from '../refusal.ts';
import type { Entity } from '../transaction.ts';

const MOST = 50;

export const tags: Handlers<'TagResource' | 'UntagResource' | 'ListTagsForResource'> = {
  TagResource({ resourceArn, tags: added }, context) {
    const entity = taggedBy(resourceArn, context);
    const merged = { ...entity.tags, ...added };
    demand(
      Object.keys(merged).length <= MOST,
      'InvalidRequest',
      `A resource can have at most ${MOST} tags; this one would have ${Object.keys(merged).length}`,
    );
    context.tx.put({ ...entity, tags: merged });
    return {};
  },

  UntagResource({ resourceArn, tagKeys }, context) {
    const entity = taggedBy(resourceArn, context);
    const kept = Object.entries(entity.tags).filter(([key]) => !tagKeys.includes(key));
    context.tx.put({ ...entity, tags: Object.fromEntries(kept) });
    return {};
  },

  ListTagsForResource: ({ resourceArn }, context) => ({ tags: taggedBy(resourceArn, context).tags }),
};

function taggedBy(arn: string, { tx, world }: Context): Entity {
  const { collection, name } = placeOf(arn);
  const entity = arn.startsWith(`${world.arn}:`) ? tx.get(collection, name) : undefined;
  if (entity === undefined) throw new Refusal('ResourceNotFound', `Resource ${arn} not found`);
  return entity;
}
