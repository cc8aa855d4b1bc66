import { readFileSync } from 'node:fs';
import { type OperationName, operationNamed } from '../../src/operations/index.ts';

/** A named shape of the official model: its type and what constrains it. */
export interface Shape {
  readonly type: 'structure' | 'list' | 'map' | 'string' | 'integer' | 'long' | 'double' | 'boolean' | 'timestamp';
  readonly members?: readonly Member[];
  /** The shape of a list's elements. */
  readonly of?: string;
  readonly key?: string;
  readonly value?: string;
  readonly enum?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
}

export interface Member {
  readonly name: string;
  readonly wireName: string;
  readonly binding: 'uri' | 'query' | 'body';
  readonly shape: string;
  readonly required: boolean;
}

interface ModelOperation {
  readonly method: string;
  readonly uri: string;
  readonly deprecated: boolean;
  readonly inputShape: string;
  readonly outputShape: string;
  readonly idempotencyTokenMembers: readonly string[];
  readonly input: readonly Member[];
  readonly output: readonly Member[];
  readonly errors: readonly { readonly name: string }[];
}

interface Model {
  readonly operations: Readonly<Record<string, ModelOperation>>;
  readonly shapes: Readonly<Record<string, Shape>>;
  readonly errors: Readonly<Record<string, { readonly httpStatus: number }>>;
}

/** Facts of the official model of FinSpace 2021-03-12, as AWS publishes it with its SDKs. */
export const MODEL = JSON.parse(readFileSync(new URL('../data/finspace-model.json', import.meta.url), 'utf8')) as Model;

export function officialOperation(name: OperationName): ModelOperation {
  return entryOf(MODEL.operations, name, 'operation');
}

export function officialShape(name: string): Shape {
  return entryOf(MODEL.shapes, name, 'shape');
}

/** One side of an operation, as a structure. */
export function officialSide(name: OperationName, side: Side): { shape: string; definition: Shape } {
  const { [side]: members, [`${side}Shape` as const]: shape } = officialOperation(name);
  return { shape, definition: { type: 'structure', members } };
}

export type Side = 'input' | 'output';
export const SIDES: readonly Side[] = ['input', 'output'];

/** The schema that the catalog declares for one side of an operation. */
export const declaredSide = (name: OperationName, side: Side) => operationNamed(name)[side]();

function entryOf<T>(table: Readonly<Record<string, T>>, name: string, what: string): T {
  const found = table[name];
  if (found === undefined)
    throw new Error(`test/data/finspace-model.json has no ${what} ${name}: add it as the model of the AWS SDKs has it`);
  return found;
}
