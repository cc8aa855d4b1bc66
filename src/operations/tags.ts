import * as z from 'zod';
import { once, operation } from './operation.ts';
import { TagKey, TagMap, text } from './shapes.ts';

const TaggableArn = once(() =>
  text(
    20,
    2048,
    /^arn:aws:finspace:[A-Za-z0-9_/.-]{0,63}:\d+:(?:environment|kxEnvironment)\/[0-9A-Za-z_-]{1,128}(?:\/(?:kxCluster|kxUser|kxVolume|kxScalingGroup)\/[a-zA-Z0-9_-]{1,255}|\/kxDatabase\/[a-zA-Z0-9_-]{1,255}(?:\/kxDataview\/[a-zA-Z0-9_-]{1,255})?)?$/,
    'an ARN such as arn:aws:finspace:us-east-1:123456789012:kxEnvironment/ID/kxCluster/NAME',
  ).describe(
    'ARN from the get tool of the entity; for a cluster or dataview the environmentArn and /kxCluster/NAME or ' +
      '/kxDatabase/NAME/kxDataview/NAME',
  ),
);

export const ListTagsForResource = operation({
  http: 'GET /tags/{resourceArn}',
  entity: 'tags',
  risk: 'read',
  summary:
    'List the tags of an environment, cluster, database, dataview, scaling group, volume or user. To find ' +
    'entities by their tags, find_kx_entities.',
  keywords: 'owner cost labels tagged',
  input: () => z.strictObject({ resourceArn: TaggableArn() }),
  output: () => z.strictObject({ tags: TagMap().optional() }),
  errors: ['InvalidRequest', 'ResourceNotFound'],
});

export const TagResource = operation({
  http: 'POST /tags/{resourceArn}',
  entity: 'tags',
  risk: 'update',
  summary:
    'Add tags to an environment, cluster, database, dataview, scaling group, volume or user; a tag whose key is ' +
    'present gets the new value, and other tags stay. Nodes and changesets have no tags. The tag ' +
    'finspace-mcp:protected guards what it is on, and all that is in that, against deletes: a person must approve ' +
    'adding it. Takes effect at once.',
  keywords: 'label mark owner cost project',
  input: () => z.strictObject({ resourceArn: TaggableArn(), tags: TagMap() }),
  output: () => z.strictObject({}),
  errors: ['InvalidRequest', 'ResourceNotFound'],
});

export const UntagResource = operation({
  http: 'DELETE /tags/{resourceArn}',
  entity: 'tags',
  risk: 'update',
  summary:
    'Remove tags by their keys from an environment, cluster, database, dataview, scaling group, volume or user; ' +
    'keys that it does not have are ignored. A person must approve removing finspace-mcp:protected. Takes effect ' +
    'at once.',
  keywords: 'delete clear strip label',
  input: () => z.strictObject({ resourceArn: TaggableArn(), tagKeys: z.array(TagKey()).min(1).max(50) }),
  output: () => z.strictObject({}),
  errors: ['InvalidRequest', 'ResourceNotFound'],
});
