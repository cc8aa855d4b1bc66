import { describe, expect, it } from 'vitest';
import { isIdempotent, listMember, serviceInput } from '../../src/operations/derive.ts';
import { ERRORS } from '../../src/operations/errors.ts';
import { binding, labels, route } from '../../src/operations/http.ts';
import { OPERATION_NAMES, type OperationName, operationNamed } from '../../src/operations/index.ts';
import { DEVIATIONS, type Deviation } from './deviations.ts';
import { type Difference, differences } from './facets.ts';
import { MODEL, officialOperation, officialShape } from './official.ts';
import { allPairs, pairs } from './pairs.ts';

const BINDINGS = { label: 'uri', query: 'query', body: 'body' } as const;

describe('the catalog', () => {
  it('has the operations of the official model', () => {
    expect([...OPERATION_NAMES].sort()).toEqual(Object.keys(MODEL.operations).sort());
  });

  it('has the ten errors with their HTTP status', () => {
    const ours = Object.entries(ERRORS).map(([name, { status }]) => [`${name}Exception`, status]);
    const official = Object.entries(MODEL.errors).map(([name, { httpStatus }]) => [name, httpStatus]);
    expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(official));
    expect(official).toHaveLength(10);
  });

  it('uses every reachable shape of the model', () => {
    expect([...new Set(allPairs().map(({ shape }) => shape))].sort()).toEqual(reachable());
  });

  it.each(DEVIATIONS)('still deviates at $shape in its $facet', (row) => {
    const rows = allPairs()
      .flatMap(differences)
      .filter((difference) => excuses(row, difference));
    expect(rows).not.toEqual([]);
  });
});

describe.each(OPERATION_NAMES)('%s', (name) => {
  const operation = operationNamed(name);
  const official = officialOperation(name);

  it('has the official method and path', () => {
    expect(route(operation)).toEqual({ method: official.method, path: official.uri });
  });

  it('sends each member where the model binds it, under its own name, and in the body if the model lacks it', () => {
    const members = Object.keys(operation.input().shape);
    const bound = new Map(official.input.map((member) => [member.name, member.binding]));
    expect(members.map((member) => [member, BINDINGS[binding(operation, member)]])).toEqual(
      members.map((member) => [member, bound.get(member) ?? 'body']),
    );
    const renamed = [...official.input, ...official.output].filter((member) => member.wireName !== member.name);
    expect(renamed).toEqual([]);
  });

  it('requires its path labels', () => {
    expect(official.input.filter((member) => labels(operation).includes(member.name) && !member.required)).toEqual([]);
    const { shape } = operation.input();
    expect(labels(operation).filter((label) => shape[label]?.safeParse(undefined).success)).toEqual([]);
  });

  it('accepts what the model accepts, at every depth', () => {
    expect(unexcused(pairs(name, 'input').flatMap(differences))).toEqual([]);
  });

  it('makes the local service accept what the model accepts, at every depth', () => {
    expect(unexcused(pairs(name, 'input', serviceInput(operation)).flatMap(differences))).toEqual([]);
  });

  it('returns what the model returns, at every depth', () => {
    expect(unexcused(pairs(name, 'output').flatMap(differences))).toEqual([]);
  });

  it('fails with the documented errors, and with InternalServer', () => {
    const ours = operation.errors.map((error) => `${error}Exception`);
    expect([...ours, 'InternalServerException'].sort()).toEqual(official.errors.map((error) => error.name).sort());
  });

  it('is idempotent exactly if the model has an idempotency token, which is clientToken', () => {
    expect(isIdempotent(operation) ? ['clientToken'] : []).toEqual(official.idempotencyTokenMembers);
  });

  it('is paginated exactly if the model has a nextToken, over its only list', () => {
    const lists = official.output.filter(({ shape }) => officialShape(shape).type === 'list').map((list) => list.name);
    const pages = official.output.some((member) => member.name === 'nextToken');
    expect(listMember(operation)).toBe(pages ? lists.join() : null);
  });

  it('is deprecated exactly if the model says so', () => {
    expect(operation.deprecated ?? false).toBe(official.deprecated);
  });
});

const unexcused = (found: readonly Difference[]) =>
  found.filter((difference) => !DEVIATIONS.some((row) => excuses(row, difference)));

const excuses = (row: Deviation, { place, shape, facet, ours }: Difference) =>
  row.shape === shape &&
  row.facet === facet &&
  (row.place ?? place) === place &&
  JSON.stringify(row.ours) === JSON.stringify(ours);

/** The shapes that are reachable from the model's operations, found in the model alone. */
function reachable(): string[] {
  const found = new Set<string>();
  const visit = (shape: string): void => {
    if (found.has(shape)) return;
    found.add(shape);
    const { members = [], of, key, value } = officialShape(shape);
    for (const next of [...members.map((member) => member.shape), of, key, value]) if (next !== undefined) visit(next);
  };
  for (const name of OPERATION_NAMES) {
    const { input, output, inputShape, outputShape } = officialOperation(name as OperationName);
    found.add(inputShape).add(outputShape);
    for (const { shape } of [...input, ...output]) visit(shape);
  }
  return [...found].sort();
}
