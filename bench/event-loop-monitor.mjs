/** Loaded into a server with `node --import`: reports the longest block of its event loop when the bench asks. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 1;
const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delays.enable();
process.on('message', () => {
  const longest = delays.max / 1e6 - RESOLUTION_MS;
  delays.reset();
  process.send?.(Math.max(0, longest));
});
