import { defineConfig } from 'vitest/config';

/**
 * What `npm test` leaves to CI, because it needs a browser, takes long or compares whole histories. `TEST_TIER=all npm test` runs
 * everything, each file in a process of its own; without it, files share processes and what these have loaded.
 */
const CI_ONLY = [
  'test/answers/answers.test.ts',
  'test/approval/adversary.test.ts',
  'test/approval/browser.test.ts',
  'test/approval/clock.test.ts',
  'test/approval/desk.test.ts',
  'test/approval/key.test.ts',
  'test/approval/link.test.ts',
  'test/approval/own-servers.test.ts',
  'test/approval/terminal.test.ts',
  'test/approval/upgrade.test.ts',
  'test/approval/whole-way.test.ts',
  'test/docs/demo.test.ts',
  'test/docs/shell-lines.test.ts',
  'test/finspace/exit.test.ts',
  'test/finspace/faults.test.ts',
  'test/finspace/oracle.test.ts',
  'test/fleet/search-mode.test.ts',
  'test/http/approvals-browser.test.ts',
  'test/http/approvals-forms.test.ts',
  'test/http/approvals.test.ts',
  'test/http/fleet.test.ts',
  'test/http/load.test.ts',
  'test/http/replicas.test.ts',
  'test/inventory/picture.test.ts',
  'test/local/clients.test.ts',
  'test/local/constraints.test.ts',
  'test/local/durability.test.ts',
  'test/local/fuzz.test.ts',
  'test/local/model.test.ts',
  'test/local/quotas.test.ts',
  'test/operations/regexes.test.ts',
  'test/resources/resources.test.ts',
  'test/safety/cancels.test.ts',
  'test/safety/dialog.test.ts',
  'test/safety/interleavings.test.ts',
  'test/safety/outlook.test.ts',
  'test/safety/plans.test.ts',
  'test/safety/recovered.test.ts',
  'test/safety/replays.test.ts',
  'test/safety/sequences.test.ts',
  'test/safety/statuses.test.ts',
  'test/safety/wire.test.ts',
  'test/stdio/killed.test.ts',
  'test/stdio/secrets.test.ts',
  'test/stdio/teardown.test.ts',
  'test/tools/words.test.ts',
];
const all = process.env['TEST_TIER'] === 'all';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', ...(all ? [] : CI_ONLY)],
    globalSetup: 'test/support/fresh-build.ts',
    setupFiles: 'test/support/first.ts',
    isolate: all,
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 30_000,
    env: { CI_ONLY: all ? '' : CI_ONLY.join(' ') },
  },
});
