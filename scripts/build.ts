import { chmodSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleProduct } from './bundle.ts';
import { notices } from './notices.ts';

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

const DAY_MS = 86_400_000;
const dist = at('dist');
mkdirSync(dist, { recursive: true });
const fresh = mkdtempSync(at('dist-'));
const inputs = await bundleProduct(fresh);
chmodSync(join(fresh, 'cli.js'), 0o755);
writeFileSync(join(fresh, 'THIRD-PARTY-NOTICES.txt'), notices(inputs));

// A running server loads parts of itself later, so the parts of earlier builds stay for a day. The entry is written last.
for (const name of readdirSync(dist)) {
  if (Date.now() - statSync(join(dist, name)).mtimeMs > DAY_MS) rmSync(join(dist, name));
}
const built = readdirSync(fresh).sort((a, b) => Number(a === 'cli.js') - Number(b === 'cli.js'));
for (const name of built) renameSync(join(fresh, name), join(dist, name));
rmSync(fresh, { recursive: true });
