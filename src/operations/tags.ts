import * as z from 'zod';
import { once, operation } from './operation.ts';
import { TagKey, TagMap, text } from './shapes.ts';

const TaggableArn = once(() =>
  text(
    20,
    2048,
    /^arn:aws:finspace:[A-Za-z0-9_/.-]{0,63}:\d+:(?:environment|kxEnvironment)\/[0-9A-Za-z_-]{1,128}(?:\/(?:kxCluster|kxUser|kxVolume|kxScalingGroup)\/[a-zA-Z0-9_-]{1,255}|\/kxDatabase\/[a-zA-Z0-9_-]{1,255}(?:\/kxDataview\/[a-zA-Z0-9_-]{1,255})?)?$/,
  ).describe('environmentArn, then /kxCluster/NAME and the like'),
);

export const ListTagsForResource = operation({
  http: 'GET /tags/{resourceArn}',
  entity: 'tags',
  risk: 'read',
  summary: 'Read the tags on anything that has an ARN: who owns it, cost centre, stage.',
  input: () => z.strictObject({ resourceArn: TaggableArn() }),
  output: () => z.strictObject({ tags: TagMap().optional() }),
  errors: ['InvalidRequest', 'ResourceNotFound'],
});

export const TagResource = operation({
  http: 'POST /tags/{resourceArn}',
  entity: 'tags',
  risk: 'update',
  summary: 'Label an entity: add tags or overwrite their values, such as owner or cost centre.',
  input: () => z.strictObject({ resourceArn: TaggableArn(), tags: TagMap() }),
  output: () => z.strictObject({}),
  errors: ['InvalidRequest', 'ResourceNotFound'],
});

export const UntagResource = operation({
  http: 'DELETE /tags/{resourceArn}',
  entity: 'tags',
  risk: 'update',
  summary: 'Take tags off an entity by their keys.',
  input: () => z.strictObject({ resourceArn: TaggableArn(), tagKeys: z.array(TagKey()).min(1).max(50) }),
  output: () => z.strictObject({}),
  errors: ['InvalidRequest', 'ResourceNotFound'],
});
