import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { MAX_TEXT } from '../../src/answer-size.ts';
import { environmentMermaid } from '../../src/inventory/mermaid.ts';
import { renderWithin } from '../../src/inventory/render-within.ts';
import { environmentSvg } from '../../src/inventory/svg/picture.ts';
import { agentInput, listMember } from '../../src/operations/derive.ts';
import { type Call, OPERATION_NAMES, type OperationName, operationNamed } from '../../src/operations/index.ts';
import { toolName } from '../../src/operations/naming.ts';
import { readResource } from '../../src/resources/read.ts';
import { LOCAL_CALLER } from '../../src/safety/policy.ts';
import { COMPOSITE_TOOLS } from '../../src/tools/composites.ts';
import type { ToolResult } from '../../src/tools/dependencies.ts';
import { refused } from '../../src/tools/result.ts';
import { limitSize } from '../../src/tools/size-limit.ts';
import { caller } from '../fleet/demo-tools.ts';
import { synthetic } from '../inventory/synthetic.ts';
import { UNRESTRICTED } from '../support/unrestricted.ts';

type Members = Record<string, unknown>;

const READS = OPERATION_NAMES.filter((name) => operationNamed(name).risk === 'read');
const listOf = (name: OperationName) => listMember(operationNamed(name)) as string;
const LISTS = READS.filter((name) => listOf(name) !== null);
const GETS = READS.filter((name) => listOf(name) === null);

const ENVIRONMENT = 'm5cnbg3l25pwsmzikb7kdj';
const GIVEN: Members = {
  environmentId: ENVIRONMENT,
  resourceArn: `arn:aws:finspace:us-east-1:111122223333:kxEnvironment/${ENVIRONMENT}`,
  ...{ changesetId: 'abcdefghijklmnopqrstuv', nodeId: 'abcdefghijklmnopqrstuvwxyz' },
};
const argumentsOf = (name: OperationName): Members => {
  const members = Object.entries(operationNamed(name).input().shape);
  const needed = members.filter(([member]) => member in GIVEN || member.endsWith('Name'));
  return Object.fromEntries(needed.map(([member]) => [member, GIVEN[member] ?? 'name']));
};

/** An endpoint with this many items in every list, in pages of the requested size. */
function endpoint(count: number, item: (at: number) => Members): Call {
  return (async (name: OperationName, { maxResults = 100, nextToken = '0' }: Members) => {
    const [from, size] = [Number(nextToken), Math.min(Number(maxResults), 100)];
    const items = Array.from({ length: Math.min(size, count - from) }, (_, at) => item(from + at));
    return { [listOf(name)]: items, ...(from + size < count ? { nextToken: String(from + size) } : {}) };
  }) as unknown as Call;
}

const large = (at: number) => ({
  name: `item-${at}`,
  segmentConfigurations: [{ dbPaths: Array(30).fill('/2026.03.17/') }],
});
const bytes = (text: unknown) => Buffer.byteLength(String(text));

describe('the answer of a list tool', () => {
  it.each(LISTS)('%s is a page of at most 60 kB, and its token continues exactly after it', async (name) => {
    const use = caller(endpoint(250, large));
    const seen: unknown[] = [];
    let nextToken: unknown;
    do {
      const { text, data } = await use(toolName(name), { ...argumentsOf(name), nextToken });
      expect(bytes(text)).toBeLessThanOrEqual(MAX_TEXT);
      expect(JSON.parse(text.split('\n')[0] as string)).toEqual(data);
      seen.push(...(data[listOf(name)] as Members[]).map((item) => item['name']));
      nextToken = data['nextToken'];
      expect(data['complete']).toBe(nextToken === undefined);
      if (nextToken !== undefined) expect(text).toContain('repeat the call with the same arguments and this nextToken');
    } while (nextToken !== undefined);
    expect(seen).toEqual(Array.from({ length: 250 }, (_, at) => `item-${at}`));
  });

  it('needs one call if a page fits', async () => {
    let calls = 0;
    const small = endpoint(80, (at) => ({ name: `item-${at}` }));
    const use = caller((async (...args: Parameters<Call>) => {
      calls += 1;
      return small(...args);
    }) as Call);
    await use('list_kx_clusters', { environmentId: ENVIRONMENT });
    expect(calls).toBe(1);
  });

  it('contains one shortened item if one alone is too large', async () => {
    const huge = () => ({ name: 'huge', dbPaths: Array(5_000).fill('/2026.03.17/trade/') });
    const { text, data } = await caller(endpoint(3, huge))('list_kx_dataviews', {
      environmentId: ENVIRONMENT,
      databaseName: 'name',
    });
    expect(bytes(text)).toBeLessThanOrEqual(MAX_TEXT);
    expect(data).toMatchObject({ nextToken: '1', kxDataviews: [{ name: 'huge' }] });
    expect(data['omitted']).toEqual({ 'kxDataviews[].dbPaths': 'all but the first 300 items' });
    expect(text).toContain('The member `omitted` lists what was left out');
  });
});

