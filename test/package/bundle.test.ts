import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packedManifest } from '../../scripts/packed-manifest.ts';
import { ROOT, readManifest } from '../../scripts/project.ts';

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*"([^"\s]+)"|\b(?:require|__require)\("([^"\s]+)"\)/g;

/** What the files of the bundle import that are reached from `file`, other than each other and Node. */
function bareImports(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return new Set();
  seen.add(file);
  const code = readFileSync(join(ROOT, 'dist', file), 'utf8');
  const names = Array.from(code.matchAll(IMPORT), ([, imported, required]) => imported ?? required ?? '');
  const own = names.filter((name) => name.startsWith('./') && existsSync(join(ROOT, 'dist', name)));
  const bare = names.filter((name) => /^@?[a-z][\w./-]*$/.test(name) && !isBuiltin(name));
  return new Set([...bare, ...own.flatMap((name) => [...bareImports(name.slice(2), seen)])]);
}

it.each([
  ['cli.js', ['gpt-tokenizer']],
  ['api.js', []],
])('%s imports no package except %j and the native part of libsql', (entry, expected) => {
  const packages = [...bareImports(entry)].map((name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
  expect([...new Set(packages)].sort()).toEqual(expected);
});

it('the packed manifest requires no package, and names the native part of libsql for this system as optional', () => {
  const { dependencies, optionalDependencies } = packedManifest(readManifest());
  expect(dependencies).toEqual({});
  const target = { darwin: 'darwin-arm64', win32: 'win32-x64-msvc' }[process.platform as string] ?? 'linux-x64-gnu';
  expect(optionalDependencies).toHaveProperty([`@libsql/${target}`], readManifest().optionalDependencies?.['libsql']);
});

it('the packed manifest has the addresses that follow from the repository', () => {
  const repository = { type: 'git', url: 'git+https://github.com/Some-One/finspace-mcp.git' } as const;
  expect(packedManifest({ ...readManifest(), repository })).toMatchObject({
    repository,
    mcpName: 'io.github.Some-One/finspace-mcp',
    homepage: 'https://github.com/Some-One/finspace-mcp',
    bugs: 'https://github.com/Some-One/finspace-mcp/issues',
  });
});
