import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

/** Builds the binary that the tests use from the current sources. Prints which tests this run leaves to CI. */
export default function freshBuild({ config }: TestProject): void {
  const prepare = fileURLToPath(new URL('../../scripts/prepare.mjs', import.meta.url));
  execFileSync(process.execPath, [prepare, '--build'], { stdio: ['ignore', 'inherit', 'inherit'] });
  const leftOut = config.exclude.filter((pattern) => pattern.includes('.ci.test.'));
  if (leftOut.length > 0) console.log(`left to CI (TEST_TIER=all runs them): ${leftOut.join(', ')}`);
}
