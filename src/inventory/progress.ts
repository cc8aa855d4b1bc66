const QUIET_MS = 1_000;

/** Turns calls that are done and known to be needed into progress reports, at most one per second. */
export function readsDone(report: (message: string) => Promise<void>): (done: number, known: number) => void {
  let told = Date.now();
  return (done, known) => {
    if (Date.now() - told < QUIET_MS) return;
    told = Date.now();
    report(`${done} of ${known} reads done`).catch(() => {});
  };
}
