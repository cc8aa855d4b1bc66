import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DEMO_PICTURE, demoPicture } from '../../scripts/pictures.ts';
import { DOCUMENTS, withTables } from '../../scripts/readme.ts';
import { COMMANDS } from '../../src/commands/index.ts';
import { flagOf, SETTING_NAMES } from '../../src/config.ts';
import { OPERATION_NAMES } from '../../src/operations/index.ts';
import { toolName } from '../../src/operations/naming.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGES = [...readdirSync(ROOT), ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith('.md'),
);
const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');

it.each(DOCUMENTS.map((path) => [relative(ROOT, path), path]))(
  '%s has the tables that the catalog and the settings give (npm run docs)',
  (_, path = '') => {
    const text = readFileSync(path, 'utf8');
    expect(withTables(text)).toBe(text);
  },
);

it('has one row for each operation in the README', () => {
  for (const name of OPERATION_NAMES)
    expect(read('README.md').split(`| \`${toolName(name)}\` | ${name} |`)).toHaveLength(2);
});

it('shows the picture that the server draws of the demo world (npm run docs)', async () => {
  expect(await demoPicture()).toBe(readFileSync(DEMO_PICTURE, 'utf8'));
});

describe.each(PAGES)('%s', (page) => {
  const text = read(page);

  it('links to what is there', () => {
    const links = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)|src="([^":]+)"/g)].map(
      ([, link, source]) => link ?? source,
    );
    expect(links.filter((link) => !existsSync(join(ROOT, dirname(page), link ?? '')))).toEqual([]);
  });

  it('names commands and flags that there are', () => {
    const code = [...text.matchAll(/^```bash\n([\s\S]*?)^```|`([^`\n]+)`/gm)].map(
      ([, block, span]) => block ?? span ?? '',
    );
    const ours = code.flatMap((lines) => [
      ...lines.matchAll(/(?:finspace-mcp|dist\/cli\.js)(?![-\w:/])(?: (?!-)([a-z]+))?(.*)/g),
    ]);
    for (const [, command = 'stdio', rest = ''] of ours) {
      expect(Object.keys(COMMANDS)).toContain(command);
      const { settings, switches = {} } = COMMANDS[command] ?? { settings: [] };
      const known = [
        ...settings.map(flagOf),
        ...Object.keys(switches).map((name) => `--${name}`),
        '--help',
        '--version',
      ];
      for (const [flag] of rest.matchAll(/--[a-z-]+/g)) expect(known).toContain(flag);
    }
    const anywhere = [
      ...SETTING_NAMES.map(flagOf),
      ...Object.values(COMMANDS).flatMap(({ switches = {} }) => Object.keys(switches).map((name) => `--${name}`)),
    ];
    for (const [, flag] of text.matchAll(/`(--[a-z-]+)[ =`]/g)) expect(anywhere).toContain(flag);
  });

  it('has examples of JSON that are JSON', () => {
    for (const [, json = ''] of text.matchAll(/^```json\n([\s\S]*?)^```/gm))
      expect(() => JSON.parse(json)).not.toThrow();
  });
});
