import type { Tool } from '@modelcontextprotocol/server';

/** Numbers in [0, 1), the same for the same seed. */
export type Random = () => number;

/** mulberry32. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const oneOf = <T>(random: Random, all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;

/** A size up to `most`; large and small sizes are equally likely. */
export const sizeUpTo = (random: Random, most: number): number => Math.floor(2 ** (random() * Math.log2(most)));

const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

/** Texts of about this many bytes that once were slow to process. */
const TEXTS: readonly ((size: number) => string)[] = [
  (size) => 'a'.repeat(size),
  (size) => 'e\u0301'.repeat(size / 3),
  (size) => '\u202e\u200b'.repeat(size / 6),
  (size) => '*a'.repeat(size / 2),
  (size) => 'a,b|'.repeat(size / 4),
  (size) => ' '.repeat(size),
  (size) => '"\\'.repeat(size / 4),
  (size) => '['.repeat(size),
  (size) => `[${'"x",'.repeat(size / 8)}1]`,
  (size) => `arn:aws:finspace:us-east-1:123456789012:kxEnvironment/${'x/'.repeat(size / 2)}`,
  (size) => `finspace://kx/environments/${'%41'.repeat(size / 3)}`,
  (size) => `${'a-'.repeat(size / 2)}!`,
  (size) => '\ud83d\ude00'.repeat(size / 4),
];
const textOf = (random: Random, size: number): string => oneOf(random, TEXTS)(Math.max(8, size));

/** Values of about this many bytes that are wrong for most arguments. */
const VALUES: readonly ((random: Random, size: number) => unknown)[] = [
  textOf,
  (_, size) => Object.fromEntries(times(size / 12, (at) => [`key${at}`, at])),
  (_, size) => times(size / 4, (at) => at % 10),
  (_, size) => times(size / 8, () => ({})),
  (_, size) => times(size / 10, (at) => `"${at}`),
  (random, size) => nested(random, Math.min(size / 6, 2_000)),
  (_, size) => times(size / 60, (at) => JSON.stringify({ [`x${at}`]: ['[1,2,3]', '{"a":"[]"}'] })),
  (random, size) => times(8, () => JSON.stringify(times(size / 40, () => oneOf(random, ['a', 1, null])))),
];
const valueFor = (random: Random, size: number): unknown => oneOf(random, VALUES)(random, size);

function nested(random: Random, depth: number): unknown {
  let value: unknown = 1;
  for (let at = 0; at < depth; at += 1) value = random() < 0.5 ? [value] : { a: value };
  return value;
}

export interface Names {
  readonly tools: readonly Tool[];
  readonly prompts: readonly string[];
  readonly uris: readonly string[];
  readonly environmentId: string;
}

interface Schema {
  readonly type?: unknown;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  /** The index of the list element that this is for. */
  readonly at?: number;
}

/** Roughly what a schema accepts. */
function sample(random: Random, { type, enum: choice, items, properties }: Schema, names: Names, name = ''): unknown {
  if (choice !== undefined) return oneOf(random, choice);
  if (properties !== undefined)
    return Object.fromEntries(Object.entries(properties).map(([key, of]) => [key, sample(random, of, names, key)]));
  if (type === 'array') return times(1 + random() * 3, () => sample(random, items ?? {}, names));
  if (type === 'integer' || type === 'number') return Math.floor(random() * 50);
  if (type === 'boolean') return random() < 0.5;
  if (name === 'environmentId') return names.environmentId;
  return oneOf(random, ['kdb-prod', 'rdb-fx', 'hdb-*', '30d', 'delete_kx_cluster', 'x', names.environmentId]);
}

/** What a schema accepts, with lists of about this many bytes, whose texts differ. */
function large(
  random: Random,
  { items, properties, ...schema }: Schema,
  names: Names,
  size: number,
  name = '',
): unknown {
  if (properties !== undefined) {
    const members = Object.entries(properties);
    return Object.fromEntries(members.map(([key, of]) => [key, large(random, of, names, size / members.length, key)]));
  }
  if (schema.type === 'array') {
    const count = sizeUpTo(random, Math.max(2, size / 20));
    return times(count, (at) => large(random, numbered(items ?? {}, at), names, size / count, name));
  }
  if (schema.type !== 'string' || schema.enum !== undefined || name === 'environmentId')
    return sample(random, schema, names, name);
  const at = schema.at ?? 0;
  if (name.startsWith('dbPath')) return `/2026.01.01/${at}`;
  if (/dns|ip/i.test(name)) return `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`;
  return `name-${at}`;
}

const numbered = ({ items, properties, ...schema }: Schema, at: number): Schema => ({
  ...schema,
  at,
  ...(items === undefined ? {} : { items }),
  ...(properties === undefined
    ? {}
    : { properties: Object.fromEntries(Object.entries(properties).map(([key, of]) => [key, { ...of, at }])) }),
});

