import { expect } from 'vitest';
// The marker of a reply that was sent by other means must be created before any HTTP server of a process replaces `Response`.
import '@hono/node-server/utils/response';

// Without this, `toMatchObject` accepts every value where a regular expression is expected.
expect.addEqualityTesters([
  (actual, expected) =>
    expected instanceof RegExp && !(actual instanceof RegExp)
      ? typeof actual === 'string' && expected.test(actual)
      : undefined,
]);
