import { OPERATION_NAMES, operationNamed } from '../src/operations/index.ts';
import { METHOD_NAMES, type Names, oneOf, type Random, request, rubbish, seeded, sizeUpTo } from './block-requests.ts';
import { localService, overHttp, overStdio, type Watched } from './block-servers.ts';
import { verdict } from './measure.ts';

const REQUESTS = Number(process.env['BLOCK_REQUESTS'] ?? 1_000);
const SEED = Number(process.env['BLOCK_SEED'] ?? 1);
const MAX_MS = 100;
const MAX_BYTES = 1_048_576;
/** For bodies of the local service, which accepts a SAML document of 10 million characters. */
const LOCAL_MAX_BYTES = 12 * 1_048_576;
const WORST = 10;
/** Other processes cause blocks, too, so the worst requests are repeated, and their shortest block counts. */
const REPEATS = 4;

interface Message {
  readonly text: string;
  readonly kind: 'request' | 'other';
  readonly label: string;
}
interface Measured extends Message {
  readonly ms: number;
  /** The block when it was sent for the first time, with the compilation of its code and what else this machine did. */
  readonly firstMs?: number;
}

/** Random requests up to the size limit over every method, tool and operation: the longest block of the event loop, and what caused it. */
export async function main(): Promise<void> {
  const share = Math.ceil(REQUESTS / 2);
  const transports = { 'MCP over HTTP': overHttp, 'MCP over stdio': overStdio };
  for (const [name, open] of Object.entries(transports)) {
    const server = await open();
    try {
      const names = await namesOf(server);
      await measure(name, server, share, (random, at) => mcpMessage(random, names, at));
    } finally {
      server.close();
    }
  }
  const local = await localService();
  try {
    await measure('local service', local, share, localMessage);
  } finally {
    local.close();
  }
}

async function measure(name: string, server: Watched, count: number, make: (random: Random, at: number) => Message) {
  const random = seeded(SEED);
  const measured: Measured[] = [];
  await server.longestBlock();
  for (let at = 0; at < count; at += 1) measured.push(await sendAndMeasure(server, make(random, at)));
  const worst = measured.toSorted((a, b) => b.ms - a.ms).slice(0, WORST);
  const confirmed: Measured[] = [];
  for (const message of worst) {
    const blocks = [message.ms];
    for (let at = 0; at < REPEATS; at += 1) blocks.push((await sendAndMeasure(server, message)).ms);
    confirmed.push({ ...message, ms: Math.min(...blocks), firstMs: message.ms });
  }
  confirmed.sort((a, b) => b.ms - a.ms);
  console.log(
    `${name}: ${count} requests, seed ${SEED}; the worst, each the least of ${REPEATS + 1} times (and the first time):`,
  );
  for (const { ms, firstMs, label, text } of confirmed)
    console.log(`  ${ms.toFixed(1)} ms (${firstMs?.toFixed(1)})  ${label} (${text.length} characters)`);
  console.log(verdict(`longest block in ms, ${name}`, confirmed[0]?.ms ?? 0, MAX_MS, 'at most'));
}

async function sendAndMeasure(server: Watched, message: Message): Promise<Measured> {
  await server.send(message.text, message.kind);
  return { ...message, ms: await server.longestBlock() };
}

async function namesOf(server: Watched): Promise<Names> {
  let asked = 0;
  const ask = async (method: string, params: object = {}) => {
    asked += 1;
    let text = '';
    for (let tries = 0; text === '' && tries < 10; tries += 1)
      text = await server.send(JSON.stringify({ jsonrpc: '2.0', id: `names-${asked}`, method, params }));
    const json = text.startsWith('{') ? text : text.slice(text.indexOf('{', text.lastIndexOf('\ndata: {')));
    return (JSON.parse(json) as { result: Record<string, unknown> }).result;
  };
  const { tools } = (await ask('tools/list')) as { tools: Names['tools'] };
  const { prompts } = (await ask('prompts/list')) as { prompts: { name: string }[] };
  const { resourceTemplates } = (await ask('resources/templates/list')) as {
    resourceTemplates: { uriTemplate: string }[];
  };
  const listed = await ask('tools/call', { name: 'list_kx_environments', arguments: {} });
  const { environments } = listed['structuredContent'] as { environments: { environmentId: string }[] };
  return {
    tools,
    prompts: prompts.map(({ name }) => name),
    uris: resourceTemplates.map(({ uriTemplate }) => uriTemplate),
    environmentId: environments[0]?.environmentId ?? '',
  };
}

function mcpMessage(random: Random, names: Names, id: number): Message {
  const size = sizeUpTo(random, MAX_BYTES);
  if (random() < 0.08) return { text: oneLine(rubbish(random, size)), kind: 'other', label: 'no request' };
  const { method, params } = request(random, names, size);
  const isNotification = method.startsWith('notifications/');
  const text = JSON.stringify({ jsonrpc: '2.0', ...(isNotification ? {} : { id }), method, params });
  const { name } = params as { name?: unknown };
  const label = [
    METHOD_NAMES.includes(method) ? method : 'unknown method',
    ...(typeof name === 'string' ? [name.slice(0, 40)] : []),
  ];
  return { text, kind: isNotification ? 'other' : 'request', label: label.join(' ') };
}

const oneLine = (text: string) => text.replaceAll('\n', ' ');

function localMessage(random: Random): Message {
  const name = oneOf(random, OPERATION_NAMES);
  const [method = '', path = ''] = operationNamed(name).http.split(' ');
  const body = method === 'GET' || method === 'DELETE' ? '' : rubbish(random, sizeUpTo(random, LOCAL_MAX_BYTES));
  return { text: `${method} ${path.replace(/\{\w+\}/g, 'x')}\n${body}`, kind: 'request', label: name };
}
