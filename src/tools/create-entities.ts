import * as z from 'zod';
import { idOf } from '../inventory/graph-types.ts';
import { wordOf } from '../inventory/kinds.ts';
import { agentInput, riskOf } from '../operations/derive.ts';
import { type OperationName, operationNamed } from '../operations/index.ts';
import { operationOf, toolName } from '../operations/naming.ts';
import { createdLabel } from '../operations/references.ts';
import { KdbEnvironmentId } from '../operations/shapes.ts';
import type { Batch, BatchCall } from '../safety/batch.ts';
import { runBatch } from './batch.ts';
import { compositeTool } from './dependencies.ts';
import type { Lookup } from './identify.ts';
import { Words } from './lenient.ts';
import { prepareArguments, type WrongArguments } from './prepare-arguments.ts';
import { wrongArguments } from './result.ts';

export const CREATE_ENTITIES = 'create_kx_entities';
const MAX_STEPS = 100;

/** The creates that it takes. They run in the order in which the caller gives them. */
const CREATES = [
  'CreateKxDatabase',
  'CreateKxChangeset',
  'CreateKxVolume',
  'CreateKxScalingGroup',
  'CreateKxDataview',
  'CreateKxCluster',
  'CreateKxUser',
] as const satisfies readonly OperationName[];

const createInput = () =>
  z.strictObject({
    environmentId: KdbEnvironmentId(),
    create: z
      .array(
        z.strictObject({
          tool: Words(CREATES.map(toolName)).describe('Tool that creates the entity'),
          arguments: z.looseObject({}).describe('Arguments of that tool, without environmentId'),
        }),
      )
      .min(1)
      .max(MAX_STEPS)
      .describe('In the order of creation: each entity after those that it needs'),
  });

type CreateInput = z.output<ReturnType<typeof createInput>>;

export const createEntities = compositeTool({
  name: CREATE_ENTITIES,
  title: 'Create kdb entities',
  description:
    'Create up to 100 entities in one kdb environment in order, such as users from a list, or a cluster with all ' +
    'that it needs. Each step takes the arguments of its own create tool, and waits for a limited time until the ' +
    'entities that it names are ready. All arguments are checked before the first step. A step that fails stops the ' +
    'others only if its error may concern them; the answer lists what was created, what failed and what was not ' +
    'done. If steps need approval, a person approves all of those at once.',
  keywords: 'bulk batch several many copy clone duplicate architecture',
  annotations: { destructiveHint: false },
  input: createInput,
  needs: CREATES,
  run: async (deps, input, exchange) => {
    const batch = await createBatch({ deps, signal: exchange.context.mcpReq.signal }, input);
    if ('problemTexts' in batch) return wrongArguments(CREATE_ENTITIES, batch.problemTexts);
    return runBatch(deps, { batch, waits: true, resultOf: createdText }, exchange);
  },
});

export async function createBatch(
  lookup: Lookup,
  input: CreateInput,
): Promise<Batch | { readonly problemTexts: readonly string[] }> {
  const { environmentId, create } = input;
  const problemTexts: string[] = [];
  const calls: BatchCall[] = [];
  for (const [at, { tool, arguments: given }] of create.entries()) {
    const operation = operationOf(tool) as OperationName;
    const prepared = await prepareArguments(
      lookup,
      agentInput(operationNamed(operation)),
      { environmentId, ...given },
      operation,
    );
    const problems = 'input' in prepared ? problemsWith(operation, prepared.input, environmentId) : textsOf(prepared);
    problemTexts.push(...problems.map((says) => `create.${at}.arguments.${says}`));
    if ('input' in prepared)
      calls.push({ operation, input: prepared.input, entityId: entityIdOf(operation, prepared.input) });
  }
  if (problemTexts.length > 0) return { problemTexts };
  return { tool: CREATE_ENTITIES, input, environmentId, verb: 'CREATE', entityCount: calls.length, calls };
}

/** The problems of a step, each beginning with the argument that it is about. */
const textsOf = ({ problemTexts, about }: WrongArguments): string[] =>
  problemTexts.map((says) => (about === undefined ? says : `${about}: ${says}`));

function problemsWith(operation: OperationName, input: Record<string, unknown>, environmentId: string): string[] {
  if (input['environmentId'] !== environmentId) return ['environmentId: this is not the environment of the call.'];
  return riskOf(operationNamed(operation), input) === 'create'
    ? []
    : ['changeRequests: a DELETE request deletes data, so call create_kx_changeset for it.'];
}

/** `user:ann`, `dataview:trades/live`; for a changeset, which has no name yet, `changeset:trades`. */
function entityIdOf(operation: OperationName, input: Record<string, unknown>): string {
  const kind = wordOf(operationNamed(operation).kind);
  const { databaseName } = input;
  return idOf(
    kind,
    input[String(createdLabel(operation))] ?? databaseName,
    kind === 'dataview' ? databaseName : undefined,
  );
}

/** `volume:fast (CREATING)`, `changeset:trades/ID (PENDING)`. */
function createdText({ entityId }: BatchCall, { changesetId, status }: Record<string, unknown>): string {
  const isChangeset = changesetId !== undefined && entityId.startsWith('changeset:');
  const entity = isChangeset ? `${entityId}/${changesetId}` : entityId;
  return status === undefined ? entity : `${entity} (${status})`;
}
