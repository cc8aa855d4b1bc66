import * as z from 'zod';

/**
 * Turns off Zod's support for values with cycles in schemas that are made from now on. What this process validates is JSON, which has
 * none, and without the search for cycles the first use of a schema is faster.
 */
export function expectNoCycles(): void {
  z.config({ memoizer: { alloc: (_schema, _payload, empty) => empty, attach: () => {}, guard: () => {} } });
}

/**
 * Whether Zod compiles the schemas that are made from now on: that takes longer than the few uses that a start makes of a schema. The
 * schemas of the first messages stay as they are.
 */
export const setSchemaCompilation = (compiles: boolean): void => void z.config({ jitless: !compiles });
