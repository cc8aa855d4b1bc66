import { expect } from 'vitest';
// Creates a `Response` when it is loaded, so it must be loaded before an HTTP server of the process replaces the class.
import '@hono/node-server/utils/response';

// Without this, `toMatchObject` accepts every value where a regular expression is expected.
expect.addEqualityTesters([
  (actual, expected) =>
    expected instanceof RegExp && !(actual instanceof RegExp)
      ? typeof actual === 'string' && expected.test(actual)
      : undefined,
]);
