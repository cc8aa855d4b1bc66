import { defineConfig } from 'vitest/config';

/** The gate of the safety layer: `vitest run --coverage --config test/safety/coverage.config.ts`. */
export default defineConfig({
  test: {
    include: ['test/safety/**/*.test.ts', 'test/approval/**/*.test.ts'],
    globalSetup: 'test/support/fresh-build.ts',
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
