const TEXT = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
const KEPT_MS = 5_000;

/** `/healthz`: this process answers. */
export const healthy = () => new Response('ok\n', { headers: TEXT });

/** Something that this server depends on does not answer; the message says what and why, to everybody. */
export class NotReady extends Error {
  override readonly name = 'NotReady';
}

/** `/readyz`: it should be sent requests. Dependencies are checked at most every five seconds; only `NotReady` is shown as the cause. */
export function readiness(ready: () => Promise<unknown>, draining: () => boolean, now: () => number) {
  let known = { response: async () => notReady(''), untilMs: Number.NEGATIVE_INFINITY };
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
    if (known.untilMs <= now()) known = { response: check(), untilMs: now() + KEPT_MS };
    return known.response();
  };
}

const notReady = (cause: string) =>
  new Response(`not ready${cause}\n`, { status: 503, headers: { ...TEXT, 'retry-after': '5' } });
