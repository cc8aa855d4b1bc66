import { wholeList } from '../inventory/pages.ts';
import { kindInArn, NAMES } from '../kinds/names.ts';
import type { KindName } from '../kinds/views.ts';
import { arnParts } from '../operations/arn.ts';
import { listMember } from '../operations/derive.ts';
import { labels } from '../operations/http.ts';
import { type Call, callNamed, type OperationName, operationNamed } from '../operations/index.ts';
import type { Target } from '../operations/operation.ts';
import { createdLabel } from '../operations/references.ts';
import { CLUSTER } from '../operations/targets.ts';
import type { Members } from './plan-parts.ts';

/** What a person must name, and its current state. */
export interface TargetEntity {
  readonly noun: string;
  readonly name: string;
  readonly entity: Members;
}

/**
 * The target of a call. For an operation without a declared one, it is the entity that the call creates, or the one whose ARN it has.
 * Undefined when a list should show it and does not. Rejects with the errors of the reads, such as that it does not exist.
 */
export async function readTarget(call: Call, name: OperationName, input: Members): Promise<TargetEntity | undefined> {
  const { target } = operationNamed(name);
  if (target !== undefined) return readDeclared(call, target, input);
  const arn = input['resourceArn'];
  return typeof arn === 'string' ? readTagged(call, arn) : namedInInput(name, input);
}

async function readTagged(call: Call, resourceArn: string): Promise<TargetEntity> {
  const { tags = {} } = await call('ListTagsForResource', { resourceArn });
  const kind = kindInArn(String(arnParts(resourceArn)?.at(-1)?.kind));
  return { noun: NAMES[kind]?.noun ?? 'entity', name: String(resourceArn.split('/').at(-1)), entity: { tags } };
}

/**
 * The entity that a call is to create, of which only its name in the input is known. A connection string, which names its user by
 * ARN, is about its cluster.
 */
function namedInInput(name: OperationName, input: Members): TargetEntity {
  const label = createdLabel(name);
  if (label === undefined) return { noun: CLUSTER.noun, name: String(input[CLUSTER.member]), entity: {} };
  const { noun } = NAMES[operationNamed(name).kind as KindName];
  // The service chooses the ids of environments.
  return { noun, name: String(input[label] ?? input['name']), entity: {} };
}

async function readDeclared(call: Call, target: Target, input: Members): Promise<TargetEntity | undefined> {
  const reader = target.reader as OperationName;
  const request = pick(input, labels(operationNamed(reader)));
  const key = String(input[target.member]);
  const entity =
    listMember(operationNamed(reader)) === null
      ? await callNamed(call, reader, request)
      : (await wholeList(call, reader, request)).find((item) => item[target.member] === key);
  return entity === undefined ? undefined : { noun: target.noun, name: nameIn(target, entity) ?? key, entity };
}

const pick = (input: Members, names: readonly string[]) => Object.fromEntries(names.map((name) => [name, input[name]]));

function nameIn({ namePath }: Pick<Target, 'namePath'>, entity: Members): string | undefined {
  if (namePath === undefined) return undefined;
  const name = namePath.reduce<unknown>((value, member) => (value as Members | undefined)?.[member], entity);
  return typeof name === 'string' && name !== '' ? name : undefined;
}
