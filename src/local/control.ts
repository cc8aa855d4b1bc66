import * as z from 'zod';
import type { Service, WireReply } from '../operations/exchange.ts';
import { MAX_ADVANCE_MS, type WorldClock } from './clock.ts';
import { splitTarget } from './routing.ts';

const Advance = z.strictObject({ advanceMs: z.int().min(0).max(MAX_ADVANCE_MS) });

/** Whether a path belongs to the control of the service. */
export const isControl = (path: string): boolean => path === '/_control' || path.startsWith('/_control/');

/** `GET` and `POST /_control/clock`: reads the worlds' clock, or moves it ahead by `{"advanceMs": n}`, never back. */
export function controlOf(clock: WorldClock): Service {
  return async ({ method, target, headers, body }) => {
    const [path] = splitTarget(target);
    if (path !== '/_control/clock') return NOT_FOUND;
    if (method === 'GET' || method === 'HEAD') return json(200, await clock.read());
    if (method !== 'POST') return NOT_FOUND;
    if (!/^application\/json\b/.test(headers['content-type'] ?? ''))
      return json(415, { message: 'The content type must be application/json.' });
    const { data } = Advance.safeParse(parseJson(body));
    if (data === undefined) return json(400, { message: `Expects {"advanceMs": 0 to ${MAX_ADVANCE_MS}}.` });
    return json(200, await clock.advance(data.advanceMs));
  };
}

const json = (status: number, content: object): WireReply => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify(content)),
});

const NOT_FOUND = json(404, { message: 'Only GET and POST /_control/clock exist.' });

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString());
  } catch {
    return undefined;
  }
}
