import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { faultPlan } from '../../src/local/faults/rules.ts';
import { importWorld } from '../../src/local/worlds/administration.ts';
import { newStore } from './engine.ts';
import { SEED_OPTIONS } from './world.ts';

const DOCUMENT = readFileSync(new URL('../../docs/fidelity.md', import.meta.url), 'utf8');
/** All rows of the sections about behaviours, except in the tables of sources and of published scripts. */
const ROWS = DOCUMENT.slice(DOCUMENT.indexOf('## Lifecycles'), DOCUMENT.indexOf('## What is not imitated'))
  .replace(/^## Published scripts\n[\s\S]*?(?=^## )/m, '')
  .split('\n')
  .filter((line) => /^\| (?!behaviour \|)/.test(line));

test('the table of behaviours names a source and a test in each row', () => {
  expect(ROWS.length).toBeGreaterThan(80);
  for (const row of ROWS)
    expect(row).toMatch(/^\| .+ \| [^|]*(?:documented|observed|ours|rows above)[^|]* \| `[a-z-]+`: [^|]+ \|$/);
});

test.each(ROWS)('%s', (row) => {
  const [, file, name = ''] = /\| `([a-z-]+)`: ([^|]+) \|$/.exec(row) ?? [];
  const urls = [`${file}.test.ts`, `${file}.ci.test.ts`].map((path) => new URL(path, import.meta.url));
  const url = urls.find(existsSync) ?? expect.fail(`there is no test file ${file}`);
  // The name as a whole string: of a test, or of a row of a table of tests.
  const source = readFileSync(url, 'utf8');
  const quoted = [`'${name}'`, `"${name}"`, `\`${name}\``, `\`${name}\${`];
  expect(quoted.some((text) => source.includes(text))).toBe(true);
});

test('the examples of the document are valid', async () => {
  const [faults = '', world = ''] = Array.from(DOCUMENT.matchAll(/```json\n([\s\S]*?)```/g), ([, text = '']) => text);
  expect(faultPlan(JSON.parse(faults), 'fidelity.md').rules).toHaveLength(5);
  const path = join(mkdtempSync(join(tmpdir(), 'finspace-fidelity-')), 'world.json');
  writeFileSync(path, world);
  const store = await newStore();
  expect(await importWorld(store, path, SEED_OPTIONS)).toBe(true);
  await store.close();
});