/** Arguments of a tool, of about this many bytes: valid, with one or all members replaced, or with additional ones. */
function argumentsFor(random: Random, { inputSchema }: Tool, names: Names, size: number): unknown {
  const good = sample(random, inputSchema as Schema, names) as Record<string, unknown>;
  const members = Object.keys(good);
  if (random() < 0.2) return large(random, inputSchema as Schema, names, size);
  const kind = random();
  if (kind < 0.2 || members.length === 0) return kind < 0.1 ? good : { ...good, ...(valueFor(random, size) as object) };
  if (kind < 0.6) return { ...good, [oneOf(random, members)]: valueFor(random, size) };
  if (kind < 0.8) return Object.fromEntries(members.map((name) => [name, valueFor(random, size / members.length)]));
  return { ...good, [textOf(random, size / 2)]: valueFor(random, size / 2) };
}

type Params = Record<string, unknown>;

/** Methods of the protocol, most with parameters of about this many bytes. */
const METHODS: Readonly<Record<string, (random: Random, names: Names, size: number) => Params>> = {
  'tools/call': (random, names, size) => {
    const tool = oneOf(random, names.tools);
    return { name: tool.name, arguments: argumentsFor(random, tool, names, size) };
  },
  'tools/list': (random, _, size) => ({ cursor: textOf(random, size) }),
  'resources/list': (random, _, size) => ({ cursor: textOf(random, size) }),
  'resources/templates/list': (random, _, size) => ({ cursor: valueFor(random, size) }),
  'resources/read': (random, names, size) => ({ uri: uriOf(random, names, size) }),
  'resources/subscribe': (random, names, size) => ({ uri: uriOf(random, names, size) }),
  'resources/unsubscribe': (random, names, size) => ({ uri: uriOf(random, names, size) }),
  'prompts/list': (random, _, size) => ({ cursor: textOf(random, size) }),
  'prompts/get': (random, names, size) => ({
    name: random() < 0.7 ? oneOf(random, names.prompts) : textOf(random, size),
    arguments: random() < 0.5 ? { environmentId: textOf(random, size) } : valueFor(random, size),
  }),
  'completion/complete': (random, names, size) => ({
    ref:
      random() < 0.5
        ? { type: 'ref/prompt', name: oneOf(random, names.prompts) }
        : { type: 'ref/resource', uri: oneOf(random, names.uris) },
    argument: { name: oneOf(random, ['environmentId', 'clusterName', 'resourceArn']), value: textOf(random, size / 2) },
    context: { arguments: { environmentId: random() < 0.5 ? names.environmentId : textOf(random, size / 2) } },
  }),
  'subscriptions/listen': (random, names, size) => ({
    notifications: { resourceSubscriptions: times(size / 40, (at) => `${oneOf(random, names.uris)}${at}`) },
  }),
  'server/discover': (random, _, size) => valueFor(random, size) as Params,
  'logging/setLevel': (random, _, size) => ({ level: textOf(random, size) }),
  ping: (random, _, size) => ({ x: valueFor(random, size) }),
  'notifications/cancelled': (random, _, size) => ({ requestId: 0, reason: textOf(random, size) }),
  'notifications/progress': (random, _, size) => ({ progressToken: textOf(random, size), progress: 1 }),
};
export const METHOD_NAMES = Object.keys(METHODS);

const uriOf = (random: Random, { uris, environmentId }: Names, size: number): string =>
  random() < 0.5 ? oneOf(random, uris).replace(/\{\w+\}/g, environmentId) : textOf(random, size);

/** A request of about this many bytes, without its id and envelope. At least half of all requests call tools. */
export function request(random: Random, names: Names, size: number): { method: string; params: Params } {
  const kind = random();
  const method = kind < 0.5 ? 'tools/call' : oneOf(random, METHOD_NAMES);
  const params = METHODS[method]?.(random, names, size) ?? {};
  if (kind > 0.97) return { method: textOf(random, size), params };
  if (kind > 0.94) return { method, params: { ...params, _meta: valueFor(random, size) } };
  if (kind > 0.9)
    return { method, params: { ...params, inputResponses: valueFor(random, size), requestState: 'x.y.z' } };
  return { method, params };
}

/** Text of about this many bytes that is not a single request. */
export function rubbish(random: Random, size: number): string {
  return oneOf(random, [
    () => textOf(random, size),
    () => JSON.stringify(valueFor(random, size)),
    () => '['.repeat(size),
    () => '{"a":'.repeat(size / 5),
    () => `[${times(size / 60, (id) => JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/list' })).join(',')}]`,
  ])();
}
