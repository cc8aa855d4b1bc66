/** Loaded into a server with `node --import`: reports the longest block of its event loop when the bench asks. */
import { closeSync, openSync, readSync } from 'node:fs';

const EVERY_MS = 1;
const buffer = Buffer.alloc(128);

/** How long the main thread was ready to run but waited for a processor, in milliseconds; 0 if the kernel does not report it. */
function waitedForProcessor() {
  try {
    const file = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
    try {
      const text = buffer.toString('latin1', 0, readSync(file, buffer, 0, buffer.length, 0));
      return Number(text.split(' ')[1]) / 1e6;
    } finally {
      closeSync(file);
    }
  } catch {
    return 0;
  }
}

let longest = 0;
let last = performance.now();
let waited = waitedForProcessor();
setInterval(() => {
  const [now, waitedNow] = [performance.now(), waitedForProcessor()];
  longest = Math.max(longest, now - last - EVERY_MS - (waitedNow - waited));
  [last, waited] = [now, waitedNow];
}, EVERY_MS).unref();

process.on('message', () => {
  process.send?.(longest);
  longest = 0;
});
