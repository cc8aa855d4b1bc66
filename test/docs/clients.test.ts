import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { INSTALL_COMMANDS, INSTALL_FILES, INSTALL_LINKS, SERVER } from '../../scripts/clients.ts';
import { ENTRIES, NAMING, withHome } from '../../scripts/entries.ts';
import { homeOf, ROOT, readManifest } from '../../scripts/project.ts';
import { SETTING_NAMES, variableOf } from '../../src/config.ts';

const { name, command, args } = SERVER;
const manifest = readManifest();

describe('the links that install the server', () => {
  const decoded = (client: string) => {
    const { searchParams, search } = new URL(INSTALL_LINKS[client] ?? '');
    const config = searchParams.get('config');
    if (config?.startsWith('{')) return { name: searchParams.get('name'), ...JSON.parse(config) };
    if (config) return { name: searchParams.get('name'), ...JSON.parse(Buffer.from(config, 'base64').toString()) };
    if (searchParams.has('cmd'))
      return { name: searchParams.get('id'), command: searchParams.get('cmd'), args: searchParams.getAll('arg') };
    return JSON.parse(decodeURIComponent(search.slice(1)));
  };

  it.each(Object.keys(INSTALL_LINKS))('start the same command in %s', (client) => {
    expect(INSTALL_LINKS[client]).toMatch(/^https:\/\/[^\s()"]+$/);
    expect(decoded(client)).toEqual({ name, command, args });
  });
});

it('every command and file starts the version of this package', () => {
  expect(args.at(-1)).toBe(`${manifest.name}@${manifest.version}`);
  const words = [name, command, ...args];
  for (const line of Object.values(INSTALL_COMMANDS)) expect(words.filter((word) => !line.includes(word))).toEqual([]);
  for (const { content } of INSTALL_FILES)
    expect(words.filter((word) => !JSON.stringify(content).includes(`"${word}"`))).toEqual([]);
});

it.each(Object.entries(ENTRIES))('%s matches the package and its settings (npm run docs)', (path, content) => {
  const text = readFileSync(join(ROOT, path), 'utf8');
  if (typeof content === 'string') expect(text).toBe(content);
  else expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(content)));
});

it('the plugin of Claude Code is a folder without packages, which Claude Code would install with it', () => {
  const { plugins } = JSON.parse(readFileSync(join(ROOT, '.claude-plugin/marketplace.json'), 'utf8'));
  const folders = (plugins as { source: string }[]).map(({ source }) => join(ROOT, source));
  expect(folders).toHaveLength(1);
  for (const folder of folders) {
    expect(existsSync(join(folder, '.claude-plugin/plugin.json'))).toBe(true);
    expect(existsSync(join(folder, 'package.json'))).toBe(false);
  }
});

it.each(NAMING)('%s names the homepage of package.json (npm run docs)', (path) => {
  const text = readFileSync(join(ROOT, path), 'utf8');
  expect(text).toContain(`/${manifest.name}`);
  expect(withHome(text)).toBe(text);
  expect(withHome(text.replaceAll(/owner(?=\/)/gi, 'else'))).toBe(text);
});

describe('server.json', () => {
  /** The rules of the registry that concern an npm package. */
  const Version = z.string().regex(/^\d+\.\d+\.\d+(?:-[\w.-]+)?$/);
  const Variable = z.strictObject({
    name: z.string().regex(/^[A-Z][A-Z0-9_]*$/),
    description: z.string().min(1),
    format: z.enum(['string', 'number', 'boolean', 'filepath']),
    isRequired: z.boolean().optional(),
    isSecret: z.boolean().optional(),
    default: z.string().optional(),
    choices: z.array(z.string()).min(1).optional(),
  });
  const NpmPackage = z.strictObject({
    registryType: z.literal('npm'),
    identifier: z.literal(manifest.name),
    version: Version,
    runtimeHint: z.literal('npx'),
    transport: z.strictObject({ type: z.literal('stdio') }),
    environmentVariables: z.array(Variable),
  });
  const OciPackage = z.strictObject({
    registryType: z.literal('oci'),
    // The registry reads the version from the tag.
    identifier: z.literal(`${homeOf(manifest).image}:${manifest.version}`),
    runtimeHint: z.literal('docker'),
    transport: z.strictObject({ type: z.literal('stdio') }),
    runtimeArguments: z.array(
      z.strictObject({ type: z.literal('named'), name: z.string().regex(/^[^\s<>$]+$/), value: z.string().min(1) }),
    ),
    packageArguments: z.array(z.strictObject({ type: z.literal('positional'), value: z.string().min(1) })),
    environmentVariables: z.array(Variable),
  });
  const Icon = z.strictObject({
    src: z.url({ protocol: /^https$/ }).max(255),
    mimeType: z.enum(['image/png', 'image/jpeg', 'image/svg+xml', 'image/webp']),
    sizes: z.array(z.string().regex(/^\d+x\d+$|^any$/)),
  });
  const Server = z.strictObject({
    $schema: z.literal('https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json'),
    name: z
      .string()
      .max(200)
      .regex(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/),
    title: z.string().min(1).max(100),
    description: z.string().min(1).max(100),
    version: Version,
    repository: z.strictObject({ url: z.url({ protocol: /^https$/ }), source: z.literal('github') }),
    icons: z.array(Icon),
    packages: z.array(z.discriminatedUnion('registryType', [NpmPackage, OciPackage])).min(1),
  });
  const server = Server.parse(JSON.parse(readFileSync(join(ROOT, 'server.json'), 'utf8')));

  it('names the package and version of package.json', () => {
    expect(server.name).toBe(homeOf(manifest).mcpName);
    const versions = server.packages.map((one) => (one.registryType === 'npm' ? one.version : manifest.version));
    expect(new Set([server.version, ...versions])).toEqual(new Set([manifest.version]));
  });

  it('lists only variables of settings', () => {
    const known = SETTING_NAMES.map(variableOf);
    const named = server.packages.flatMap(({ environmentVariables }) => environmentVariables.map((one) => one.name));
    expect(named.filter((variable) => !known.includes(variable))).toEqual([]);
  });
});
