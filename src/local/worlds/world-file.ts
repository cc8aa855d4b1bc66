import * as z from 'zod';
import { readJsonFile } from '../../json-file.ts';
import { KIND_NAMES, lineage, NAMES } from '../../kinds/names.ts';
import { statusMeanings } from '../../kinds/statuses.ts';
import type { KindName } from '../../kinds/views.ts';
import { operationNamed } from '../../operations/index.ts';
import { lazy } from '../../operations/operation.ts';
import { TagMap } from '../../operations/shapes.ts';
import { StoreError } from '../../sqlite/store-error.ts';
import { parseOrExplain } from '../../wording.ts';
import { isOrdered, kindOf } from '../arns.ts';
import { ERROR_TYPES } from '../faults/rules.ts';
import { BODIES, moment } from './bodies.ts';

const FORMAT = 'finspace-mcp world';
/** A file with a higher version was written by a newer program. */
const VERSION = 1;

const COLLECTIONS = KIND_NAMES.map((kind) =>
  lineage(kind)
    .map((each) => NAMES[each].inArn)
    .join('/[^/]+/'),
);

/** The API rejects an empty map of tags; here, it counts as absent. */
const isEmpty = (tags: unknown) => JSON.stringify(tags) === '{}';

const FileEntity = z.strictObject({
  /** The collection without the world's ARN: `kxEnvironment`, `kxEnvironment/ID/kxCluster`, … */
  in: z
    .string()
    .regex(new RegExp(`^(?:${COLLECTIONS.join('|')})$`), 'expects a collection, such as kxEnvironment/ID/kxCluster'),
  name: z.string(),
  /** Its position in lists, only for kdb environments and changesets; all others are listed by name. */
  position: z.string().min(1).max(200).optional(),
  /** In files of earlier versions; ignored, because it follows from the body. */
  facet: z.string().max(300).optional(),
  status: z.string().max(40),
  /** When it entered its status; milliseconds since the epoch. */
  since: moment,
  /** When the next status begins; without it, the entity does not change. */
  due: moment.optional(),
  /** Why the change in progress will fail. */
  fate: z.strictObject({ reason: z.string().max(1000), errorType: ERROR_TYPES }).optional(),
  tags: z.preprocess((tags) => (isEmpty(tags) ? undefined : tags), TagMap().optional()).optional(),
  body: z.record(z.string(), z.unknown()),
});

const WorldFileSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  account: z.string().regex(/^\d{12}$/, 'expects the 12 digits of an account'),
  region: z.string().regex(/^[a-z0-9-]{1,25}$/, 'expects a region such as us-east-1'),
  settings: z.strictObject({ quotas: z.enum(['published', 'raised']), buckets: z.array(z.string()).optional() }),
  entities: z.array(FileEntity),
});

/** A world as JSON: its entities and settings, without client tokens, which expire within minutes, and without its own identity. */
export type WorldFile = z.output<typeof WorldFileSchema>;

export const header = { format: FORMAT, version: VERSION } as const;

/** Reads a world file. Throws `StoreError`, one line that names the file and the first error in it. */
export function readWorldFile(path: string): WorldFile {
  const content = readJsonFile(path, (why, cause) => {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    return new StoreError(`${path}: ${isMissing ? 'does not exist' : why}`, { cause });
  });
  const { format, version } = Object(content) as { format?: unknown; version?: unknown };
  if (format !== FORMAT) throw new StoreError(`${path}: is not a world file (its format is not "${FORMAT}")`);
  if (typeof version === 'number' && version > VERSION) {
    throw new StoreError(
      `${path}: was written by a newer version of finspace-mcp (format ${version}; this one knows up to ${VERSION})`,
    );
  }
  const { data, problem } = parseOrExplain(WorldFileSchema, content);
  if (problem !== undefined) throw new StoreError(`${path}: ${problem}`);
  for (const [index, entity] of data.entities.entries()) {
    const entityProblem = problemIn(entity);
    if (entityProblem !== undefined)
      throw new StoreError(`${path}: entities.${index} (${entity.in}/${entity.name}).${entityProblem}`);
  }
  return data;
}

/** What is wrong with an entity beyond the schema of all entities: its member, and why; undefined if nothing is. */
function problemIn(entity: WorldFile['entities'][number]): string | undefined {
  const kind = kindOf(entity.in);
  const { inArn } = NAMES[kind];
  const { problem } = parseOrExplain(NAMED_BODIES.get(kind)?.() as z.ZodType, entity);
  if (problem !== undefined) return problem;
  if (!isOrdered(entity.in) && entity.position !== undefined && entity.position !== entity.name)
    return `position: must be the name or omitted, because each ${inArn} is listed by name`;
  if (entity.due !== undefined && entity.due < entity.since) return 'due: is before since';
  const statuses = statusMeanings(kind);
  const hasStatus = Object.hasOwn(Object.keys(statuses).length === 0 ? NO_STATUSES : statuses, entity.status);
  return hasStatus ? undefined : `status: ${inArn} has no status ${entity.status}`;
}

/** The schemas of the names and bodies of entities. Each is built once, on first use. */
const NAMED_BODIES = new Map(
  KIND_NAMES.map((kind) => [kind, lazy(() => z.object({ name: nameSchema(kind), body: BODIES[kind]() }))]),
);

/** What the API accepts as the name of an entity; with any other name, no operation would find it. Nodes have no get operation. */
function nameSchema(kind: KindName): z.ZodType {
  const { get = 'DeleteKxClusterNode', member } = NAMES[kind];
  return operationNamed(get).input().shape[member] as z.ZodType;
}

/** Kinds without statuses are stored with an empty one. */
const NO_STATUSES = { '': true };
