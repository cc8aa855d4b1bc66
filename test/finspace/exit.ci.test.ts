import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { answering, deafEndpoint, endpoint } from './endpoints.ts';

const CALL = new URL('../../src/finspace/call.ts', import.meta.url).href;
const HANDLER = new URL('../../src/finspace/handler.ts', import.meta.url).href;

/** Calls that succeed, fail and are abandoned under the limits of production; then the process has nothing to do. */
const SCRIPT = `
  const { finspaceCall } = await import(${JSON.stringify(CALL)});
  const { DEFAULT_LIMITS } = await import(${JSON.stringify(HANDLER)});
  const { OK, SILENT, RESET, DEAF, DEAD } = process.env;
  const options = { region: 'us-east-1', limits: DEFAULT_LIMITS, maxAttempts: 3, backoff: () => 1 };
  const call = (how, signal) => finspaceCall({ ...options, ...how })('ListKxEnvironments', {}, { signal })
    .then(() => 'answered', (error) => error.fields.code);
  const outcomes = await Promise.all([
    call({ endpoint: OK }),
    call({ endpoint: SILENT }, AbortSignal.timeout(200)),
    call({ service: () => new Promise(() => {}) }, AbortSignal.timeout(200)),
    call({ endpoint: DEAF }, AbortSignal.timeout(200)),
    call({ endpoint: RESET }),
    call({ endpoint: DEAD }),
    call({ endpoint: OK.replace('http:', 'https:') }),
  ]);
  console.log(JSON.stringify(outcomes));
`;

it('a process exits when its calls are complete', async () => {
  const ok = await endpoint(answering(200, '{}'));
  const silent = await endpoint(() => {});
  const reset = await endpoint((response) => response.socket?.resetAndDestroy());
  const deaf = await deafEndpoint(60_000);
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', SCRIPT], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: {
      PATH: process.env['PATH'],
      ...{ AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret-of-the-test' },
      ...{ OK: ok.url, SILENT: silent.url, RESET: reset.url },
      ...{ DEAF: `https://127.0.0.1:${deaf.port}`, DEAD: `http://127.0.0.1:${await freePort()}` },
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  const [outcomes] = await once(child.stdout, 'data');
  const finishedAt = performance.now();
  const [code] = await exit;
  await Promise.all([ok, silent, reset, deaf].map(({ close }) => close()));
  expect(JSON.parse(String(outcomes))).toEqual([
    'answered',
    'Aborted',
    'Aborted',
    'Aborted',
    'Unreachable',
    'Unreachable',
    'Misconfigured',
  ]);
  expect(code).toBe(0);
  expect(performance.now() - finishedAt).toBeLessThan(1_500);
});
