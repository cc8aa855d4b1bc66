import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

/** Tests that drive the binary drive the one made from the sources as they are. Says which tests this run leaves out. */
export default function freshBuild({ config }: TestProject): void {
  const prepare = fileURLToPath(new URL('../../scripts/prepare.mjs', import.meta.url));
  execFileSync(process.execPath, [prepare, '--build'], { stdio: ['ignore', 'inherit', 'inherit'] });
  const leftOut = config.env['CI_ONLY'];
  if (leftOut) console.log(`left to CI (TEST_TIER=all runs them): ${leftOut}`);
}
