import { Hono } from 'hono';
import * as z from 'zod';
import type { WorldClock } from './clock.ts';

const YEAR_MS = 365 * 24 * 60 * 60_000;
const Advance = z.strictObject({ advanceMs: z.int().min(0).max(YEAR_MS) });

/** `GET` and `POST /_control/clock`: reads the worlds' clock, or moves it ahead by `{"advanceMs": n}`, never back. */
export function controlRoutes(clock: WorldClock): Hono {
  const app = new Hono();
  app.get('/_control/clock', async (c) => c.json(await clock.read()));
  app.post('/_control/clock', async (c) => {
    if (!/^application\/json\b/.test(c.req.header('content-type') ?? '')) {
      return c.json({ message: 'The content type must be application/json.' }, 415);
    }
    const { data } = Advance.safeParse(await c.req.json().catch(() => undefined));
    if (data === undefined) return c.json({ message: 'Expects {"advanceMs": 0 to 31536000000}.' }, 400);
    return c.json(await clock.advance(data.advanceMs));
  });
  app.all('/_control/*', (c) => c.json({ message: 'Only GET and POST /_control/clock exist.' }, 404));
  return app;
}
