/** A signal that asks the process to stop. It is handled from now on, so that a stop during startup also ends in order. */
export const stopSignal = (...others: readonly NodeJS.Signals[]): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', ...others] as const) process.once(signal, () => resolve(signal));
  });
