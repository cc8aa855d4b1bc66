import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, readManifest } from '../../scripts/project.ts';

const FOLDER = join(ROOT, '.github', 'workflows');
const LINTER = join(
  ROOT,
  'test',
  'package',
  'tools',
  'node_modules',
  '@tktco',
  'node-actionlint',
  'bin',
  'node-actionlint.js',
);
const WORKFLOWS = readdirSync(FOLDER);

describe.each(WORKFLOWS)('the workflow %s', (file) => {
  const text = readFileSync(join(FOLDER, file), 'utf8');
  const lines = text.split('\n');

  it('pins each action to a commit, with its version in a comment', () => {
    const uses = lines.filter((line) => /\buses:/.test(line));
    expect(uses.length).toBeGreaterThan(0);
    expect(uses.filter((line) => !/ uses: [\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
  });

  it('declares its permissions, and keeps no credentials in the checkout', () => {
    expect(text).toMatch(/^permissions:(?: \{\}|\n {2}contents: read)\n(?! )/m);
    const checkouts = text.split(/uses: actions\/checkout@/).slice(1);
    for (const rest of checkouts) expect(rest).toMatch(/^[^\n]*\n +with:\n +persist-credentials: false\n/);
  });

  it('uses no expression in a script, where its value would run as code', () => {
    const scripts = text.matchAll(/^( *)(?:- )?run: (.*(?:\n\1 {4,}.*)*)/gm);
    expect(Array.from(scripts, ([script]) => script).filter((script) => script.includes('${{'))).toEqual([]);
  });
});

it.skipIf(!existsSync(LINTER))('actionlint accepts every workflow', { timeout: 120_000 }, () => {
  const args = [LINTER, '.github/workflows/*.yml'];
  const said = execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  expect(said).toContain(`Checking ${WORKFLOWS.length} workflow file(s)`);
});

it('tests each release line of Node.js from the lowest supported one, on each system', () => {
  const text = readFileSync(join(FOLDER, 'test.yml'), 'utf8');
  expect(text).toContain('os: [ubuntu-latest, macos-latest, windows-latest]');
  const [lowest = 0, ...later] = JSON.parse(/node: (\[.*\])/.exec(text)?.[1] ?? '[]') as number[];
  expect(readManifest().engines.node).toMatch(new RegExp(`^>=${lowest}\\.`));
  expect(later).toEqual([22, 24, 26]);
});
