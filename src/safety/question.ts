import { labels } from '../operations/http.ts';
import { type OperationName, operationNamed } from '../operations/index.ts';
import type { TargetState } from './target.ts';
import { quoted } from './untrusted.ts';

/** Where a call would go, in words for a person. */
export interface Place {
  readonly backend: string;
  readonly region: string;
}

const VERBS: Record<string, string> = { destroy: 'DELETE', network: 'CHANGE THE NETWORK OF', disrupt: 'INTERRUPT' };
const MOST_ARGUMENTS = 24;

/** The text of an approval form: facts first, one per line, in a fixed order; foreign text only inside quotes. */
export function question(
  operation: OperationName,
  input: Record<string, unknown>,
  target: TargetState,
  place: Place,
): string {
  const { risk, ...declared } = operationNamed(operation);
  const inPath = labels(declared);
  const facts = inPath.map((label) => `${label}: ${quoted(String(input[label]))}`);
  const state = ['status', 'clusterType', 'hostType', 'createdTimestamp', 'creationTimestamp']
    .filter((member) => typeof target.entity[member] === 'string')
    .map((member) => `${member}: ${quoted(String(target.entity[member]))}`);
  const given = leaves(Object.fromEntries(Object.entries(input).filter(([member]) => !inPath.includes(member))));
  return [
    `${VERBS[risk]} ${target.noun} ${quoted(target.name)}`,
    ...facts,
    ...state,
    ...given.slice(0, MOST_ARGUMENTS).map(([path, value]) => `set ${quoted(path)} to ${quoted(value)}`),
    ...(given.length > MOST_ARGUMENTS ? [`and ${given.length - MOST_ARGUMENTS} more settings`] : []),
    `region: ${quoted(place.region)}, backend: ${quoted(place.backend)}`,
    'This cannot be undone.',
    `To approve, type the name of the ${target.noun} exactly. Anything else stops the call.`,
  ].join('\n');
}

function leaves(value: unknown, path: string[] = []): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[path.join('.'), String(value)]];
  return Object.entries(value).flatMap(([member, inner]) => leaves(inner, [...path, member]));
}
