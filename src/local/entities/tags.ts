import { placeOf } from '../arns.ts';
import type { Context, Handlers } from '../context.ts';
import { demand, Refusal } from '../refusal.ts';
import type { Entity } from '../transaction.ts';

const MOST = 50;

export const tags: Handlers<'TagResource' | 'UntagResource' | 'ListTagsForResource'> = {
  async TagResource({ resourceArn, tags: added }, context) {
    const entity = await taggedBy(resourceArn, context);
    const merged = { ...entity.tags, ...added };
    demand(
      Object.keys(merged).length <= MOST,
      'InvalidRequest',
      `A resource can have at most ${MOST} tags; this one would have ${Object.keys(merged).length}`,
    );
    await context.tx.put({ ...entity, tags: merged });
    return {};
  },

  async UntagResource({ resourceArn, tagKeys }, context) {
    const entity = await taggedBy(resourceArn, context);
    const kept = Object.entries(entity.tags).filter(([key]) => !tagKeys.includes(key));
    await context.tx.put({ ...entity, tags: Object.fromEntries(kept) });
    return {};
  },

  ListTagsForResource: async ({ resourceArn }, context) => ({ tags: (await taggedBy(resourceArn, context)).tags }),
};

async function taggedBy(arn: string, { tx, world }: Context): Promise<Entity> {
  const { collection, name } = placeOf(arn);
  const entity = arn.startsWith(`${world.arn}:`) ? await tx.get(collection, name) : undefined;
  if (entity === undefined) throw new Refusal('ResourceNotFound', `Resource ${arn} not found`);
  return entity;
}
