import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './project.ts';

/** The licenses of the packages that contain `inputs`, the paths of bundled files. Throws for a package without a license. */
export function notices(inputs: readonly string[]): string {
  const folders = new Set(inputs.flatMap((path) => PACKAGE.exec(path)?.[0] ?? []));
  const packages = new Map<string, string[]>();
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
    const file = readdirSync(join(ROOT, folder)).find((entry) => /^licen[cs]e(?:\.|$)/i.test(entry));
    const text = file === undefined ? `License: ${license}` : readFileSync(join(ROOT, folder, file), 'utf8').trim();
    if (file === undefined && typeof license !== 'string') throw new Error(`${name} names no license`);
    packages.set(text, [...(packages.get(text) ?? []), `${name} ${version}`]);
  }
  const parts = [...packages].map(([text, names]) => `${names.join('\n')}\n\n${text}\n`);
  return ['The files in this folder contain code of these packages.\n', ...parts].join(`\n${'-'.repeat(79)}\n\n`);
}

/** The folder of a package, which may be nested in another's. */
const PACKAGE = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/;
