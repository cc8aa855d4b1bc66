import { arnPath, getterOf, KINDS, memberOf } from '../inventory/kinds.ts';
import { withOptions } from '../operations/calls.ts';
import { FinspaceError } from '../operations/failure.ts';
import type { CallOptions, OperationName } from '../operations/index.ts';
import type { Members } from '../operations/operation.ts';
import { offeredTo } from '../safety/policy.ts';
import { environmentArn } from '../safety/protection.ts';
import type { ToolDependencies } from './dependencies.ts';
import { reasonOf } from './fleet/read-gaps.ts';

/** For a read of one entity that can have tags: the part of the entity's ARN after the environment's ARN; undefined for other calls. */
function pathShown(name: OperationName, input: Members): string | undefined {
  if (name === 'GetEnvironment') return '';
  const kind = KINDS.find((each) => getterOf(each) === name);
  const database = input['databaseName'] as string | undefined;
  return kind && arnPath({ kind, name: String(input[memberOf(kind)]), database });
}

/**
 * The tags of an entity that a read shows. The API returns them separately, with one more call, or two if the reply lacks the ARN. No
 * member for kinds that cannot have tags, for deleted entities, and for callers who are not offered the calls.
 */
export async function shownTags(
  { call, restrictions, caller }: Pick<ToolDependencies, 'call' | 'restrictions' | 'caller'>,
  name: OperationName,
  input: Members,
  output: Members,
  options: CallOptions,
): Promise<Members> {
  const read = withOptions(call, options);
  const path = pathShown(name, input);
  const isOffered = offeredTo({ restrictions, caller });
  if (path === undefined || !isOffered('ListTagsForResource')) return {};
  try {
    // The end of both `environment/ID` and `kxEnvironment/ID`.
    const inReply = arnIn(output, `nvironment/${input['environmentId']}${path}`);
    if (inReply === undefined && !isOffered('GetKxEnvironment')) return {};
    const resourceArn = inReply ?? `${await environmentArn(read, name, input)}${path}`;
    return { tags: (await read('ListTagsForResource', { resourceArn })).tags ?? {} };
  } catch (error) {
    const code = error instanceof FinspaceError ? error.fields.code : undefined;
    if (code === 'Aborted') throw error;
    // Deleted entities are still shown, but without tags.
    return code === 'ResourceNotFound' ? {} : { tagsNotRead: reasonOf(error) };
  }
}

function arnIn(output: Members, end: string): string | undefined {
  const values = Object.values({ ...output, ...(output['environment'] as Members | undefined) });
  return values.find(
    (value): value is string => typeof value === 'string' && value.startsWith('arn:') && value.endsWith(end),
  );
}
