const QUIET_MS = 1_000;

/** Turns calls that are done and known to be needed into progress reports, at most one per second. */
export function progressReporter(report: (message: string) => Promise<void>): (done: number, needed: number) => void {
  let reportedAt = Date.now();
  return (done, needed) => {
    if (Date.now() - reportedAt < QUIET_MS) return;
    reportedAt = Date.now();
    report(`${done} of ${needed} API calls done`).catch(() => {});
  };
}
