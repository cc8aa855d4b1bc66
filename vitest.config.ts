import { defineConfig } from 'vitest/config';

/**
 * `npm test` leaves files named `*.ci.test.ts` to CI, because they need a browser, start many processes or take long.
 * `TEST_TIER=all npm test` runs everything, each file in a process of its own; without it, files share processes and loaded modules. A file that
 * the command line names runs in any case.
 */
const CI_TESTS = '.ci.test.';
const all = process.env['TEST_TIER'] === 'all' || process.argv.some((argument) => argument.includes(CI_TESTS));

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', ...(all ? [] : [`**/*${CI_TESTS}ts`])],
    globalSetup: 'test/support/fresh-build.ts',
    setupFiles: 'test/support/first.ts',
    isolate: all,
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
