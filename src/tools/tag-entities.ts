import * as z from 'zod';
import { idOf } from '../inventory/graph-types.ts';
import { arnPath, KINDS } from '../inventory/kinds.ts';
import { KdbEnvironmentId, TagKey, TagMap, text } from '../operations/shapes.ts';
import type { Batch, BatchCall } from '../safety/batch.ts';
import { quoteUntrusted } from '../untrusted.ts';
import { runBatch } from './batch.ts';
import { compositeTool } from './dependencies.ts';
import type { Lookup } from './identify.ts';
import { Words } from './lenient.ts';
import { wrongArguments } from './result.ts';

export const TAG_ENTITIES = 'tag_kx_entities';
const MAX_ENTITIES = 100;

const selection = () =>
  z.strictObject({
    environmentId: KdbEnvironmentId(),
    entities: z
      .array(
        z.strictObject({
          kind: Words(KINDS.filter((kind) => kind !== 'changeset')),
          name: text(1, 63, /^[\w-]+$/, 'a name such as hdb-fx').describe('Name of the entity'),
          database: text(1, 63, /^[\w-]+$/, 'a name such as trades')
            .optional()
            .describe('The database that contains it; for dataviews only, and required for them'),
        }),
      )
      .min(1)
      .max(MAX_ENTITIES)
      .describe('To tag the environment itself, give its name and the kind environment'),
    tags: TagMap().optional().describe('Tags to add or change, such as {"owner": "fx-desk"}; others stay'),
    tagKeys: z.array(TagKey()).min(1).max(50).optional().describe('Keys of the tags to remove'),
  });

type Selection = z.output<ReturnType<typeof selection>>;

export const tagEntities = compositeTool({
  name: TAG_ENTITIES,
  title: 'Tag kdb entities',
  description:
    'Add, change or remove tags of up to 100 entities in one kdb environment, by kind and name. Give tags, tagKeys ' +
    'or both. An entity that fails stops the others only if its error may concern them; the answer lists what was ' +
    'done, what failed and why. A person must approve any change to tags that begin with finspace-mcp:, once for all ' +
    'entities. For one entity by its ARN, use tag_resource or untag_resource; to find entities, find_kx_entities.',
  keywords: 'label mark bulk all owner cost remove protect',
  annotations: { destructiveHint: false, idempotentHint: true },
  input: selection,
  needs: ['TagResource', 'UntagResource', 'GetKxEnvironment'],
  run: async (deps, input, exchange) => {
    const batch = await tagBatch({ deps, signal: exchange.context.mcpReq.signal }, input);
    if ('problemTexts' in batch) return wrongArguments(TAG_ENTITIES, batch.problemTexts);
    const isBoth = input.tags !== undefined && input.tagKeys !== undefined;
    const verb = ({ operation }: BatchCall) => (operation === 'TagResource' ? 'tag' : 'untag');
    const naming = isBoth ? { nameOf: (call: BatchCall) => `${verb(call)} ${call.entityId}` } : {};
    return runBatch(deps, { batch, waits: false, ...naming }, exchange);
  },
});

export async function tagBatch(
  { deps: { call }, signal }: Lookup,
  input: Selection,
): Promise<Batch | { readonly problemTexts: readonly string[] }> {
  const { environmentId, entities, tags, tagKeys } = input;
  if (tags === undefined && tagKeys === undefined) return { problemTexts: ['Give tags, tagKeys or both.'] };
  const keyInBoth = tagKeys?.find((key) => tags !== undefined && Object.hasOwn(tags, key));
  if (keyInBoth !== undefined)
    return {
      problemTexts: [
        `tagKeys: ${quoteUntrusted(keyInBoth)} is also in tags, so this call would remove it and set it again.`,
      ],
    };
  const mismatched = entities.findIndex(({ kind, database }) => (kind === 'dataview') !== (database !== undefined));
  if (mismatched >= 0)
    return { problemTexts: [`entities.${mismatched}.database: a dataview needs one, and nothing else takes one.`] };
  const { environmentArn, name } = await call('GetKxEnvironment', { environmentId }, { signal });
  const otherEnvironment = entities.find(
    (each) => each.kind === 'environment' && ![name, environmentId].includes(each.name),
  );
  if (otherEnvironment !== undefined)
    return {
      problemTexts: [
        `The environment is ${quoteUntrusted(String(name))}, not ${quoteUntrusted(otherEnvironment.name)}: tag each in a separate call.`,
      ],
    };
  // Keyed by path, so that an environment that is given by its id and by its name counts once.
  const ids = new Map(entities.map((each) => [arnPath(each), idOf(each.kind, each.name, each.database)] as const));
  const calls = [...ids].flatMap(([path, entityId]): BatchCall[] => {
    const resourceArn = `${environmentArn}${path}`;
    // The removal makes room, because the number of tags is limited.
    return [
      ...(tagKeys === undefined
        ? []
        : [{ operation: 'UntagResource' as const, input: { resourceArn, tagKeys }, entityId }]),
      ...(tags === undefined ? [] : [{ operation: 'TagResource' as const, input: { resourceArn, tags }, entityId }]),
    ];
  });
  return { tool: TAG_ENTITIES, input, environmentId, verb: 'CHANGE TAGS OF', entityCount: ids.size, calls };
}
