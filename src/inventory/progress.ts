const QUIET_MS = 1_000;

/** Turns the numbers of completed and of needed calls into progress reports, at most one per second. */
export function progressReporter(report: (message: string) => Promise<void>): (done: number, needed: number) => void {
  let reportedAt = Date.now();
  return (done, needed) => {
    if (Date.now() - reportedAt < QUIET_MS) return;
    reportedAt = Date.now();
    report(`${done} of ${needed} API calls done`).catch(() => {});
  };
}
