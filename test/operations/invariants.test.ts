import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { agentInput, highestRisk, listMember } from '../../src/operations/derive.ts';
import { labels, route } from '../../src/operations/http.ts';
import { OPERATION_NAMES, type OperationName, operationNamed } from '../../src/operations/index.ts';
import { operationOf, toolName, toolTitle } from '../../src/operations/naming.ts';
import { insteadOf } from '../../src/operations/offered.ts';
import { ENTITY_KINDS, RISKS } from '../../src/operations/operation.ts';
import { listerOf } from '../../src/operations/references.ts';
import { targetPath } from '../../src/safety/protection.ts';
import { everySchema } from './pairs.ts';

const TARGETED = OPERATION_NAMES.filter((name) => operationNamed(name).target !== undefined);
const withRisk = (risk: string) => OPERATION_NAMES.filter((name) => operationNamed(name).risk === risk);

describe('the catalog', () => {
  it('has 50 operations: 5 of the dataset browser, 42 of kdb, 3 of tags', () => {
    const family = (kind: RegExp) => OPERATION_NAMES.filter((name) => kind.test(operationNamed(name).kind));
    expect(OPERATION_NAMES).toHaveLength(50);
    expect(family(/^environment$/)).toHaveLength(5);
    expect(family(/^tags$/)).toHaveLength(3);
    expect(family(/^kx-/)).toHaveLength(42);
    expect(family(/^kx-/)).toEqual(OPERATION_NAMES.filter((name) => name.includes('Kx')));
  });

  it('has operations of every kind of entity', () => {
    expect(new Set(OPERATION_NAMES.map((name) => operationNamed(name).kind))).toEqual(new Set(ENTITY_KINDS));
  });

  it('classifies every DELETE as destroy, except UntagResource, which only removes tags', () => {
    const deletes = OPERATION_NAMES.filter((name) => route(operationNamed(name)).method === 'DELETE');
    expect(withRisk('destroy')).toEqual(deletes.filter((name) => name !== 'UntagResource'));
  });

  it('has one operation that reveals a credential and one that changes the network', () => {
    expect(withRisk('reveal')).toEqual(['GetKxConnectionString']);
    expect(withRisk('network')).toEqual(['UpdateKxEnvironmentNetwork']);
  });

  it('gives no operation a highest risk that is lower than its own', () => {
    for (const name of OPERATION_NAMES) {
      const operation = operationNamed(name);
      expect(RISKS.indexOf(highestRisk(operation))).toBeGreaterThanOrEqual(RISKS.indexOf(operation.risk));
    }
  });

  it('gives each operation its own tool name and title', () => {
    expect(new Set(OPERATION_NAMES.map(toolName)).size).toBe(OPERATION_NAMES.length);
    expect(new Set(OPERATION_NAMES.map(toolTitle)).size).toBe(OPERATION_NAMES.length);
  });

  it('gives no two operations similar descriptions', () => {
    const texts = OPERATION_NAMES.map((name) => ({ name, words: wordsOf(operationNamed(name).summary) }));
    const alike = texts.flatMap((a, at) =>
      texts.slice(at + 1).flatMap((b) => (overlap(a.words, b.words) < 0.6 ? [] : [`${a.name} and ${b.name}`])),
    );
    expect(alike).toEqual([]);
  });
});

describe.each(OPERATION_NAMES)('%s', (name) => {
  const operation = operationNamed(name);

  it('is a GET exactly if it reads or reveals', () => {
    expect(route(operation).method === 'GET').toBe(['read', 'reveal'].includes(operation.risk));
  });

  it('types every field, without a union or an open object', () => {
    for (const side of [operation.input(), operation.output()]) {
      expect(side).toBeInstanceOf(z.ZodObject);
      expect(everySchema(side).filter((schema) => !isTyped(schema))).toEqual([]);
    }
  });

  it('accepts neither unknown members, at any depth, nor a clientToken from an agent', () => {
    const input = agentInput(operation);
    const objects = everySchema(input).filter((schema) => schema instanceof z.ZodObject);
    expect(objects.filter((object) => !(object.def.catchall instanceof z.ZodNever))).toEqual([]);
    const removes = Object.keys(operation.update?.leftOut ?? {}).length > 0 ? ['remove'] : [];
    const own = Object.entries(operation.input().shape).flatMap(([member, schema]) =>
      member === 'clientToken' || insteadOf(schema) !== undefined ? [] : [member],
    );
    expect(Object.keys(input.shape)).toEqual([...own, ...removes]);
  });

  it('is described in a sentence, which says what it lists or shows if it reads', () => {
    const isReading = operation.risk === 'read';
    expect(operation.summary).toMatch(isReading ? /^(?:List the|Show an?) .*\.$/ : /^[A-Z].*\.$/);
  });

  it('has a tool name that every client accepts and that maps back to it', () => {
    expect(toolName(name)).toMatch(/^[a-z_]{1,64}$/);
    expect(operationOf(toolName(name))).toBe(name);
  });

  it('accepts no path value that leads to another path', () => {
    for (const label of labels(operation))
      for (const hostile of [
        '',
        '.',
        '..',
        'a\u0000b',
        'a\nb',
        'a\r\nb',
        '\u001b[2J',
        '\ud800',
        5,
        null,
        ['a'],
        { a: 1 },
      ])
        expect(operation.input().shape[label]?.safeParse(hostile).success, `${label} ${JSON.stringify(hostile)}`).toBe(
          false,
        );
  });

  it('takes its path labels as input members', () => {
    expect(labels(operation).filter((label) => !(label in operation.input().shape))).toEqual([]);
  });

  it('advises only a list whose labels it has', () => {
    const lister = listerOf(name);
    if (lister === undefined) return expect(withoutLister(name)).toBe(true);
    expect(lister).toMatch(/^List/);
    expect(operationNamed(lister).risk).toBe('read');
    expect(listMember(operationNamed(lister))).not.toBeNull();
    expect(labels(operation)).toEqual(expect.arrayContaining(labels(operationNamed(lister))));
    expect(labels(operationNamed(lister)).length).toBe(labels(operation).length - 1);
  });
});

