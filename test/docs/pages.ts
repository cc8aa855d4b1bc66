import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const markdownIn = (folder: string, recursive: boolean) =>
  readdirSync(join(ROOT, folder), { recursive, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name).replaceAll('\\', '/'));

/** Our documents, as paths in the repository. */
export const PAGES = [...markdownIn('', false), ...markdownIn('docs', true), ...markdownIn('evals', false)];

/** The text of a file of the repository. */
export const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** The files and folders that a page links to or shows, as paths in the repository. */
export function linksOf(page: string): string[] {
  const links = [...read(page).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)|src="([^":]+)"/g)];
  return links.map(([, link, source]) => join(dirname(page), link ?? source ?? '').replaceAll('\\', '/'));
}
