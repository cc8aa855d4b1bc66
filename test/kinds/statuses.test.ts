import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { KIND_NAMES, NAMES } from '../../src/kinds/names.ts';
import { deletionIn, isLeaving, statusClass, statusMeanings } from '../../src/kinds/statuses.ts';
import type { KindName } from '../../src/kinds/views.ts';
import { operationNamed } from '../../src/operations/index.ts';

/** The statuses in the replies of the operation that shows or lists a kind. */
function declared(kind: KindName): string[] {
  const { get, list } = NAMES[kind];
  const { shape } = operationNamed(get ?? list).output();
  const inner = Object.values(shape).map((member) => (member as z.ZodOptional<z.ZodType>).unwrap?.() as z.ZodType);
  const nested = inner.flatMap((each) =>
    'shape' in each ? each : 'element' in each ? (each.element as z.ZodType) : [],
  );
  const [status] = [{ shape }, ...nested].flatMap((each) => (each as z.ZodObject).shape?.['status'] ?? []);
  return status === undefined ? [] : (status as z.ZodOptional<z.ZodEnum>).unwrap().options.map(String);
}

describe('the statuses of a kind', () => {
  it.each(KIND_NAMES)('are those that the catalog declares for %s, in the same order', (kind) => {
    expect(Object.keys(statusMeanings(kind))).toEqual(declared(kind));
  });

  it('have the same class and stage of deletion in all kinds', () => {
    for (const kind of KIND_NAMES)
      for (const [status, { is, deletion }] of Object.entries(statusMeanings(kind))) {
        expect([kind, status, statusClass(status)]).toEqual([kind, status, is]);
        expect([kind, status, deletionIn(status)]).toEqual([kind, status, deletion]);
      }
  });

  it.each(KIND_NAMES)('of %s have a next one only while a change is in progress', (kind) => {
    for (const { is, next } of Object.values(statusMeanings(kind)))
      expect(next === undefined || is === 'underway').toBe(true);
  });
});

describe('a status that the API does not document', () => {
  it.each([
    ['REPAIR_FAILED', 'failed', undefined],
    ['REPAIRING', 'underway', undefined],
    ['DELETE_SCHEDULED', 'underway', 'in progress'],
    ['FAILED_DELETE_SCHEDULED', 'failed', 'failed'],
  ] as const)('is classified by its name: %s is %s', (status, is, deletion) => {
    expect([statusClass(status), deletionIn(status)]).toEqual([is, deletion]);
    expect(isLeaving(status)).toBe(deletion === 'in progress');
  });
});

it('a status that is not shown counts as settled', () => {
  expect([statusClass(undefined), deletionIn(undefined)]).toEqual(['settled', undefined]);
});
