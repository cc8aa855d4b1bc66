import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { PAGES, ROOT, read } from './pages.ts';

/**
 * Every block of shell lines in our documents says in a comment before it whether it is run here: `<!-- runs: TEXT -->`, where
 * the output must contain the text, `<!-- not run: REASON -->` or `<!-- runs elsewhere: REASON -->`. The blocks of one page
 * run in one shell, in order.
 */
const BLOCK = /(?:<!-- (runs|not run|runs elsewhere): (.+) -->\n)?^```(?:bash|sh|shell)\n([\s\S]*?)^```/gm;

const pages = PAGES.map((page) => ({
  page,
  blocks: [...read(page).matchAll(BLOCK)].map(([, kind, text = '', lines = '']) => ({
    kind,
    text,
    lines,
  })),
}));
const running = pages
  .map(({ page, blocks }) => ({ page, blocks: blocks.filter(({ kind }) => kind === 'runs') }))
  .filter(({ blocks }) => blocks.length > 0);

/** Ports in the documents, each to be replaced by one that is free here. */
const PORTS = ['4566', '8080'];
const END = 'the end of a block';
const has = (program: string) => {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`]);
    return true;
  } catch {
    return false;
  }
};

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'finspace-mcp-docs-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

it('every shell block is marked as run here, run elsewhere or not run', () => {
  expect(pages.flatMap(({ blocks }) => blocks.filter(({ kind }) => kind === undefined))).toEqual([]);
  expect(running.flatMap(({ blocks }) => blocks).length).toBeGreaterThan(2);
});

it.each(running)(
  'the blocks of $page run in order, and print the texts that their comments name',
  { timeout: 120_000 },
  async ({ blocks }) => {
    const free = new Map(await Promise.all(PORTS.map(async (port) => [port, String(await freePort())] as const)));
    const script = blocks.map(({ lines }) => `${hereIn(lines, free)}\necho; echo "${END} $?"\n`).join('');
    const out = await pasted(script);
    const parts = out.split(new RegExp(`${END} (\\d+)\n`));
    for (const [at, { text, lines }] of blocks.entries()) {
      expect(parts[2 * at], lines).toContain(text);
      expect(parts[2 * at + 1], lines).toBe('0');
    }
  },
);

/** The lines with free ports, on loopback, and without calls of the AWS CLI if it is not installed. */
function hereIn(lines: string, free: ReadonlyMap<string, string>): string {
  const local = lines
    .replaceAll('0.0.0.0', '127.0.0.1')
    .replaceAll(/\b(?:4566|8080)\b/g, (port) => free.get(port) ?? port);
  const ported = local.replaceAll(/finspace-mcp (http|local)\b|cli\.js (http|local)\b/g, (start, http, local_) => {
    const port = free.get((http ?? local_) === 'http' ? '8080' : '4566');
    return `${start} --port ${port}`;
  });
  if (has('aws')) return ported;
  console.warn('SKIPPED: lines with `aws`, because there is no AWS CLI');
  return ported.replaceAll(/^.*\baws finspace\b.*$/gm, 'true');
}

/** What a shell prints on stdout when the script is pasted into it. */
async function pasted(script: string): Promise<string> {
  mkdirSync(join(home, 'bin'));
  symlinkSync(join(ROOT, 'dist', 'cli.js'), join(home, 'bin', 'finspace-mcp'));
  const env = { PATH: `${join(home, 'bin')}:${process.env['PATH']}`, HOME: home, LANG: 'C.UTF-8' };
  const shell = spawn('bash', ['--norc'], { cwd: ROOT, env, detached: true });
  onTestFinished(() => {
    try {
      process.kill(-(shell.pid as number), 'SIGKILL');
    } catch {
      // Nothing was left running.
    }
  });
  let out = '';
  shell.stdout.on('data', (chunk) => (out += chunk));
  shell.stderr.resume();
  shell.stdin.end(script);
  await new Promise((resolve) => shell.once('close', resolve));
  return out;
}

describe.skipIf(!has('nginx') || !has('openssl'))('the configurations of nginx', () => {
  const blocks = PAGES.flatMap((page) =>
    Array.from(read(page).matchAll(/^```nginx\n([\s\S]*?)^```/gm), ([, block = '']) => block),
  );
  const [whole = '', affinity = ''] = blocks;
  const server = whole.slice(whole.indexOf('server {'));

  it.each([
    ['in front of one server', whole],
    ['with affinity', `${affinity}${server}`],
  ])('%s passes nginx -t', async (_, block) => {
    const [key, certificate] = [join(home, 'key.pem'), join(home, 'certificate.pem')];
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=finspace.example', '-days', '1'];
    await promisify(execFile)('openssl', [...request, '-keyout', key, '-out', certificate]);
    const here = block
      .replace('/etc/ssl/finspace.example/fullchain.pem', certificate)
      .replace('/etc/ssl/finspace.example/privkey.pem', key)
      .replace('listen 443 ssl', `listen ${await freePort()} ssl`);
    const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${home}/${name};`,
    );
    const config = join(home, 'nginx.conf');
    const main = `pid ${home}/nginx.pid; error_log stderr; events {} http { access_log off; ${folders.join(' ')}\n`;
    writeFileSync(config, `${main}${here}}`);
    const { stderr } = await promisify(execFile)('nginx', ['-t', '-q', '-c', config, '-p', home, '-e', 'stderr']);
    expect(stderr).toBe('');
  });

  it('are all the configurations in the documents', () => expect(blocks).toHaveLength(2));
});
