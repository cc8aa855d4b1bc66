import * as z from 'zod';
import type { Service } from '../operations/exchange.ts';
import { MAX_ADVANCE_MS, type WorldClock } from './clock.ts';
import { jsonReply } from './replies.ts';
import { splitTarget } from './routing.ts';

const Advance = z.strictObject({ advanceMs: z.int().min(0).max(MAX_ADVANCE_MS) });

/** Whether a path belongs to the control of the service. */
export const isControl = (path: string): boolean => path === '/_control' || path.startsWith('/_control/');

/** `GET` and `POST /_control/clock`: reads the worlds' clock, or moves it ahead by `{"advanceMs": n}`, never back. */
export function controlOf(clock: WorldClock): Service {
  return async ({ method, target, headers, body }) => {
    const [path] = splitTarget(target);
    if (path !== '/_control/clock') return NOT_FOUND;
    if (method === 'GET' || method === 'HEAD') return jsonReply(200, await clock.read());
    if (method !== 'POST') return NOT_FOUND;
    if (!/^application\/json\b/.test(headers['content-type'] ?? ''))
      return jsonReply(415, { message: 'The content type must be application/json.' });
    const { data } = Advance.safeParse(parseJson(body));
    if (data === undefined) return jsonReply(400, { message: `Expects {"advanceMs": 0 to ${MAX_ADVANCE_MS}}.` });
    return jsonReply(200, await clock.advance(data.advanceMs));
  };
}

const NOT_FOUND = jsonReply(404, { message: 'Only GET and POST /_control/clock exist.' });

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString());
  } catch {
    return undefined;
  }
}
