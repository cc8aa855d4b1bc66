import { type Call, operationNamed } from '../operations/index.ts';

export interface TrackedCalls {
  readonly call: Call;
  /** Resolves when the mutations that have started are over. */
  mutationsSettled(): Promise<void>;
}

/**
 * A Call that tracks mutations in progress, so that a process can wait for them before it ends. Calls that show a credential count,
 * because their outcome is in the journal, too.
 */
export function trackMutations(call: Call): TrackedCalls {
  const mutations = new Set<Promise<unknown>>();
  return {
    call: (name, input, options) => {
      const result = call(name, input, options);
      if (operationNamed(name).risk === 'read') return result;
      mutations.add(result);
      return result.finally(() => mutations.delete(result));
    },
    mutationsSettled: async () => void (await Promise.allSettled(mutations)),
  };
}
