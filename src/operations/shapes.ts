import * as z from 'zod';
import { notOffered, offeredAs } from './offered.ts';
import { lazy } from './operation.ts';

/**
 * A string of `min` to `max` characters; the length is checked before the pattern, so no input can make the pattern slow. `expects`
 * describes the format, usually with an example: the error for a wrong format shows it.
 */
export function text(min: number, max: number, pattern?: RegExp, expects?: string): z.ZodString {
  const error = expects === undefined ? {} : { error: `expects ${expects}` };
  const bounded = z
    .string()
    .min(min, { abort: true, ...error })
    .max(max, { abort: true, ...error });
  const withPattern = pattern === undefined ? bounded : bounded.regex(pattern, error);
  return expects === undefined ? withPattern : withPattern.meta({ expects });
}

/** A string with its format as its description, for arguments whose values callers choose. */
export function describedByFormat(schema: z.ZodString): z.ZodString {
  const { expects } = schema.meta() ?? {};
  return schema.describe(String(expects).replace(/^[a-z]/, (letter) => letter.toUpperCase()));
}

/** A 32-bit integer, as the API's `integer` is. */
export function integer(min?: number, max?: number): z.ZodInt32 {
  let schema = z.int32();
  if (min !== undefined) schema = schema.min(min);
  if (max !== undefined) schema = schema.max(max);
  return schema;
}

/** The names of clusters, databases, dataviews, scaling groups, volumes and kdb environments share one form. */
const entityName = lazy(() =>
  text(3, 63, /^[a-zA-Z0-9][a-zA-Z0-9_-]*[a-zA-Z0-9]$/, '3 to 63 letters, digits, - and _, such as hdb-fx'),
);

/** An opaque path label, without control characters; never `.` or `..`, which HTTP clients would resolve to another path. */
const opaqueLabel = (max: number, expects: string) =>
  text(1, max, /^(?!\.{1,2}$)[^\p{Cc}\p{Cs}]*[^\s\p{Cc}\p{Cs}][^\p{Cc}\p{Cs}]*$/u, expects);

const ENVIRONMENT_ID = 'the id or name of a kdb environment';
const ENVIRONMENT = 'Id or name of a kdb environment';

/** The ids of environments. AWS's model has three shapes, which differ by operation; KdbEnvironmentId is an IdType. */
const idType = (expects: string) => text(1, 26, /^[a-zA-Z0-9]{1,26}$/, expects);
export const IdType = lazy(() => idType('the id of an environment'));
export const KdbEnvironmentId = lazy(() => idType(ENVIRONMENT_ID).describe(ENVIRONMENT));
export const EnvironmentId = lazy(() => opaqueLabel(32, ENVIRONMENT_ID).describe(ENVIRONMENT));
export const KxEnvironmentId = lazy(() => text(1, 32, /^[a-z0-9]+$/, ENVIRONMENT_ID).describe(ENVIRONMENT));
export const KxEnvironmentName = entityName;
export const KxClusterName = entityName;
export const KxClusterNodeIdString = lazy(() => opaqueLabel(40, 'the id of a node'));
export const DatabaseName = entityName;
export const KxDataviewName = entityName;
export const KxScalingGroupName = entityName;
export const KxVolumeName = entityName;
export const ChangesetId = lazy(() =>
  text(1, 26, /^[a-zA-Z0-9]+$/, 'the id of a changeset, such as ab1cd2ef3gh4ij5kl6mn7o'),
);
export const AvailabilityZoneId = lazy(() =>
  text(8, 12, /^[a-zA-Z0-9-]+$/, 'the id of an availability zone, such as use1-az2').describe(
    'From get_kx_environment, such as use1-az2',
  ),
);
/** The description of any entity but a cluster, which has `KxClusterDescription`. */
export const Description = lazy(() =>
  text(1, 1000, /^[a-zA-Z0-9. ]+$/, '1 to 1000 letters, digits, spaces and full stops'),
);
export const StatusReason = lazy(() => text(1, 250, /^[\w.\s-]+$/));
export const KmsKeyId = lazy(() =>
  text(
    1,
    1000,
    /^[a-zA-Z0-9:/-]*$/,
    'the id or ARN of a KMS key, such as arn:aws:kms:us-east-1:123456789012:key/KEY-ID',
  ),
);
export const KxAzMode = lazy(() => z.enum(['SINGLE', 'MULTI']));
export const KxClusterType = lazy(() => z.enum(['HDB', 'RDB', 'GATEWAY', 'GP', 'TICKERPLANT']));
export const KxClusterStatus = lazy(() =>
  z.enum(['PENDING', 'CREATING', 'CREATE_FAILED', 'RUNNING', 'UPDATING', 'DELETING', 'DELETED', 'DELETE_FAILED']),
);
export const VolumeType = lazy(() => z.enum(['NAS_1']));
export const DbPath = lazy(() =>
  text(
    1,
    1025,
    /^\**[/?*](?:[^/]+\/){0,2}[^/]*$/,
    'a path in the database, of at most two folders, such as /2026.03.17/',
  ),
);

