import { cpSync } from 'node:fs';
import { type LocalPage, localPage } from '../../src/approval-page/index.ts';
import { approvalsIn, stateDirectory } from './support.ts';

export const ORIGIN = 'http://127.0.0.1:4000';

/** An approval page over a ledger whose clock the test moves; with a key when `keys` is a state directory that has one. */
export async function pageIn({ keys, clock, first }: { keys?: string; clock?: { now: number }; first?: string } = {}) {
  const dir = stateDirectory();
  if (keys !== undefined) cpSync(keys, dir, { recursive: true });
  const kept = await approvalsIn(dir, 'page', clock);
  const errors: unknown[] = [];
  const page = localPage({
    approvals: kept.approvals,
    now: kept.now,
    origins: [ORIGIN],
    firstCode: first,
    command: (args) => `finspace-mcp approve ${args}`,
    onerror: (error) => errors.push(error),
  });
  return { ...kept, dir, page, errors };
}

/** A page with a plan on it, and the browser that opened its link. */
export async function openedPage(options: Parameters<typeof pageIn>[0] = {}) {
  const at = await pageIn(options);
  const pending = await at.ask();
  const person = visitor(at.page);
  await person.open();
  const path = `${person.home}${pending.code}`;
  const granted = () => at.ledger.approvedFor(pending.callDigest);
  return { ...at, pending, person, path, granted };
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

/** What looks to the page like a browser without scripts: keeps the cookie, follows redirects and reloads, sends forms. */
export function visitor({ handle, link }: LocalPage) {
  let cookie = '';
  const request = async (path: string, init: RequestInit = {}): Promise<Answer> => {
    const headers = new Headers({ host: new URL(ORIGIN).host, ...(cookie === '' ? {} : { cookie }) });
    for (const [name, value] of new Headers(init.headers)) headers.set(name, value);
    const response = await handle(new Request(`${ORIGIN}${path}`, { ...init, headers }));
    return { status: response.status, text: await response.text(), headers: response.headers };
  };
  const get = (path: string, headers: Record<string, string> = {}) => request(path, { headers });
  const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    request(path, {
      method: 'POST',
      body: new URLSearchParams(fields).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN, ...headers },
    });
  return {
    request,
    get,
    post,
    home: link.slice(0, link.indexOf('/open/') + 1),
    open: async () => {
      const opened = await get(link);
      cookie = (opened.headers.get('set-cookie') ?? '').split(';')[0] as string;
      return opened;
    },
    /** Fills in and sends the form of a plan's page, and follows the redirect. */
    send: async (path: string, fields: Record<string, string>, shown?: Answer): Promise<Answer> => {
      const { text } = shown ?? (await get(path));
      const token = /name="token" value="([^"]+)"/.exec(text)?.[1] ?? '';
      const sent = await post(path, { token, ...fields });
      return sent.status === 303 ? get(sent.headers.get('location') as string) : sent;
    },
  };
}
