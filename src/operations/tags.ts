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
    'Show the tags and labels of a cluster or group (sg): check, look at or read which tag value it does carry, tags for cost or billing center, who owns it, owner, how it is tagged or labelled.',
  input: () => z.strictObject({ resourceArn: TaggableArn() }),
  output: () => z.strictObject({ tags: TagMap().optional() }),
  errors: ['InvalidRequest', 'ResourceNotFound'],
});

export const TagResource = operation({
  http: 'POST /tags/{resourceArn}',
  entity: 'tags',
  risk: 'update',
  summary:
    'Add or set a tag: label or mark an entity or scaling group, put, stick or overwrite the tag of its owner, team, project, finance, risk, billing or cost center.',
  input: () => z.strictObject({ resourceArn: TaggableArn(), tags: TagMap() }),
  output: () => z.strictObject({}),
  errors: ['InvalidRequest', 'ResourceNotFound'],
});

export const UntagResource = operation({
  http: 'DELETE /tags/{resourceArn}',
  entity: 'tags',
  risk: 'update',
  summary:
    'Remove a tag: strip, drop, clear, delete, remove or take away a label of a scaling group, get rid of wrong or temporary (temp) tags by key such as owner, team, project or cost center.',
  input: () => z.strictObject({ resourceArn: TaggableArn(), tagKeys: z.array(TagKey()).min(1).max(50) }),
  output: () => z.strictObject({}),
  errors: ['InvalidRequest', 'ResourceNotFound'],
});
