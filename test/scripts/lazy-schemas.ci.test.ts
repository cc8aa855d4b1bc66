import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod/v4';
import { BUNDLE } from '../../scripts/bundle.ts';
import { lazySchemas } from '../../scripts/lazy-schemas.ts';

const sdk = dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/server'));
const folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-lazy-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Verdict {
  readonly ok: boolean;
}
interface Codec {
  validateRequest(method: string, raw: unknown): Verdict;
  validateResult(method: string, raw: unknown): Verdict;
  validateNotification(method: string, raw: unknown): Verdict;
  validateInputRequest(method: string, raw: unknown): Verdict;
  validateInputResponse(method: string, raw: unknown): Verdict;
}
interface Sdk {
  readonly specTypeSchemas: Readonly<Record<string, z.ZodType>>;
  readonly codecForVersion: (version: string) => Codec;
}

/** The SDK with its schemas and its codecs, which it does not export. */
async function bundled(name: string, plugins: Plugin[]): Promise<Sdk> {
  const outfile = join(folder, `${name}.mjs`);
  const contents = `export { S as specTypeSchemas, ct as codecForVersion } from './src-DdvbAHrR.mjs';`;
  await build({ ...BUNDLE, stdin: { contents, resolveDir: sdk }, outfile, plugins });
  return import(pathToFileURL(outfile).href) as Promise<Sdk>;
}

const METHODS = [
  ...['ping', 'initialize', 'server/discover', 'completion/complete', 'logging/setLevel', 'subscriptions/listen'],
  ...['prompts/get', 'prompts/list', 'tools/call', 'tools/list', 'roots/list', 'sampling/createMessage'],
  ...['resources/list', 'resources/templates/list', 'resources/read', 'resources/subscribe', 'resources/unsubscribe'],
  ...['tasks/get', 'tasks/result', 'tasks/list', 'tasks/cancel', 'elicitation/create', 'notifications/cancelled'],
  ...['notifications/progress', 'notifications/initialized', 'notifications/message', 'notifications/tasks/status'],
  ...['notifications/resources/updated', 'notifications/resources/list_changed', 'notifications/elicitation/complete'],
  ...['notifications/tools/list_changed', 'notifications/prompts/list_changed', 'notifications/roots/list_changed'],
  ...['notifications/subscriptions/acknowledged', 'unknown/method'],
];
const CHECKS = [
  'validateRequest',
  'validateResult',
  'validateNotification',
  'validateInputRequest',
  'validateInputResponse',
] as const;

describe('the lazy schemas of the build', () => {
  let lazy: Sdk;
  let published: Sdk;
  beforeAll(async () => {
    [lazy, published] = await Promise.all([bundled('lazy', [lazySchemas()]), bundled('published', [])]);
  });

  test('describe the same types as the published ones', () => {
    const described = ({ specTypeSchemas }: Sdk) =>
      Object.entries(specTypeSchemas).map(([name, schema]) => [
        name,
        z.toJSONSchema(schema, { unrepresentable: 'any' }),
      ]);
    expect(described(lazy).length).toBeGreaterThan(150);
    expect(described(lazy)).toEqual(described(published));
  });

  test.each(['2025-11-25', '2026-07-28'])(
    'accept and reject every message of %s as the published ones do',
    (version) => {
      const values = (method: string) => [
        { method },
        { method, params: {} },
        { method, params: { name: 1, uri: 'kdb://x', level: 'info', _meta: { progressToken: true } } },
        { method, params: { _meta: { 'io.modelcontextprotocol/protocolVersion': version } } },
        { content: [{ type: 'text', text: 'x' }, { type: 'unknown' }], tools: [{ name: 'x' }], _meta: 1 },
        { action: 'accept', content: { name: 'prod' } },
        7,
      ];
      const verdicts = (codec: Codec) =>
        METHODS.flatMap((method) => CHECKS.flatMap((check) => values(method).map((raw) => codec[check](method, raw))));
      const expected = verdicts(published.codecForVersion(version));
      expect(expected.some(({ ok }) => ok)).toBe(true);
      expect(verdicts(lazy.codecForVersion(version))).toEqual(expected);
    },
  );
});

test('a build with an unknown version of the MCP SDK fails', async () => {
  const attempt = build({
    ...BUNDLE,
    logLevel: 'silent',
    stdin: { contents: `export * from './index.mjs';`, resolveDir: sdk },
    write: false,
    plugins: [lazySchemas({})],
  });
  await expect(attempt).rejects.toThrow(/does not know this version of \w[\w-]*\.mjs/);
});

test('a build without the files that the plugin changes fails', async () => {
  const attempt = build({
    ...BUNDLE,
    logLevel: 'silent',
    stdin: { contents: '' },
    write: false,
    plugins: [lazySchemas()],
  });
  await expect(attempt).rejects.toThrow('does not have its schemas');
});
