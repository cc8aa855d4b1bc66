import { createHash } from 'node:crypto';
import { walk } from '../inventory/pages.ts';
import { listMember } from '../operations/derive.ts';
import { labels } from '../operations/http.ts';
import { type Call, type CallOptions, type OperationName, operationNamed } from '../operations/index.ts';
import type { Target } from '../operations/operation.ts';

/** A target that stands in a list is looked for among this many. */
const MOST_LISTED = 10_000;

type Members = Record<string, unknown>;

/** What an operation is about to touch, as it is now. */
export interface TargetState {
  readonly noun: string;
  /** What a person has to type. */
  readonly name: string;
  /** What the service knows of it. */
  readonly entity: Members;
  /** Digest of `entity`: two reads with the same fingerprint saw the same thing. */
  readonly fingerprint: string;
}

/**
 * Reads the target of an operation. Undefined when the service answers but does not know it; rejects with what the reading
 * call rejects with.
 */
export async function readTarget(
  call: Call,
  target: Target,
  input: Members,
  options: CallOptions,
): Promise<TargetState | undefined> {
  const reader = target.reader as OperationName;
  const own = labels(operationNamed(reader));
  const request = Object.fromEntries(own.map((label) => [label, input[label]]));
  const key = String(input[target.member]);
  const entity =
    listMember(operationNamed(reader)) === null
      ? ((await call(reader, request as never, options)) as Members)
      : (await walk(call, reader, request as never, MOST_LISTED, options)).items.find(
          (item) => item[target.member] === key,
        );
  if (entity === undefined) return undefined;
  return { noun: target.noun, name: nameOf(target, entity) ?? key, entity, fingerprint: digest(entity) };
}

function nameOf({ namePath }: Target, entity: Members): string | undefined {
  if (namePath === undefined) return undefined;
  const name = namePath.reduce<unknown>((at, member) => (at as Members | undefined)?.[member], entity);
  return typeof name === 'string' ? name : undefined;
}

/** SHA-256 over the canonical JSON of a value: members in order of their names, undefined members left out. */
export function digest(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(canonical(value)))
    .digest('hex');
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, canonical(member)]),
  );
}
