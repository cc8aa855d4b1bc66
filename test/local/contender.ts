import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as breathe } from 'node:timers/promises';
import { openWorldStore } from '../../src/local/store.ts';
import { ROLE } from './environment-builder.ts';
import { openWorld } from './world.ts';

/** One of several processes: writes to a world as fast as it can, or only keeps a processor busy, and reports the result. */
const [mode = '', path = '', environmentId = '', prefix = '', startAt = '0', seconds = '1'] = process.argv.slice(2);
const world =
  mode === 'write' ? await openWorld({ store: await openWorldStore(path), lifecycle: 'instant' }) : undefined;
const spin = (milliseconds: number) => {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
};
await new Promise((resolve) => setTimeout(resolve, Math.max(0, Number(startAt) - Date.now())));

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const waits: number[] = [];
const end = performance.now() + Number(seconds) * 1000;
for (let index = 0; performance.now() < end; index++) {
  const before = performance.now();
  if (world === undefined) spin(1);
  else await world.call('CreateKxUser', { environmentId, userName: `${prefix}_${index}`, iamRole: ROLE });
  waits.push(performance.now() - before);
  await breathe();
}
delay.disable();
waits.sort((a, b) => a - b);
const milliseconds = (nanoseconds: number) => nanoseconds / 1e6;
const report = {
  commits: waits.length,
  wait: { p50: waits[Math.floor(waits.length / 2)], p99: waits[Math.floor(waits.length * 0.99)], max: waits.at(-1) },
  loop: { p99: milliseconds(delay.percentile(99)), max: milliseconds(delay.max) },
};
process.stdout.write(`${JSON.stringify(report)}\n`);
await world?.close();
