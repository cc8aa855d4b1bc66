import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { ExcessiveJson, MAX_VALUES, parseBounded } from '../../src/bounded-json.ts';
import { inProcessHandler } from '../../src/finspace/in-process.ts';
import { nearest } from '../../src/nearest.ts';
import { agentInput } from '../../src/operations/derive.ts';
import { operationNamed } from '../../src/operations/index.ts';
import { resourceAt } from '../../src/resources/catalog.ts';
import { completeVariable } from '../../src/resources/complete.ts';
import { type CallFacts, callParts } from '../../src/safety/approval-call.ts';
import { approvalText } from '../../src/safety/approval-text.ts';
import { LOCAL_CALLER } from '../../src/safety/policy.ts';
import { EVERYTHING } from '../../src/safety/visibility.ts';
import { parseArguments } from '../../src/tools/arguments.ts';
import { quoteUntrusted } from '../../src/untrusted.ts';

const compared = vi.hoisted(() => ({ words: 0 }));
vi.mock('fastest-levenshtein', async (original) => {
  const real = await original<typeof import('fastest-levenshtein')>();
  return {
    ...real,
    closest: (word: string, known: readonly string[]) => {
      compared.words += 1;
      return real.closest(word, known);
    },
  };
});
afterEach(() => {
  compared.words = 0;
  vi.restoreAllMocks();
});

const times = <T>(count: number, make: (at: number) => T) => Array.from({ length: count }, (_, at) => make(at));
/** How many problems an answer names. */
const NAMED = 20;

describe('the work for wrong arguments', () => {
  const input = agentInput(operationNamed('CreateKxCluster'));

  it.each([100, 10_000])('is bounded: 20 of %i unknown arguments get a suggestion', (count) => {
    const unknown = Object.fromEntries(times(count, (at) => [`clusterNam${at}`, at]));
    const parsed = parseArguments(agentInput(operationNamed('GetKxCluster')), unknown);
    expect(parsed).toMatchObject({ problems: { length: NAMED } });
    expect(compared.words).toBeLessThanOrEqual(NAMED);
  });

  it('is bounded: 20 of 5,000 wrong values get a suggestion', () => {
    const schema = z.strictObject({ kinds: z.array(z.enum(['cluster', 'volume'])) });
    const parsed = parseArguments(schema, { kinds: times(5_000, () => 'clutser') });
    expect(parsed).toMatchObject({ problems: { length: NAMED } });
    expect(compared.words).toBeLessThanOrEqual(NAMED);
  });

  it('is bounded: 20 problems are named, each place once', () => {
    const wrong = parseArguments(input, { databases: times(500, () => ({ surprise: 1 })), nothing: 1 });
    expect(wrong).toMatchObject({ problems: { length: NAMED } });
    const places = 'problems' in wrong ? wrong.problems.map(({ path }) => path.join('.')) : [];
    expect(new Set(places).size).toBe(NAMED);
  });

  it('includes parsing hundreds of lists that are written as JSON in strings', () => {
    const schema = z.strictObject({ rows: z.array(z.array(z.number())) });
    const rows = times(500, (at) => [at]);
    expect(parseArguments(schema, { rows: rows.map((row) => JSON.stringify(row)) })).toEqual({ input: { rows } });
  });

  it('includes parsing at most as many values from strings as a request may have', () => {
    const schema = z.strictObject({ rows: z.array(z.array(z.number())) });
    const parse = vi.spyOn(JSON, 'parse');
    const text = JSON.stringify(times(MAX_VALUES / 2, () => 1));
    const parsed = parseArguments(schema, { rows: times(10, () => text) });
    expect(parsed).toMatchObject({ problems: { length: 8 } });
    expect(parse.mock.calls.length).toBeLessThanOrEqual(2);
  });

  it('includes no comparison with a word that is longer than any name', () => {
    expect(nearest('x'.repeat(201), ['xx'])).toBeUndefined();
    expect(compared.words).toBe(0);
  });
});

