import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSX = join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs');
/** tsx, which runs the script, keeps its own folder. */
const leftIn = (folder: string) => readdirSync(folder).filter((name) => !name.startsWith('tsx-'));

describe('npm run demo', { timeout: 120_000 }, () => {
  const home = mkdtempSync(join(tmpdir(), 'finspace-mcp-home-'));
  const env = { PATH: process.env['PATH'], HOME: home, TMPDIR: home, LOCALAPPDATA: home, TSX_DISABLE_CACHE: '1' };
  let out = '';
  let err = '';
  beforeAll(async () => {
    const ran = await promisify(execFile)(process.execPath, [TSX, join(ROOT, 'scripts', 'demo.ts')], { env });
    ({ stdout: out, stderr: err } = ran);
  }, 120_000);
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it('shows a problem, a load, a refusal, an approval and its outcome', () => {
    for (const text of [
      'Not enough memory',
      'old',
      'COMPLETED',
      'no approval was requested',
      'types hdb-equities-b',
      'DELETING',
    ])
      expect(out).toContain(text);
    const [, second = ''] = out.split('Delete hdb-equities-a, too');
    expect(second).toMatch(/^[^←]*The person is asked again, and declines\.\n.*\n +The person declined\./);
    expect(out).toMatch(/waits under the code [A-Z0-9]{5}\b/);
    expect(out).toMatch(/finspace:\/\/recovery\/\S+-delete_kx_cluster-/);
    expect(out).toMatch(/entries, all in order/);
    expect(out).not.toContain('undefined');
  });

  it('fits into 96 columns except for text to copy, and has no colours without a terminal', () => {
    const wide = out.split('\n').filter((line) => line.length > 96 && !/^ +(?:\{"|\/|claude mcp add)/.test(line));
    expect(wide).toEqual([]);
    expect(out).not.toContain('\u001b');
    expect(err).toBe('');
  });

  it('leaves nothing behind, and prints no error, if its reader ends early', async () => {
    const child = spawn(process.execPath, [TSX, join(ROOT, 'scripts', 'demo.ts')], { env, stdio: 'pipe' });
    let errors = '';
    child.stderr.on('data', (data) => {
      errors += data;
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const [code] = await once(child, 'close');
    expect([code, errors]).toEqual([0, '']);
    expect(leftIn(home)).toEqual([]);
  });

  it('leaves nothing behind, and names an existing picture', () => {
    expect(leftIn(home)).toEqual([]);
    const path = /^ +(\S+\.svg) /m.exec(out)?.[1] ?? '';
    expect(readFileSync(path, 'utf8')).toMatch(/^<svg[\s\S]*<\/svg>\s*$/);
  });
});
