import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const LONGEST_FILE = 300;

const TYPE_QUERY =
  /\btypeof import\(\s*['"]\.|(?<!await )\bimport\(\s*['"]\.[^'"]*['"]\s*\)\s*\.\s*(?!then|catch|finally)\w/;

it("no file of src imports a type by a query, which the linter's import rules do not see", () => {
  expect(TYPE_QUERY.test("let x: import('../local/store.ts').Store;")).toBe(true);
  expect(files('src').filter((file) => TYPE_QUERY.test(read(file)))).toEqual([]);
});

it('no file of src, test, scripts, bench or evals has more than 300 lines', () => {
  const long = ['src', 'test', 'scripts', 'bench', 'evals'].flatMap(files).filter((file) => lines(file) > LONGEST_FILE);
  expect(long).toEqual([]);
});

function files(folder: string): string[] {
  return readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(?:ts|mts|mjs|js)$/.test(path) && !path.includes('node_modules'))
    .map((path) => `${folder}/${path}`);
}

const read = (file: string) => readFileSync(new URL(file, ROOT), 'utf8');
const lines = (file: string) => read(file).trimEnd().split('\n').length;
