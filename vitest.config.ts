import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { COVERING } from './test/safety/coverage.config.ts';

/**
 * `npm test` leaves files named `*.ci.test.ts` to CI, because they need a browser, start many processes or take long.
 * `TEST_TIER=all npm test` runs everything, and `TEST_TIER=uncovered` what the gate of the safety layer does not run. A file that the command
 * line names runs in any case.
 */
const CI_TESTS = '.ci.test.';
const tier = process.env['TEST_TIER'] ?? (process.argv.some((argument) => argument.includes(CI_TESTS)) ? 'all' : '');
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = { all: [], uncovered: [COVERING] };
const exclude = ['**/node_modules/**', ...(LEFT_OUT[tier] ?? [`**/*${CI_TESTS}ts`])];

/** Tests of how long something takes, which run after the others so that none slows them down. */
const ALONE = [
  'test/finspace/exit.ci.test.ts',
  'test/http/load.ci.test.ts',
  'test/local/durability.ci.test.ts',
  'test/stdio/client-killed.ci.test.ts',
  'test/stdio/process.ci.test.ts',
];

const COMMON = {
  setupFiles: 'test/support/setup.ts',
  // Processes and browsers start slowly where others run beside them.
  testTimeout: 120_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 20_000 } },
};

/** The folders whose tests that are left to CI can share a process, because no file disturbs another. */
const IN_PROCESS = 'evals,fleet,inventory,kinds,operations,published,resources,safety,tools';
const CI_IN_PROCESS = `test/{${IN_PROCESS}}/**/*${CI_TESTS}ts`;

/**
 * Vitest runs projects in the order of their names, and last the one with a single worker. The files of `ci` and `alone` run each in a
 * separate process; those of the others share processes and loaded modules.
 */
const PROJECTS = [
  { ...COMMON, name: 'ci', include: [`test/**/*${CI_TESTS}ts`], exclude: [...exclude, ...ALONE, CI_IN_PROCESS] },
  { ...COMMON, name: 'ci in process', include: [CI_IN_PROCESS], exclude, isolate: false },
  { ...COMMON, name: 'alone', include: ALONE, exclude, maxWorkers: 1 },
  { ...COMMON, name: 'plain', include: ['test/**/!(*.ci).test.ts'], exclude, isolate: false, testTimeout: 30_000 },
];

/** Tests of files, or of what does not depend on how worlds are stored. */
const OF_FILES = ['store', 'migrations', 'identity', 'listen', 'listen-wire', 'signature', 'terraform'];
/** Tests that create a world for each case, which takes long with PostgreSQL. */
const LONG_ON_POSTGRES = ['faults', 'failures', 'world-file'];
const isLong = process.env['TEST_LONG'] !== undefined;
const leftOutOnPostgres = [...OF_FILES, ...(isLong ? [] : LONG_ON_POSTGRES)];
/** The tests of the local service again, with their worlds in PostgreSQL. */
const ON_POSTGRES = {
  ...COMMON,
  name: 'postgres',
  include: [
    `test/local/!(${leftOutOnPostgres.join('|')}|*.ci).test.ts`,
    ...(isLong ? ['test/local/quotas.ci.test.ts'] : []),
  ],
  exclude,
  isolate: false,
  globalSetup: 'test/local/postgres-setup.ts',
  env: { TEST_WORLDS_ENGINE: 'postgres' },
};

/** The tests that are left to CI often wait for processes, browsers and databases. */
const WORKERS_PER_CPU = tier === '' ? 1 : 2;

export default defineConfig({
  test: {
    projects: [...PROJECTS, ...(tier === '' ? [] : [ON_POSTGRES])].map((test) => ({ test })),
    exclude,
    globalSetup: 'test/support/fresh-build.ts',
    maxWorkers: Math.ceil(availableParallelism() * WORKERS_PER_CPU),
  },
});
