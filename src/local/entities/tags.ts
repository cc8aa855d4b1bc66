import { unknownArn } from '../../kinds/tags.ts';
import type { Context, Handlers } from '../context.ts';
import { entityWithArn } from '../entity-at.ts';
import { serviceErrorFor } from '../service-error.ts';
import type { Entity } from '../transaction.ts';

export const tags = {
  async TagResource({ resourceArn, tags: added }, context) {
    const entity = await taggedEntity(resourceArn, context);
    await context.tx.put({ ...entity, tags: { ...entity.tags, ...added } });
    return {};
  },

  async UntagResource({ resourceArn, tagKeys }, context) {
    const entity = await taggedEntity(resourceArn, context);
    const kept = Object.entries(entity.tags).filter(([key]) => !tagKeys.includes(key));
    await context.tx.put({ ...entity, tags: Object.fromEntries(kept) });
    return {};
  },

  ListTagsForResource: async ({ resourceArn }, context) => ({ tags: (await taggedEntity(resourceArn, context)).tags }),
} satisfies Partial<Handlers>;

async function taggedEntity(arn: string, context: Context): Promise<Entity> {
  const entity = await entityWithArn(arn, context);
  if (entity === undefined) throw serviceErrorFor(unknownArn(arn));
  return entity;
}
