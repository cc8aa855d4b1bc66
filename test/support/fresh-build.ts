import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Tests that drive the binary drive the one made from the sources as they are. */
export default function freshBuild(): void {
  const prepare = fileURLToPath(new URL('../../scripts/prepare.mjs', import.meta.url));
  execFileSync(process.execPath, [prepare, '--build'], { stdio: ['ignore', 'inherit', 'inherit'] });
}
