import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT } from '../../scripts/project.ts';

const FOLDER = join(ROOT, 'test', 'package', 'tools');

/** Whether the third-party checkers are installed: `npm install --prefix test/package/tools --no-save` does it. */
export const HAS_TOOLS = existsSync(join(FOLDER, 'node_modules'));
if (!HAS_TOOLS)
  console.warn('SKIPPED: the checkers by others are not installed; npm install --prefix test/package/tools --no-save');

/** A package of `test/package/tools`. */
export const tool = createRequire(join(FOLDER, 'package.json'));

/** The documents of a YAML file, with their merge keys applied. */
export function yamlIn(text: string): object[] {
  const documents = tool('yaml').parseAllDocuments(text, { merge: true }) as { errors: Error[]; toJS(): object }[];
  return documents.map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    return document.toJS();
  });
}
