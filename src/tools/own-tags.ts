import { listMember } from '../operations/derive.ts';
import { FinspaceError } from '../operations/failure.ts';
import { labels } from '../operations/http.ts';
import { type CallOptions, OPERATION_NAMES, type OperationName, operationNamed } from '../operations/index.ts';
import { lazy } from '../operations/operation.ts';
import { refusalReason } from '../safety/policy.ts';
import { environmentArn, ownPath } from '../safety/protection.ts';
import type { ToolEnvironment } from './environment.ts';
import { reasonOf } from './fleet/read-gaps.ts';

type Members = Readonly<Record<string, unknown>>;

/** For each operation that shows one entity with tags, one that changes such an entity: only these declare a target, and so its ARN. */
const CHANGERS = lazy(() => new Map(OPERATION_NAMES.map((name) => [name, changerOf(name)])));

function changerOf(name: OperationName): OperationName | undefined {
  const operation = operationNamed(name);
  const member = labels(operation).at(-1);
  if (operation.risk !== 'read' || listMember(operation) !== null || member === undefined) return undefined;
  return OPERATION_NAMES.find((other) => {
    const { entity, target } = operationNamed(other);
    return entity === operation.entity && target?.member === member;
  });
}

/**
 * The tags of an entity that a read shows. The API returns them separately, with one more call, or two if the reply lacks the
 * ARN. Undefined for entities without tags, or if this caller may not read them.
 */
export async function ownTags(
  { call, restrictions, caller }: Pick<ToolEnvironment, 'call' | 'restrictions' | 'caller'>,
  name: OperationName,
  input: Members,
  output: Members,
  options: CallOptions,
): Promise<Members> {
  const changer = CHANGERS().get(name);
  const isOffered = (read: OperationName) => refusalReason(read, restrictions, caller) === undefined;
  if (changer === undefined || !isOffered('ListTagsForResource')) return {};
  const path = ownPath(changer, input) ?? '';
  try {
    // The end of both `environment/ID` and `kxEnvironment/ID`.
    const inReply = arnIn(output, `nvironment/${input['environmentId']}${path}`);
    if (inReply === undefined && !isOffered('GetKxEnvironment')) return {};
    const resourceArn = inReply ?? `${await environmentArn(call, name, input, options)}${path}`;
    return { tags: (await call('ListTagsForResource', { resourceArn }, options)).tags ?? {} };
  } catch (error) {
    const code = error instanceof FinspaceError ? error.fields.code : undefined;
    if (code === 'Aborted') throw error;
    // Deleted entities are still shown, but without tags.
    return code === 'ResourceNotFound' ? {} : { tagsNotRead: reasonOf(error) };
  }
}

/** The ARN in a reply that has this ending. */
function arnIn(output: Members, end: string): string | undefined {
  const values = Object.values({ ...output, ...(output['environment'] as Members | undefined) });
  return values.find(
    (value): value is string => typeof value === 'string' && value.startsWith('arn:') && value.endsWith(end),
  );
}
