import * as z from 'zod';
import { once, operation } from './operation.ts';
import { TagKey, TagMap, text } from './shapes.ts';

const TaggableArn = once(() =>
  text(
    20,
    2048,
    /^arn:aws:finspace:[A-Za-z0-9_/.-]{0,63}:\d+:(?:environment|kxEnvironment)\/[0-9A-Za-z_-]{1,128}(?:\/(?:kxCluster|kxUser|kxVolume|kxScalingGroup)\/[a-zA-Z0-9_-]{1,255}|\/kxDatabase\/[a-zA-Z0-9_-]{1,255}(?:\/kxDataview\/[a-zA-Z0-9_-]{1,255})?)?$/,
    'an ARN such as arn:aws:finspace:us-east-1:123456789012:kxEnvironment/ID/kxCluster/NAME',
  ).describe('environmentArn/kxCluster/NAME and the like'),
);

export const ListTagsForResource = operation({
  http: 'GET /tags/{resourceArn}',
  entity: 'tags',
  risk: 'read',
  summary:
    'Read the tags on a cluster, scaling group or other resource: check which tag or labels are attached, see the value of owner, finance or cost; show tags it does carry, how it is tagged.',
  input: () => z.strictObject({ resourceArn: TaggableArn() }),
  output: () => z.strictObject({ tags: TagMap().optional() }),
  errors: ['InvalidRequest', 'ResourceNotFound'],
});

export const TagResource = operation({
  http: 'POST /tags/{resourceArn}',
  entity: 'tags',
  risk: 'update',
  summary:
    'Add a tag: label or mark a group with an owner, team, project, env, finance or cost value; set, put, stick, assign or attach a label or tag.',
  input: () => z.strictObject({ resourceArn: TaggableArn(), tags: TagMap() }),
  output: () => z.strictObject({}),
  errors: ['InvalidRequest', 'ResourceNotFound'],
});

export const UntagResource = operation({
  http: 'DELETE /tags/{resourceArn}',
  entity: 'tags',
  risk: 'update',
  summary:
    "Untag it: drop, delete, clear or take a tag, label or key off, get rid of wrong temp tags that shouldn't be on a group: center, owner, project, team, env; strip or remove.",
  input: () => z.strictObject({ resourceArn: TaggableArn(), tagKeys: z.array(TagKey()).min(1).max(50) }),
  output: () => z.strictObject({}),
  errors: ['InvalidRequest', 'ResourceNotFound'],
});
