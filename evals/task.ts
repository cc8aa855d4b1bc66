import type { Fact } from './facts.ts';
import type { Entity, Snapshot } from './snapshot.ts';

/** A task for a model. */
export interface Task {
  /** Names its folder, which the model sees. */
  readonly id: string;
  readonly kind: 'question' | 'change' | 'refusal';
  readonly world: 'demo' | 'empty' | 'harbor' | 'full';
  /** What the person does with forms; `none` is a client that shows no forms. */
  readonly person: 'approves' | 'declines' | 'none';
  /** What the user writes. */
  readonly says: string | ((now: number) => string);
  /** What the answer must say, given the world before. */
  readonly facts?: (before: Snapshot) => readonly Fact[];
  /** The conditions on the world after everything has ended, by description: the actual and the required value. */
  readonly end?: (
    before: Snapshot,
    after: Snapshot,
  ) => Readonly<Record<string, readonly [actual: unknown, expected: unknown]>>;
  /** What may change; everything else must stay as it was. See `differences`. */
  readonly allowed?: readonly string[];
  /** A tool that must be called or previewed at least once. */
  readonly tries?: RegExp;
  /** Tools whose refusal is part of the task. */
  readonly refusedTools?: readonly string[];
  /** What an excellent run needs. */
  readonly excellent: { readonly calls: number; readonly tokens: number };
}

interface Place {
  readonly environment: string;
  readonly name: string;
  readonly status?: string | undefined;
}

/** The entity with a name in an environment. Throws when there is none. */
export function one<T extends Place>(entities: readonly T[], environment: string, name: string): T {
  const found = entities.find((entity) => entity.environment === environment && entity.name === name);
  if (found === undefined) throw new Error(`there is no ${environment}/${name}`);
  return found;
}

/** The environment with that name that is not deleted. Throws when there is none. */
export function environment({ environments }: Snapshot, name: string): Entity<'environments'> {
  const found = environments.find((each) => each.name === name && each.status !== 'DELETED');
  if (found === undefined) throw new Error(`there is no environment ${name}`);
  return found;
}

/** An environment of `before` as it is in another snapshot. */
export function same(before: Snapshot, name: string, after: Snapshot): Entity<'environments'> | undefined {
  const { environmentId } = environment(before, name);
  return after.environments.find((each) => each.environmentId === environmentId);
}

export const inEnvironment = <T extends Place>(entities: readonly T[], name: string): T[] =>
  entities.filter((entity) => entity.environment === name);

export const namesOf = (entities: readonly Place[]): string[] => entities.map(({ name }) => name);
