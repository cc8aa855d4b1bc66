const TEXT = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
const RESULT_KEPT_MS = 5_000;

/** `/healthz`: this process responds. */
export const healthy = () => new Response('ok\n', { headers: TEXT });

/** A dependency does not respond; the message names it and the cause, and is public. */
export class NotReady extends Error {
  override readonly name = 'NotReady';
}

/**
 * `/readyz`: requests may be sent to this server. Dependencies are checked at most every five seconds; only the cause of
 * `NotReady` is shown.
 */
export function readiness(ready: () => Promise<unknown>, draining: () => boolean, now: () => number) {
  let cached = { response: async () => notReady(''), sinceMs: Number.NEGATIVE_INFINITY };
  const check = () => {
    const checked = ready().then(
      () => undefined,
      (error) => (error instanceof NotReady ? `: ${error.message}` : ''),
    );
    return async () => {
      const cause = await checked;
      return cause === undefined ? new Response('ready\n', { headers: TEXT }) : notReady(cause);
    };
  };
  return async (): Promise<Response> => {
    if (draining()) return notReady(': this server is stopping');
    const age = now() - cached.sinceMs;
    // A negative age shows that the clock was set back.
    if (age < 0 || age >= RESULT_KEPT_MS) cached = { response: check(), sinceMs: now() };
    return cached.response();
  };
}

const notReady = (cause: string) =>
  new Response(`not ready${cause}\n`, { status: 503, headers: { ...TEXT, 'retry-after': '5' } });
