const QUIET_MS = 1_000;

/** Makes of a report to people one of calls done and known to be needed, which speaks at most once in a second. */
export function readsDone(report: (message: string) => Promise<void>): (done: number, known: number) => void {
  let told = Date.now();
  return (done, known) => {
    if (Date.now() - told < QUIET_MS) return;
    told = Date.now();
    report(`${done} of ${known} reads done`).catch(() => {});
  };
}
