import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DOCUMENTS, LINTER, withParts } from '../../scripts/documents.ts';
import { withLayers } from '../../scripts/layers.ts';
import { DEMO_PICTURE, demoPicture } from '../../scripts/pictures.ts';
import { COMMANDS } from '../../src/commands/index.ts';
import { flagOf, SETTING_NAMES } from '../../src/config.ts';
import { OPERATION_NAMES } from '../../src/operations/index.ts';
import { toolName } from '../../src/operations/naming.ts';
import { linksOf, PAGES, ROOT, read } from './pages.ts';

it.each(DOCUMENTS.map((path) => [relative(ROOT, path), path]))(
  '%s contains the generated parts (npm run docs)',
  (_, path = '') => {
    const text = readFileSync(path, 'utf8');
    expect(withParts(text)).toBe(text);
  },
);

it('biome.json contains the rules of scripts/layers.ts (npm run docs)', () => {
  const text = readFileSync(LINTER, 'utf8');
  expect(JSON.parse(withLayers(text))).toEqual(JSON.parse(text));
});

it('each runtime dependency is justified in docs/decisions', () => {
  const { dependencies, optionalDependencies } = JSON.parse(read('package.json')) as Record<string, object>;
  const rows = read('docs/decisions/0013-runtime-dependencies.md').matchAll(/^\| (`.*`) \|/gm);
  const explained = [...rows].flatMap(([, cell = '']) => cell.replaceAll('`', '').split(', '));
  expect(explained.sort()).toEqual(Object.keys({ ...dependencies, ...optionalDependencies }).sort());
});

it('docs/tools.md has one row for each operation', () => {
  for (const name of OPERATION_NAMES)
    expect(read('docs/tools.md').split(`| \`${toolName(name)}\` | ${name} |`)).toHaveLength(2);
});

it('CONTRIBUTING.md names only what exists', () => {
  const folders = ['src', 'test', 'scripts', 'bench', 'evals'];
  const code = folders
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    )
    .filter((path) => /\.(?:ts|mjs)$/.test(path) && path !== join('test', 'docs', 'documents.test.ts'));
  const words = new Set(code.flatMap((path) => read(path).match(/\w+/g) ?? []));
  const text = read('CONTRIBUTING.md');
  const names = [...text.matchAll(/`([A-Za-z]\w+)`/g)].map(([, name = '']) => name);
  const files = [...text.matchAll(/`((?:src|test|scripts|bench|evals)\/[\w./-]+)`/g)].map(([, path = '']) => path);
  expect(names.filter((name) => !words.has(name) && name !== 'vVERSION')).toEqual([]);
  expect(files.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

it('the picture is what the server draws of the demo world (npm run docs)', async () => {
  expect(await demoPicture()).toBe(readFileSync(DEMO_PICTURE, 'utf8'));
});

it.each([
  ['docs', 'docs/README.md'],
  ['docs/decisions', 'docs/decisions/README.md'],
])('every page in %s is in its table of contents, %s', (folder, contents) => {
  const pages = PAGES.filter((page) => dirname(page) === folder && page !== contents);
  expect(pages.filter((page) => !linksOf(contents).includes(page))).toEqual([]);
});

/** The anchors that GitHub gives to the headings of a page. */
const anchorsOf = (page: string) =>
  [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

/** The flags of every command. */
const EVERYWHERE = ['--help', '--version'];

describe.each(PAGES)('%s', (page) => {
  const text = read(page);

  it('links to files that exist', () => {
    expect(linksOf(page).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('names only existing tests', () => {
    const tests = [...text.matchAll(/\btest\/[\w./-]+\.test\.ts\b/g)].map(([path]) => path);
    expect(tests.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('links to existing headings', () => {
    const links = [...text.matchAll(/\]\(([^)#:]*)#([^)]+)\)/g)];
    const missing = links.filter(([, path, anchor = '']) => {
      const target = path ? join(dirname(page), path) : page;
      return target.endsWith('.md') && !anchorsOf(target).includes(anchor);
    });
    expect(missing.map(([link]) => link)).toEqual([]);
  });

  it('names only existing commands and flags', () => {
    const code = [...text.matchAll(/^```bash\n([\s\S]*?)^```|`([^`\n]+)`/gm)].map(
      ([, block, span]) => block ?? span ?? '',
    );
    const ours = code.flatMap((lines) => [
      ...lines.matchAll(/(?:(?<![\w/-]|namespace )finspace-mcp|dist\/cli\.js)(?![-\w:/])(?: (?!-)([a-z]+))?(.*)/g),
    ]);
    for (const [, command = 'stdio', rest = ''] of ours) {
      expect(Object.keys(COMMANDS)).toContain(command);
      const { settings, switches = {} } = COMMANDS[command] ?? { settings: [] };
      const known = [...settings.map(flagOf), ...Object.keys(switches).map((name) => `--${name}`), ...EVERYWHERE];
      for (const [flag] of rest.matchAll(/--[a-z-]+/g)) expect(known).toContain(flag);
    }
    const anywhere = [
      ...EVERYWHERE,
      ...SETTING_NAMES.map(flagOf),
      ...Object.values(COMMANDS).flatMap(({ switches = {} }) => Object.keys(switches).map((name) => `--${name}`)),
    ];
    for (const [, flag] of text.matchAll(/`(--[a-z-]+)[ =`]/g)) expect(anywhere).toContain(flag);
  });

  it('contains valid JSON examples', () => {
    for (const [, json = ''] of text.matchAll(/^```json\n([\s\S]*?)^```/gm))
      expect(() => JSON.parse(json)).not.toThrow();
  });
});
