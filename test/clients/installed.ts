import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';

const FOLDER = new URL('packages/node_modules/', import.meta.url);

/** A file of a package that `npm install --prefix test/clients/packages --no-save` installs. */
export const installed = (path: string) => fileURLToPath(new URL(path, FOLDER));

const isMissing = !existsSync(FOLDER);
if (isMissing)
  console.warn(
    'SKIPPED: the clients by others are not installed; npm install --prefix test/clients/packages --no-save does it',
  );

/** Describes what a client by others does, where these clients are installed. */
export const describeClient = describe.skipIf(isMissing);
