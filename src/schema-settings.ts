import * as z from 'zod';

/**
 * Turns off Zod's support for values with cycles in schemas that are made from now on. What this process validates is JSON, which has
 * none, and without the search for cycles the first use of a schema is faster.
 */
export function turnOffCycleSupport(): void {
  z.config({ memoizer: { alloc: (_schema, _payload, empty) => empty, attach: () => {}, guard: () => {} } });
}

/**
 * Sets whether Zod compiles the schemas that are made from now on. A start uses few schemas, each only a few times, so compiling them would
 * take longer. What was made during the start stays uncompiled.
 */
export const setSchemaCompilation = (compiles: boolean): void => void z.config({ jitless: !compiles });
