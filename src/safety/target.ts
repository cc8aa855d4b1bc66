import { wholeList } from '../inventory/pages.ts';
import { listMember } from '../operations/derive.ts';
import { labels } from '../operations/http.ts';
import {
  type Call,
  type CallOptions,
  callNamed,
  OPERATION_NAMES,
  type OperationName,
  operationNamed,
} from '../operations/index.ts';
import type { Entity, Target } from '../operations/operation.ts';
import { CLUSTER } from '../operations/targets.ts';
import type { Members } from './plan-parts.ts';

/** What a person must name, and its current state. */
export interface TargetEntity {
  readonly noun: string;
  readonly name: string;
  readonly entity: Members;
}

/**
 * The subject of an operation. An operation without a declared target is about the entity that its kind's Get would show, the one
 * that it creates, or the one whose ARN it has. Undefined when the service does not know it; rejects with the errors of the
 * reads.
 */
export async function readTarget(
  call: Call,
  name: OperationName,
  input: Members,
  options: CallOptions,
): Promise<TargetEntity | undefined> {
  const { target } = operationNamed(name);
  if (target !== undefined) return readDeclared(call, target, input, options);
  const arn = input['resourceArn'];
  return typeof arn === 'string' ? readTagged(call, arn, options) : readByKind(call, name, input, options);
}

async function readTagged(call: Call, resourceArn: string, options: CallOptions): Promise<TargetEntity> {
  const { tags = {} } = await call('ListTagsForResource', { resourceArn }, options);
  return { noun: 'tagged entity', name: String(resourceArn.split('/').at(-1)), entity: { tags } };
}

/** What the Get of the operation's kind shows; of an entity that is to be created, only its name in the input. */
async function readByKind(
  call: Call,
  name: OperationName,
  input: Members,
  options: CallOptions,
): Promise<TargetEntity> {
  const { entity: kind } = operationNamed(name);
  const getter = getterOf(kind);
  const [needed, given] = [labels(operationNamed(getter)), labels(operationNamed(name))];
  const exists = needed.every((label) => given.includes(label));
  const entity = exists ? await callNamed(call, getter, pick(input, needed), options) : {};
  // A connection string is of the kind of its user, whom it names by ARN. A person types the name of the cluster.
  if (!exists && input['clusterName'] !== undefined)
    return { noun: CLUSTER.noun, name: String(input['clusterName']), entity };
  // Such as `clusterName`, the `name` of a new environment, or the `databaseName` of a new changeset.
  const inInput = [needed.at(-1), 'name', given.at(-1)].map((member) => input[String(member)]);
  // People know an environment by its name, not by its id.
  const inReply = [['name'], ['environment', 'name']].map((namePath) => nameIn({ namePath }, entity));
  const known = [...inReply, ...inInput].find((each) => each !== undefined) ?? name;
  return { noun: kind.replace('kx-', '').replaceAll('-', ' '), name: String(known), entity };
}

const getterOf = (kind: Entity) =>
  OPERATION_NAMES.find((name) => {
    const { entity, risk } = operationNamed(name);
    return name.startsWith('Get') && entity === kind && risk === 'read';
  }) as OperationName;

async function readDeclared(
  call: Call,
  target: Target,
  input: Members,
  options: CallOptions,
): Promise<TargetEntity | undefined> {
  const reader = target.reader as OperationName;
  const request = pick(input, labels(operationNamed(reader)));
  const key = String(input[target.member]);
  const entity =
    listMember(operationNamed(reader)) === null
      ? await callNamed(call, reader, request, options)
      : (await wholeList(call, reader, request, options)).find((item) => item[target.member] === key);
  return entity === undefined ? undefined : { noun: target.noun, name: nameIn(target, entity) ?? key, entity };
}

const pick = (input: Members, names: readonly string[]) => Object.fromEntries(names.map((name) => [name, input[name]]));

function nameIn({ namePath }: Pick<Target, 'namePath'>, entity: Members): string | undefined {
  if (namePath === undefined) return undefined;
  const name = namePath.reduce<unknown>((at, member) => (at as Members | undefined)?.[member], entity);
  return typeof name === 'string' && name !== '' ? name : undefined;
}
