import { listMember } from '../operations/derive.ts';
import { FinspaceError } from '../operations/failure.ts';
import { labels } from '../operations/http.ts';
import { type CallOptions, OPERATION_NAMES, type OperationName, operationNamed } from '../operations/index.ts';
import { once } from '../operations/operation.ts';
import { withheld } from '../safety/policy.ts';
import { environmentArn, ownPath } from '../safety/protection.ts';
import type { ToolEnvironment } from './environment.ts';
import { reasonOf } from './fleet/unread.ts';

type Members = Readonly<Record<string, unknown>>;

/** For each operation that shows one entity that can have tags, an operation that changes such an entity, which knows its ARN. */
const CHANGERS = once(() => new Map(OPERATION_NAMES.map((name) => [name, changerOf(name)])));

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
 * The tags of the entity that a read shows. The API keeps them apart, at one call more, or two where the reply lacks the ARN; people
 * ask whose something is when they look at it, and a model would have to build that ARN. Nothing for what cannot have tags, or
 * where this caller may not read them.
 */
export async function ownTags(
  { call, restrictions, caller }: Pick<ToolEnvironment, 'call' | 'restrictions' | 'caller'>,
  name: OperationName,
  input: Members,
  output: Members,
  options: CallOptions,
): Promise<Members> {
  const changer = CHANGERS().get(name);
  const isOffered = (read: OperationName) => withheld(read, restrictions, caller) === undefined;
  if (changer === undefined || !isOffered('ListTagsForResource')) return {};
  const path = ownPath(changer, input) ?? '';
  try {
    const inReply = arnIn(output, `nvironment/${input['environmentId']}${path}`);
    if (inReply === undefined && !isOffered('GetKxEnvironment')) return {};
    const resourceArn = inReply ?? `${await environmentArn(call, name, input, options)}${path}`;
    return { tags: (await call('ListTagsForResource', { resourceArn }, options)).tags ?? {} };
  } catch (error) {
    const code = error instanceof FinspaceError ? error.fields.code : undefined;
    if (code === 'Aborted') throw error;
    // What was deleted is still shown, without tags.
    return code === 'ResourceNotFound' ? {} : { tagsNotRead: reasonOf(error) };
  }
}

/** The ARN in a reply that ends so. */
function arnIn(output: Members, end: string): string | undefined {
  const values = Object.values({ ...output, ...(output['environment'] as Members | undefined) });
  return values.find(
    (value): value is string => typeof value === 'string' && value.startsWith('arn:') && value.endsWith(end),
  );
}
