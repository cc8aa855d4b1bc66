import { arnPath, wordOf } from '../inventory/kinds.ts';
import { type OperationName, operationNamed } from '../operations/index.ts';
import type { Members } from '../operations/operation.ts';
import { createdLabel } from '../operations/references.ts';
import { readIfOffered } from '../safety/offered-read.ts';
import { briefSignal, type Lookup } from './identify.ts';

/** The ARN of what a call created, as the tag tools need it, if the reply does not contain it. */
export async function arnOfNew(lookup: Lookup, name: OperationName, input: Members, output: Members) {
  const { kind: own, risk } = operationNamed(name);
  const label = createdLabel(name);
  const isInReply = Object.keys(output).some((member) => member.endsWith('Arn'));
  if (risk !== 'create' || label === undefined || isInReply) return {};
  const kind = wordOf(own);
  const path = arnPath({ kind, name: String(input[label]), database: input['databaseName'] as string | undefined });
  if (path === undefined) return {};
  const { deps } = lookup;
  const environmentId = String(input['environmentId']);
  const read = () => deps.call('GetKxEnvironment', { environmentId }, { signal: briefSignal(lookup) });
  const root = (await readIfOffered(deps, 'GetKxEnvironment', read))?.environmentArn;
  return root === undefined ? {} : { resourceArn: `${root}${path}` };
}