describe('an update', () => {
  it('declares what happens to settings that it omits, except for tags', () => {
    const changing = OPERATION_NAMES.filter((name) => name.startsWith('Update'));
    expect(OPERATION_NAMES.filter((name) => operationNamed(name).update !== undefined)).toEqual(changing);
  });
});

describe('the target of an operation', () => {
  it('is declared exactly for deletions, updates, and operations whose risk can be raised', () => {
    const raised = OPERATION_NAMES.filter((name) => operationNamed(name).raised !== undefined);
    const changing = OPERATION_NAMES.filter((name) => operationNamed(name).update !== undefined);
    expect([...TARGETED].sort()).toEqual([...new Set([...withRisk('destroy'), ...raised, ...changing])].sort());
  });

  it.each(TARGETED)('of %s is an input member, and is read by the labels of the operation', (name) => {
    const operation = operationNamed(name);
    const { member, reader } = targetOf(name);
    const read = operationNamed(reader);
    expect(Object.keys(operation.input().shape)).toContain(member);
    expect(read.risk).toBe('read');
    expect(labels(operation)).toEqual(expect.arrayContaining(labels(read)));
  });

  it.each(TARGETED)('of %s has its name in the reply of the operation that reads it', (name) => {
    const { member, reader, namePath = [member] } = targetOf(name);
    const output = operationNamed(reader).output();
    const items = listMember(operationNamed(reader));
    const shown = items === null ? output : inside(output, [items]);
    expect(inside(shown, namePath)).toBeInstanceOf(z.ZodString);
  });
});

describe('the ARN of a target', () => {
  const environment = 'arn:aws:finspace:eu-west-1:111122223333:kxEnvironment/abc123';

  it.each(TARGETED)('of %s can carry tags', (name) => {
    const own = Object.fromEntries(labels(operationNamed(name)).map((label) => [label, 'some-name']));
    const resourceArn = `${environment}${targetPath(name, own)}`;
    expect(operationNamed('ListTagsForResource').input().parse({ resourceArn })).toEqual({ resourceArn });
  });
});

function targetOf(name: OperationName) {
  const { target } = operationNamed(name);
  if (target === undefined) throw new Error(`${name} has no target`);
  return { ...target, reader: target.reader as OperationName };
}

/** The schema at a path of member names; the path through a list continues in its elements. */
function inside(schema: unknown, path: readonly string[]): unknown {
  if (schema instanceof z.ZodOptional) return inside(schema.unwrap(), path);
  if (schema instanceof z.ZodArray) return inside(schema.element, path);
  const [member, ...rest] = path;
  if (member === undefined) return schema;
  return schema instanceof z.ZodObject ? inside(schema.shape[member], rest) : undefined;
}

/** No operation lists the ARNs of tagged entities, and environments have no parent that could be listed. */
const withoutLister = (name: OperationName) =>
  operationNamed(name).kind === 'tags' || labels(operationNamed(name)).length === 0;

const TYPED = [
  z.ZodObject,
  z.ZodArray,
  z.ZodRecord,
  z.ZodEnum,
  z.ZodString,
  z.ZodNumber,
  z.ZodBoolean,
  z.ZodCodec,
  z.ZodOptional,
];
const isTyped = (schema: z.ZodType) =>
  TYPED.some((type) => schema instanceof type) &&
  !(schema instanceof z.ZodObject && !(schema.def.catchall instanceof z.ZodNever));

const wordsOf = (text: string) => new Set(text.toLowerCase().match(/[a-z0-9]+/g));

/** Jaccard similarity: the share of the words that both have. */
function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const both = [...a].filter((word) => b.has(word)).length;
  return both / (a.size + b.size - both);
}
