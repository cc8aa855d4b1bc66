import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';

/** The third-party packages that `npm install --prefix test/clients/FOLDER --no-save` installs, and how to describe what they do. */
export function packagesIn(folder: string) {
  const modules = new URL(`${folder}/node_modules/`, import.meta.url);
  const isMissing = !existsSync(modules);
  if (isMissing)
    console.warn(
      `SKIPPED: the clients by others are not installed; npm install --prefix test/clients/${folder} --no-save does it`,
    );
  return {
    installed: (path: string) => fileURLToPath(new URL(path, modules)),
    describeClient: describe.skipIf(isMissing),
  };
}
