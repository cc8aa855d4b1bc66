import * as z from 'zod';
import { once, operation } from './operation.ts';
import { TagKey, TagMap, text } from './shapes.ts';

const TaggableArn = once(() =>
  text(
    20,
    2048,
    /^arn:aws:finspace:[A-Za-z0-9_/.-]{0,63}:\d+:(?:environment|kxEnvironment)\/[0-9A-Za-z_-]{1,128}(?:\/(?:kxCluster|kxUser|kxVolume|kxScalingGroup)\/[a-zA-Z0-9_-]{1,255}|\/kxDatabase\/[a-zA-Z0-9_-]{1,255}(?:\/kxDataview\/[a-zA-Z0-9_-]{1,255})?)?$/,
  ).describe('environmentArn/kxCluster/NAME and the like'),
);

export const ListTagsForResource = operation({
  http: 'GET /tags/{resourceArn}',
  entity: 'tags',
  risk: 'read',
  summary:
    'Who owns it, which team, project or cost centre pays: the tags on a cluster, volume, database, environment or user.',
  input: () => z.strictObject({ resourceArn: TaggableArn() }),
  output: () => z.strictObject({ tags: TagMap().optional() }),
  errors: ['InvalidRequest', 'ResourceNotFound'],
});

export const TagResource = operation({
  http: 'POST /tags/{resourceArn}',
  entity: 'tags',
  risk: 'update',
  summary: 'Label a cluster, volume, database, environment or user: add a tag, set owner, project or cost centre.',
  input: () => z.strictObject({ resourceArn: TaggableArn(), tags: TagMap() }),
  output: () => z.strictObject({}),
  errors: ['InvalidRequest', 'ResourceNotFound'],
});

export const UntagResource = operation({
  http: 'DELETE /tags/{resourceArn}',
  entity: 'tags',
  risk: 'update',
  summary: 'Remove tags or labels by their keys, such as owner or project.',
  input: () => z.strictObject({ resourceArn: TaggableArn(), tagKeys: z.array(TagKey()).min(1).max(50) }),
  output: () => z.strictObject({}),
  errors: ['InvalidRequest', 'ResourceNotFound'],
});
