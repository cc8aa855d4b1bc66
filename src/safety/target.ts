import { listPages } from '../inventory/pages.ts';
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
import type { Target } from '../operations/operation.ts';
import type { Members } from './finding.ts';

/** What a person must name, and its current state. */
export interface TargetEntity {
  readonly noun: string;
  readonly name: string;
  readonly entity: Members;
}

/** A target in a list is searched for among this many items. */
const MAX_LISTED = 10_000;

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
  const { target, entity } = operationNamed(name);
  if (target !== undefined) return readDeclared(call, target, input, options);
  const noun = entity.replace('kx-', '').replaceAll('-', ' ');
  const arn = input['resourceArn'];
  if (typeof arn === 'string') {
    const { tags = {} } = await call('ListTagsForResource', { resourceArn: arn }, options);
    return { noun: 'tagged entity', name: String(arn.split('/').at(-1)), entity: { tags } };
  }
  const getter = OPERATION_NAMES.find((other) => {
    const { entity: declaredEntity, risk } = operationNamed(other);
    return other.startsWith('Get') && declaredEntity === entity && risk === 'read';
  }) as OperationName;
  const [own, given] = [labels(operationNamed(getter)), labels(operationNamed(name))];
  const exists = own.every((label) => given.includes(label));
  const read = exists ? await callNamed(call, getter, pick(input, own), options) : {};
  const named = [own.at(-1), 'name', 'clusterName', given.at(-1)].map((member) => input[String(member)]);
  // People know an environment by its name, not by its id.
  const names = [nameIn({ namePath: ['name'] }, read), nameIn({ namePath: ['environment', 'name'] }, read), ...named];
  return { noun, name: String(names.find((value) => value !== undefined) ?? name), entity: read };
}

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
      : (await listPages(call, reader, request as never, MAX_LISTED, options)).items.find(
          (item) => item[target.member] === key,
        );
  return entity === undefined ? undefined : { noun: target.noun, name: nameIn(target, entity) ?? key, entity };
}

const pick = (input: Members, names: readonly string[]) => Object.fromEntries(names.map((name) => [name, input[name]]));

function nameIn({ namePath }: Pick<Target, 'namePath'>, entity: Members): string | undefined {
  if (namePath === undefined) return undefined;
  const name = namePath.reduce<unknown>((at, member) => (at as Members | undefined)?.[member], entity);
  return typeof name === 'string' && name !== '' ? name : undefined;
}
