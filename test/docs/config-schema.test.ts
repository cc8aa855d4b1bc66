import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONFIG_SCHEMA, configSchema } from '../../scripts/config-schema.ts';
import { readCommandLine } from '../../src/command-line.ts';
import { COMMANDS } from '../../src/commands/index.ts';
import { ConfigError, FILE_SETTING_NAMES } from '../../src/config.ts';

describe('config.schema.json', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-schema-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const validate = new Ajv({ formats: { uri: true } }).compile(JSON.parse(configSchema()));

  it('matches the settings (npm run docs)', () => {
    expect(readFileSync(CONFIG_SCHEMA, 'utf8')).toBe(configSchema());
    expect(Object.keys(JSON.parse(configSchema()).properties)).toEqual(['$schema', ...FILE_SETTING_NAMES]);
  });

  it('accepts the example of a configuration file in docs/configuration.md', () => {
    const text = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
    const [, example = ''] = /^```json\n([\s\S]*?)^```/m.exec(text) ?? [];
    expect(validate(JSON.parse(example)), JSON.stringify(validate.errors)).toBe(true);
  });

  it.each([
    { config: 'more.json' },
    { readonly: true },
    { port: 70_000 },
    { lifecycle: 'quick' },
    { toolsets: 'kx-cluster' },
  ])('rejects %j', (file) => {
    expect(validate(file)).toBe(false);
  });

  it('can be named in the configuration file itself', () => {
    const file = join(folder, 'finspace-mcp.json');
    writeFileSync(file, JSON.stringify({ $schema: './config.schema.json', toolsets: ['kx-user'] }));
    const { config } = readCommandLine(['--config', file], {}, COMMANDS, 'stdio');
    expect(config.toolsets).toEqual(['kx-user']);
  });

  it('agrees with the server, which rejects a configuration file that names another one', () => {
    const file = join(folder, 'finspace-mcp.json');
    writeFileSync(file, JSON.stringify({ config: 'more.json' }));
    expect(() => readCommandLine(['--config', file], {}, COMMANDS, 'stdio')).toThrow(
      new ConfigError(`${file}: a configuration file cannot name another one (config)`),
    );
  });
});
