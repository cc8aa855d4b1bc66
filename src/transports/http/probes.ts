const TEXT = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
const KEPT_MS = 5_000;

/** `/healthz`: this process answers. */
export const healthy = () => new Response('ok\n', { headers: TEXT });

/** `/readyz`: it should be sent requests. The backend is asked at most every five seconds, and nothing is said about why. */
export function readiness(ready: () => Promise<boolean>, draining: () => boolean, now: () => number) {
  let known = { ready: Promise.resolve(false), untilMs: Number.NEGATIVE_INFINITY };
  return async (): Promise<Response> => {
    if (draining()) return notReady();
    if (known.untilMs <= now()) known = { ready: ready().catch(() => false), untilMs: now() + KEPT_MS };
    return (await known.ready) ? new Response('ready\n', { headers: TEXT }) : notReady();
  };
}

const notReady = () => new Response('not ready\n', { status: 503, headers: { ...TEXT, 'retry-after': '5' } });