export const ClientToken = lazy(() => text(1, 36, /\S/));
export const ClientTokenString = lazy(() => text(1, 64, /^[a-zA-Z0-9-]+$/));

export const PaginationToken = lazy(() => text(1, 1000).describe('nextToken of the previous page'));
export const MaxResults = lazy(() => integer(0, 100).describe('Maximum number of items per page'));

export const EnvironmentStatus = lazy(() =>
  z.enum([
    'CREATE_REQUESTED',
    'CREATING',
    'CREATED',
    'DELETE_REQUESTED',
    'DELETING',
    'DELETED',
    'FAILED_CREATION',
    'RETRY_DELETION',
    'FAILED_DELETION',
    'UPDATE_NETWORK_REQUESTED',
    'UPDATING_NETWORK',
    'FAILED_UPDATING_NETWORK',
    'SUSPENDED',
  ]),
);
export const EnvironmentArn = lazy(() =>
  text(20, 2048, /^arn:aws:finspace:[A-Za-z0-9_/.-]{0,63}:\d+:environment\/[0-9A-Za-z_-]{1,128}$/),
);

/** Epoch seconds with fractions on the wire, or milliseconds from some endpoints; ISO 8601 in UTC everywhere else. */
export const Timestamp = lazy(() =>
  z.codec(z.number(), z.iso.datetime(), {
    decode: (sent) => {
      const date = new Date(Math.abs(sent) < LEAST_MS ? Math.round(sent * 1000) : sent);
      return Number.isNaN(date.getTime()) ? String(sent) : date.toISOString();
    },
    encode: (iso) => Date.parse(iso) / 1000,
  }),
);
/** In seconds, a number of this size would be a time after the year 5000. */
const LEAST_MS = 1e11;

/** In the model's patterns of tags, `+-=` is a range; it contains the digits. */
export const TagKey = lazy(() =>
  text(
    1,
    128,
    /^(?!aws:)[A-Za-z_+-=]+$/,
    'up to 128 letters, digits and any of _ + , - . / : ; < =, not beginning with aws:, such as owner',
  ),
);
export const TagMap = lazy(() =>
  z
    .record(
      TagKey(),
      text(
        1,
        256,
        /^[A-Za-z_@ +-=]+$/,
        'a tag value of up to 256 letters, digits, spaces and any of _ @ + , - . / : ; < =, such as fx-desk',
      ),
    )
    .refine((tags) => isTagCount(Object.keys(tags).length), {
      error: `expects 1 to ${MAX_TAGS} tags`,
    })
    .describe(`Up to ${MAX_TAGS}, such as {"owner": "fx-desk"}`),
);
/** Tags in a create for which the service ignores them. */
export const IgnoredTags = lazy(() =>
  notOffered(
    TagMap().optional(),
    'is ignored by the service in this call. Add the tags afterwards with tag_resource or tag_kx_entities.',
  ),
);
export const MAX_TAGS = 50;
const isTagCount = (count: number) => count >= 1 && count <= MAX_TAGS;

export const databaseLabels = () => ({ environmentId: EnvironmentId(), databaseName: DatabaseName() });

/** The two members by which a list is paged. */
export const paging = () => ({ maxResults: MaxResults().optional(), nextToken: PaginationToken().optional() });

/** What a paged list returns: its items, and the token of the next page. */
export const pageOf = <Items extends Record<string, z.ZodType>>(items: Items) =>
  z.strictObject({ ...items, nextToken: PaginationToken().optional() });

export const KxDataviewSegmentConfigurationList = lazy(() =>
  segmentsOf({
    dbPaths: DbPaths().describe(
      'Paths to keep on the volume, such as /* for all or /2026.03.*; segments must not overlap',
    ),
    volumeName: KxVolumeName().describe('An ACTIVE volume in the same zone'),
    onDemand: z
      .boolean()
      .describe('true: files are loaded when first read, and no other segment is allowed. Default: false.'),
  }),
);

/** The segments of a dataview, as a cluster mounts them. */
export const MountedSegments = lazy(() =>
  segmentsOf({ dbPaths: offeredAs(DbPaths(), z.array(DbPath())), volumeName: KxVolumeName(), onDemand: z.boolean() }),
);

const DbPaths = lazy(() => z.array(DbPath()).min(1).max(30));

function segmentsOf<D extends z.ZodType, V extends z.ZodType>(members: {
  dbPaths: D;
  volumeName: V;
  onDemand: z.ZodBoolean;
}) {
  return z.array(z.strictObject({ ...members, onDemand: members.onDemand.optional() })).max(50);
}