describe('the work for text', () => {
  it('is limited to the part of a long text that is quoted', () => {
    let read = 0;
    const text = {
      length: 5_900_000,
      *[Symbol.iterator]() {
        for (; read < 100_000; read += 1) yield '\u0301';
      },
    };
    expect(quoteUntrusted(text as unknown as string)).toBe(
      `"${'\\u{301}'.repeat(11)}" (cut, 5900000 characters in all)`,
    );
    expect(read).toBeLessThan(20);
  });

  it('includes no lookup of a resource URI that is too long', () => {
    expect(resourceAt('finspace://kx/environments/abc')?.input).toEqual({ environmentId: 'abc' });
    expect(resourceAt(`finspace://kx/environments/${'a'.repeat(5_000)}`)).toBeUndefined();
  });

  it.each([
    ['what was typed', 'x'.repeat(1_000_000), {}],
    ['what came before', 'x', { environmentId: 'x'.repeat(1_000_000) }],
  ])('includes no read to complete %s that is longer than any value', async (_, typed, before) => {
    const call = vi.fn();
    const deps = { call, restrictions: {}, caller: LOCAL_CALLER, kits: {} } as never;
    const { signal } = new AbortController();
    expect(await completeVariable(deps, { variable: 'clusterName' }, typed, before, signal)).toEqual([]);
    expect(call).not.toHaveBeenCalled();
  });
});

describe('JSON from clients', () => {
  it('is parsed unchanged', () => {
    fc.assert(fc.property(fc.json({ maxDepth: 6 }), (text) => isDeepStrictEqual(parseBounded(text), JSON.parse(text))));
  });

  it.each([
    ['elements', `[${'0,'.repeat(MAX_VALUES)}0]`],
    ['lists', `[${'[],'.repeat(MAX_VALUES)}0]`],
    ['members', `{${times(MAX_VALUES + 1, (at) => `"a${at}":0`).join()}}`],
    ['levels', '['.repeat(65) + ']'.repeat(65)],
    ['levels of objects', '{"a":'.repeat(65)],
  ])('is not parsed if it has too many %s', (_, text) => {
    const parse = vi.spyOn(JSON, 'parse');
    expect(() => parseBounded(text)).toThrow(ExcessiveJson);
    expect(parse).not.toHaveBeenCalled();
  });

  it.each(['[[[[', '{"a', '"\\', ']]]]', '', '"\\"'])(
    'is rejected by the standard parser if it is invalid: %j',
    (text) => {
      expect(() => parseBounded(text)).toThrow(SyntaxError);
    },
  );

  it('may contain any number of brackets and commas in strings', () => {
    const text = JSON.stringify(`[{,"\\${',[{'.repeat(50_000)}`);
    expect(parseBounded(text)).toBe(JSON.parse(text));
  });
});

it('the embedded service lets other events be handled between calls', async () => {
  let others = 0;
  let more = true;
  const other = () => {
    others += 1;
    if (more) setImmediate(other);
  };
  setImmediate(other);
  const limits = { connectMs: 1_000, attemptMs: 10_000, callMs: 10_000, maxResponseBytes: 1_000 };
  const service = async () => {
    for (const end = performance.now() + 6; performance.now() < end; );
    return { status: 200, headers: {}, body: new Uint8Array() };
  };
  const { handle } = inProcessHandler(service, limits);
  const request = { path: '/', method: 'GET', headers: {}, query: {} } as never;
  for (let at = 0; at < 10; at += 1) await handle(request);
  more = false;
  expect(others).toBeGreaterThanOrEqual(4);
});

describe('the work for the text of a plan', () => {
  function matchesFor(count: number): number {
    const matches = vi.spyOn(RegExp.prototype, 'exec');
    const facts = {
      operation: 'UpdateKxEnvironmentNetwork',
      risk: 'network',
      input: { environmentId: 'a'.repeat(22) },
      target: { noun: 'kdb environment', name: 'kdb-prod', entity: {} },
      effects: {
        lost: [],
        interrupted: [],
        changes: times(count, (at) => ({ setting: `customDNSConfiguration.dns${at}`, before: undefined, after: '' })),
        notes: [],
      },
      backendLocation: { backend: 'local', region: 'us-east-1', world: 'demo' },
    } as unknown as CallFacts;
    approvalText(callParts(facts, EVERYTHING));
    const { length } = matches.mock.calls;
    matches.mockRestore();
    return length;
  }

  it('grows at most linearly with the number of settings that change', () => {
    const [few, many] = [matchesFor(100), matchesFor(1_000)];
    expect(few).toBeGreaterThan(0);
    expect(many).toBeLessThanOrEqual(11 * few);
  });
});