describe('the answer of a tool that shows one entity', () => {
  it.each([
    ['many items', { list: Array(20_000).fill('item') }],
    ['long texts', { text: 'x'.repeat(1_000_000) }],
    ['lists in lists', { outer: Array(200).fill({ inner: Array(200).fill({ path: 'y'.repeat(50) }) }) }],
    ['many members', { map: Object.fromEntries(Array.from({ length: 9_000 }, (_, at) => [`member-${at}`, at])) }],
    ['long names of members', { map: { ['n'.repeat(200_000)]: 1 } }],
    ['text of hidden characters', { text: '\u202e'.repeat(30_000) }],
  ])('has at most 60 kB, as valid JSON, despite %s', async (_, output) => {
    for (const name of GETS.slice(0, 2)) {
      const { text, data } = await caller((async () => output) as unknown as Call)(toolName(name), argumentsOf(name));
      expect(bytes(text)).toBeLessThanOrEqual(MAX_TEXT);
      expect(JSON.parse(text.split('\n')[0] as string)).toEqual(data);
      expect(Object.keys(data['omitted'] as object).length).toBeGreaterThan(0);
    }
  });
});

describe('the answer of a resource', () => {
  const { signal } = new AbortController();
  const read = async (call: Call, uri: string, kits = {}) => {
    const deps = { call, restrictions: UNRESTRICTED, caller: LOCAL_CALLER, kits } as never;
    return String((await readResource(deps, uri, signal)).contents.map((content) => 'text' in content && content.text));
  };

  it('that lists many items ends where its token continues', async () => {
    const call = endpoint(1_000, large);
    const {
      kxClusterSummaries: clusters,
      count,
      complete,
      next,
    } = JSON.parse(await read(call, `finspace://kx/environments/${ENVIRONMENT}/clusters`));
    expect(complete).toBe(false);
    const { data } = await caller(call)(next.tool, next.arguments);
    expect([clusters.length, (data['kxClusterSummaries'] as Members[])[0]?.['name']]).toEqual([count, `item-${count}`]);
  });

  it('that is a recovery kit of many calls has several parts, with every call once', async () => {
    const create = Array.from({ length: 900 }, (_, at) => ({
      tool: 'create_kx_user',
      arguments: { at, role: 'r'.repeat(200) },
    }));
    const kits = {
      list: async () => ['kit'],
      read: async (id: string) => (id === 'kit' ? JSON.stringify({ about: 'a', create }) : undefined),
    };
    const calls: unknown[] = [];
    let uri: string | undefined = 'finspace://recovery/kit';
    while (uri !== undefined) {
      const text: string = await read((async () => ({})) as unknown as Call, uri, kits);
      expect(bytes(text)).toBeLessThanOrEqual(MAX_TEXT);
      const part = JSON.parse(text);
      calls.push(...part.create);
      uri = part.next;
    }
    expect(calls).toEqual(create);
    await expect(read((async () => ({})) as unknown as Call, 'finspace://recovery/kit/x', kits)).rejects.toThrow();
  });

  it.each([
    ['Mermaid flowchart', environmentMermaid],
    ['picture', environmentSvg],
    ['JSON', (graph: object) => JSON.stringify(graph)],
  ])('that is the %s of 500 clusters has at most 60 kB and says what it omits', (_, write) => {
    const graph = synthetic(500);
    const text = renderWithin(graph, MAX_TEXT, write);
    expect(bytes(text)).toBeLessThanOrEqual(MAX_TEXT);
    expect(bytes(text)).toBeGreaterThan(MAX_TEXT / 2);
    const failed = graph.entities.filter(({ status }) => status === 'CREATE_FAILED');
    for (const { name } of failed) expect(text).toContain(name);
    expect(text).toMatch(/\d+ clusters|"omitted":\{.*"cluster":\d+/);
    expect(renderWithin(synthetic(13), MAX_TEXT, write)).toBe(write(synthetic(13), synthetic(13)));
  });

  it('does not call an entity unused because its users are omitted', () => {
    const graph = synthetic(1_000);
    const text = renderWithin(graph, MAX_TEXT, environmentMermaid);
    expect(text).not.toMatch(/sg-3.*:::unused/);
  });
});

describe('the answer of describe_kx_environment', () => {
  it('has at most 60 kB when descriptions are long, and a cursor for the rest', async () => {
    const item = (at: number) => ({
      ...{ clusterName: `cluster-${at}`, status: 'RUNNING', clusterType: 'HDB' },
      clusterDescription: 'abcdefghi '.repeat(90),
    });
    const clusters = endpoint(400, item);
    const call = (async (name: OperationName, input: Members) => {
      if (name === 'ListKxEnvironments') return { environments: [{ environmentId: ENVIRONMENT, name: 'prod' }] };
      if (name === 'GetKxEnvironment') return { environmentId: ENVIRONMENT, name: 'prod', status: 'CREATED' };
      if (name === 'GetKxCluster') return item(Number(String(input['clusterName']).slice('cluster-'.length)));
      return name === 'ListKxClusters' ? clusters(name, input as never) : { [listOf(name)]: [] };
    }) as unknown as Call;
    const { text, data } = await caller(call)('describe_kx_environment', { environment: 'prod', view: 'full' });
    expect(bytes(text)).toBeLessThanOrEqual(MAX_TEXT);
    expect(data['cursor']).toBeDefined();
  });
});

describe('a refusal', () => {
  const textOf = (result: ToolResult) => String((result as { content: { text?: string }[] }).content[0]?.text);

  it('with many lines keeps the first and the last of them', () => {
    const lines = Array.from({ length: 3_000 }, (_, at) => `${at}. cluster "hdb-${at}" has to be deleted first`);
    const result = limitSize(
      refused('delete_kx_environment did not run.', ...lines, 'Or use tear_down_kx_environment.'),
    );
    const text = textOf(result);
    expect(bytes(text)).toBeLessThanOrEqual(MAX_TEXT);
    expect(text).toMatch(/^delete_kx_environment did not run\.\n0\. /);
    expect(text).toMatch(/\n\(\d+ lines are left out here\.\)\n/);
    expect(text).toMatch(/\n2999\. .*\nOr use tear_down_kx_environment\.$/);
  });

  it('with one very long line is truncated', () => {
    const text = textOf(limitSize(refused('\u{1f600}'.repeat(50_000))));
    expect(bytes(text)).toBeLessThanOrEqual(MAX_TEXT);
    expect(text).not.toContain('left out');
  });

  it('says that one line is left out', () => {
    const lines = Array.from({ length: 16 }, () => 'x'.repeat(3_990));
    expect(textOf(limitSize(refused(...lines)))).toMatch(/\n\(1 line is left out here\.\)\n/);
  });
});

describe('every text in the arguments of', () => {
  const UNBOUNDED = /(?<!\\)[*+]|\{\d+,\}/;

  function textsIn(schema: Members, path: string): string[] {
    const { type, enum: values, pattern, maxLength, properties, items, additionalProperties } = schema;
    const isOpen = type === 'string' && values === undefined && maxLength === undefined;
    return [
      ...(isOpen && (pattern === undefined || UNBOUNDED.test(String(pattern))) ? [path] : []),
      ...Object.entries((properties ?? {}) as Record<string, Members>).flatMap(([name, member]) =>
        textsIn(member, `${path}.${name}`),
      ),
      ...[items, additionalProperties, schema['propertyNames']].flatMap((inner) =>
        typeof inner === 'object' && inner !== null ? textsIn(inner as Members, `${path}[]`) : [],
      ),
    ];
  }
  const schemas = [
    ...OPERATION_NAMES.map((name) => [toolName(name), () => agentInput(operationNamed(name))] as const),
    ...COMPOSITE_TOOLS.map(({ name, input }) => [name, input] as const),
  ];

  it.each(schemas)('%s has a maximum length', (name, input) => {
    expect(textsIn(z.toJSONSchema(input(), { io: 'input' }), name)).toEqual([]);
  });
});
