import * as z from 'zod';
import { lazy, operation } from './operation.ts';
import { TagKey, TagMap, text } from './shapes.ts';

const TaggableArn = lazy(() =>
  text(
    20,
    2048,
    /^arn:aws:finspace:[A-Za-z0-9_/.-]{0,63}:\d+:(?:environment|kxEnvironment)\/[0-9A-Za-z_-]{1,128}(?:\/(?:kxCluster|kxUser|kxVolume|kxScalingGroup)\/[a-zA-Z0-9_-]{1,255}|\/kxDatabase\/[a-zA-Z0-9_-]{1,255}(?:\/kxDataview\/[a-zA-Z0-9_-]{1,255})?)?$/,
    'an ARN such as arn:aws:finspace:us-east-1:123456789012:kxEnvironment/ID/kxCluster/NAME',
  ).describe(
    'ARN shown by the get tool for the entity; for a cluster or dataview, the ARN of the environment followed by ' +
      '/kxCluster/CLUSTER or /kxDatabase/DATABASE/kxDataview/DATAVIEW',
  ),
);

export const ListTagsForResource = operation({
  http: 'GET /tags/{resourceArn}',
  kind: 'tags',
  risk: 'read',
  summary:
    'List the tags of an environment, cluster, database, dataview, scaling group, volume or user. To find ' +
    'entities by tag, use find_kx_entities.',
  keywords: 'owner cost labels tagged',
  input: () => z.strictObject({ resourceArn: TaggableArn() }),
  output: () => z.strictObject({ tags: TagMap().optional() }),
  errors: ['InvalidRequest', 'ResourceNotFound'],
});

export const TagResource = operation({
  http: 'POST /tags/{resourceArn}',
  kind: 'tags',
  risk: 'update',
  summary:
    'Add tags to an environment, cluster, database, dataview, scaling group, volume or user, or change the values of ' +
    'its tags. Other tags stay; an entity has at most 50. The tag finspace-mcp:protected with value true protects an ' +
    'entity and everything in it: calls that delete it or change its network are refused, and calls that interrupt ' +
    'it or change roles or names need approval. A person must approve tags that begin with finspace-mcp:. ' +
    'Takes effect at once. For many entities, use tag_kx_entities.',
  keywords: 'label mark owner cost project protect production deletion',
  input: () => z.strictObject({ resourceArn: TaggableArn(), tags: TagMap() }),
  output: () => z.strictObject({}),
  errors: ['InvalidRequest', 'ResourceNotFound'],
});

export const UntagResource = operation({
  http: 'DELETE /tags/{resourceArn}',
  kind: 'tags',
  risk: 'update',
  summary:
    'Remove tags by key from an environment, cluster, database, dataview, scaling group, volume or user. Keys ' +
    'that are not present are ignored. A person must approve the removal of tags that begin with finspace-mcp:. ' +
    'Takes effect at once. For many entities, use tag_kx_entities.',
  keywords: 'delete clear strip label',
  input: () => z.strictObject({ resourceArn: TaggableArn(), tagKeys: z.array(TagKey()).min(1).max(50) }),
  output: () => z.strictObject({}),
  errors: ['InvalidRequest', 'ResourceNotFound'],
});
