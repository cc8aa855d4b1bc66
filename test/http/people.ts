import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KMS_KEY } from '../support/session-calls.ts';
import { closing, modernBody, modernHeaders, post, product } from './support.ts';

/** A file of fixed tokens, one for each name, and the tokens themselves; `closeAll` removes them. */
export function tokens<Name extends string>(
  holders: Record<Name, readonly string[]>,
): { file: string; folder: string } & Record<Name, string> {
  const folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-people-'));
  closing({ close: async () => rmSync(folder, { recursive: true, force: true }) });
  const held = Object.fromEntries(
    Object.keys(holders).map((name) => [name, randomBytes(32).toString('base64url')]),
  ) as Record<Name, string>;
  const rows = (Object.keys(holders) as Name[]).map((name) => ({
    name,
    sha256: createHash('sha256').update(held[name]).digest('hex'),
    scopes: holders[name],
  }));
  const file = join(folder, 'tokens.json');
  writeFileSync(file, JSON.stringify({ tokens: rows }));
  return { file, folder, ...held };
}

interface Result {
  readonly isError?: boolean;
  readonly structuredContent?: Record<string, unknown>;
  readonly content: { readonly text?: string }[];
  readonly requestState?: string;
  readonly inputRequests?: { readonly approval?: { readonly params: { readonly message: string } } };
  readonly resultType?: string;
}

/** Calls a tool in the era of 2026-07-28. `forms` declares that the client shows forms. */
export async function callTool(
  url: string,
  name: string,
  args: object,
  { headers = {}, forms = false, more = {} }: { headers?: object; forms?: boolean; more?: object } = {},
): Promise<Result> {
  const params = { name, arguments: args, ...more };
  const body = modernBody('tools/call', params);
  const capabilities = forms ? { elicitation: { form: {} } } : {};
  Object.assign(body.params._meta, { 'io.modelcontextprotocol/clientCapabilities': capabilities });
  const response = await post(url, body, { ...modernHeaders('tools/call', params), ...headers });
  return ((await response.json()) as { result: Result }).result;
}

export const wordsIn = ({ content }: Result) => content.map(({ text }) => text).join('\n');
/** The code under which a plan waits. */
export const codeIn = (result: Result) => /under the code (\w+)/.exec(wordsIn(result))?.[1] as string;
export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

/** A browser without scripts at the approval page of a server: keeps the cookie, sends forms, and follows redirects. */
export function person(url: string) {
  const { origin } = new URL(url);
  let cookie = '';
  const request = async (path: string, init: RequestInit = {}): Promise<Answer> => {
    const headers = new Headers({ ...(cookie === '' ? {} : { cookie }) });
    for (const [name, value] of new Headers(init.headers)) headers.set(name, value);
    const response = await fetch(new URL(path, origin), { redirect: 'manual', ...init, headers });
    const set = response.headers.get('set-cookie');
    if (set !== null) cookie = set.includes('Max-Age=0') ? '' : (set.split(';')[0] as string);
    return { status: response.status, text: await response.text(), headers: response.headers };
  };
  const get = (path: string, headers: Record<string, string> = {}) => request(path, { headers });
  const submit = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    request(path, {
      method: 'POST',
      body: new URLSearchParams(fields).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin, ...headers },
    });
  const follow = async (answer: Answer) =>
    answer.status === 303 ? get(answer.headers.get('location') as string) : answer;
  return {
    request,
    get,
    submit,
    cookie: () => cookie,
    take: (other: string) => {
      cookie = other;
    },
    signIn: async (token: string, to = '') =>
      follow(await submit('/approvals/sign-in', { 'approver-token': token, to })),
    /** Sends the form that a plan's page shows, or the one that was shown before. */
    decide: async (
      code: string,
      fields: Record<string, string>,
      shown?: Answer,
      headers: Record<string, string> = {},
    ) => {
      const { text } = shown ?? (await get(`/approvals/${code}`));
      const token = /name="token" value="([^"]+)"/.exec(text)?.[1] ?? '';
      return follow(await submit(`/approvals/${code}`, { token, ...fields }, headers));
    },
  };
}

const HOLDERS = {
  agent: ['finspace:destroy'],
  ann: ['finspace:approve'],
  ben: ['finspace:approve'],
  both: ['finspace:destroy', 'finspace:approve'],
};

/** A server with fixed tokens, a database, and the request of an agent to delete it. */
export async function openWaitingDeletion(
  more: Parameters<typeof product>[1] & { settings?: object; kept?: boolean } = {},
) {
  const { settings = {}, kept = false, ...options } = more;
  const held = tokens(HOLDERS);
  const places = kept ? { stateDir: held.folder, state: join(held.folder, 'world.db') } : {};
  const server = await product({ authTokens: held.file, ...places, ...settings }, options);
  const as = (token: string) => ({ headers: bearer(token) });
  const made = await callTool(
    server.url,
    'create_kx_environment',
    { name: 'trading', kmsKeyId: KMS_KEY },
    as(held.agent),
  );
  const { environmentId } = made.structuredContent as { environmentId: string };
  const target = { environmentId, databaseName: 'trades' };
  await callTool(server.url, 'create_kx_database', target, as(held.agent));
  const remove = (token: string = held.agent) => callTool(server.url, 'delete_kx_database', target, as(token));
  const exists = async () => (await callTool(server.url, 'get_kx_database', target, as(held.agent))).isError !== true;
  const refusal = await remove();
  return { ...held, server, target, remove, exists, refusal, code: codeIn(refusal), someone: person(server.url) };
}
