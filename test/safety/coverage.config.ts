import { defineConfig } from 'vitest/config';

/** These tests run the built binary or long random histories. They cover no additional code, and would take longer with coverage. */
const WITHOUT = [
  ...['sequences', 'interleavings', 'losses', 'cancels'],
  ...['adversary', 'browser', 'clock', 'journal', 'link', 'own-servers', 'place', 'terminal', 'upgrade', 'whole-way'],
];

/** The tests that cover the safety layer. */
export const COVERING = `test/{safety,approval}/**/!(${WITHOUT.map((name) => `${name}.ci`).join('|')}).test.ts`;

/** The gate of the safety layer: `vitest run --coverage --config test/safety/coverage.config.ts`. */
export default defineConfig({
  test: {
    include: [COVERING],
    globalSetup: 'test/support/fresh-build.ts',
    isolate: false,
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: {
      provider: 'v8',
      include: ['src/safety/**/*.ts'],
      reporter: ['text'],
      reportOnFailure: true,
      thresholds: { branches: 100 },
    },
  },
});
