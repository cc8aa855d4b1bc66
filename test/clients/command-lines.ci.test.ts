import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { transform } from 'esbuild';
import { expect, it } from 'vitest';
import { skills } from '../../src/prompts/skills.ts';
import { copySource } from '../package/source-copy.ts';
import { FRESH_WORLD, HOSTS, type Host } from '../support/hosts.ts';
import {
  describeCommandLine,
  documentedCommand,
  documentedPlugin,
  documentedQuestion,
  freshShell,
} from './command-line.ts';
import { GEMINI, MESSAGES, type OfferedTool, RESPONSES } from './model-apis.ts';
import { type ScriptedModel, scriptedModel } from './scripted-model.ts';

const SKILLS = skills().map(({ name }) => name);
const TWO_MINUTES = 120_000;
/** Gemini CLI starts servers only in folders that the person trusts. */
const TRUST = { GEMINI_CLI_TRUST_WORKSPACE: 'true' };

/** Claude Code with a scripted model. */
async function claude() {
  const model = await scriptedModel(MESSAGES);
  const quiet = { DISABLE_TELEMETRY: '1', DISABLE_AUTOUPDATER: '1', CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1' };
  const api = { ANTHROPIC_BASE_URL: model.url, ANTHROPIC_API_KEY: 'none', ENABLE_TOOL_SEARCH: 'false' };
  return { model, ...freshShell(model, { ...quiet, ...api }) };
}

/** Codex with a scripted model. */
async function codex() {
  const model = await scriptedModel(RESPONSES);
  const shell = freshShell(model, { KEY: 'none' });
  const provider = `{ name = "scripted", base_url = "${model.url}/v1", wire_api = "responses", env_key = "KEY" }`;
  mkdirSync(join(shell.home, '.codex'));
  const quiet = 'check_for_update_on_startup = false\nanalytics.enabled = false\nfeatures.plugins = false\n';
  const config = `model_provider = "scripted"\nmodel_providers.scripted = ${provider}\n${quiet}`;
  writeFileSync(join(shell.home, '.codex/config.toml'), config);
  return { model, ...shell };
}

/** Gemini CLI with a scripted model. */
async function gemini() {
  const model = await scriptedModel(GEMINI);
  const shell = freshShell(model, { GEMINI_API_KEY: 'none', GOOGLE_GEMINI_BASE_URL: model.url });
  mkdirSync(join(shell.home, '.gemini'));
  const settings = {
    security: { auth: { selectedType: 'gemini-api-key' } },
    privacy: { usageStatisticsEnabled: false },
    general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
  };
  writeFileSync(join(shell.home, '.gemini/settings.json'), JSON.stringify(settings));
  return { model, ...shell };
}

/** The folder that a person gets by cloning the repository. */
function clone(home: string): string {
  const folder = join(home, 'clone');
  copySource(folder);
  rmSync(join(folder, 'node_modules'));
  return folder;
}

/** The tools that the server lists to a client of an SDK. */
async function listed(): Promise<string[]> {
  const session = await (HOSTS[0] as Host).connect(FRESH_WORLD);
  const { tools } = await session.listTools();
  await session.close();
  return tools.map(({ name }) => name).sort();
}

const names = (tools: readonly OfferedTool[]) => tools.map(({ name }) => name).sort();

/** The model got every tool, called one, and the person reads what the server answered. */
async function expectFirstAnswer(model: ScriptedModel, printed: string) {
  expect(names(model.tools())).toEqual(await listed());
  expect(model.result()).toContain('hdb-equities-b');
  expect(printed).toContain('The server says: ');
  expect(printed).toContain('hdb-equities-b');
  expect(model.elsewhere).toEqual([]);
}

function expectValidSchemas({ tools }: ScriptedModel) {
  const ajv = new Ajv2020({ strict: false });
  for (const { name, schema } of tools()) {
    expect(schema, name).toMatchObject({ type: 'object' });
    expect(ajv.validateSchema(schema as object), `${name}: ${ajv.errorsText(ajv.errors)}`).toBe(true);
  }
}

describeCommandLine('Claude Code', { timeout: 480_000 }, () => {
  it('gets from the documented command to a first answer in two minutes', async () => {
    const { model, run } = await claude();
    const begun = performance.now();
    await run(documentedCommand('claude'));
    expect(await run('claude mcp list')).toMatch(/^finspace: .*Connected$/m);
    const printed = await run(documentedQuestion('claude'));
    expect(performance.now() - begun).toBeLessThan(TWO_MINUTES);
    await expectFirstAnswer(model, printed);
    expectValidSchemas(model);
  });

  it('loads the plugin, with its skills and its server', async () => {
    const { model, home, run } = await claude();
    const folder = clone(home);
    for (const manifest of [folder, join(folder, 'skills')])
      expect(await run(`claude plugin validate ${manifest}`)).not.toMatch(/warning/i);
    const lines = documentedPlugin('/plugin', folder);
    expect(lines).toHaveLength(2);
    for (const line of lines) await run(line.replace('/', 'claude '));
    const details = await run('claude plugin details finspace-mcp');
    for (const skill of SKILLS) expect(details).toContain(skill);
    expect(await run('claude mcp list')).toMatch(/finspace.*Connected$/m);
    expect(model.elsewhere).toEqual([]);
  });
});

describeCommandLine('Codex', { timeout: 480_000 }, () => {
  it('gets from the documented command to a first answer in two minutes', async () => {
    const { model, run } = await codex();
    const begun = performance.now();
    await run(documentedCommand('codex'));
    expect(await run('codex mcp list')).toMatch(/^finspace .* enabled /m);
    const printed = await run(documentedQuestion('codex'));
    expect(performance.now() - begun).toBeLessThan(TWO_MINUTES);
    await expectFirstAnswer(model, printed);
    for (const { name, schema } of model.tools()) {
      expect(schema, name).toContain(`mcp__finspace__${name}(args: {`);
      await transform(schema as string, { loader: 'ts' });
    }
  });
});

describeCommandLine('Gemini CLI', { timeout: 480_000 }, () => {
  it('gets from the documented command to a first answer in two minutes', async () => {
    const { model, run } = await gemini();
    const begun = performance.now();
    await run(documentedCommand('gemini'));
    expect(await run('gemini mcp list')).toMatch(/finspace: .*Disabled$/m);
    expect(await run('gemini mcp list', TRUST)).toMatch(/finspace: .*Connected$/m);
    const printed = await run(documentedQuestion('gemini'));
    expect(performance.now() - begun).toBeLessThan(TWO_MINUTES);
    await expectFirstAnswer(model, printed);
    expectValidSchemas(model);
  });

  it('loads the extension, with its skills and its server', async () => {
    const { home, run } = await gemini();
    const folder = clone(home);
    await run(`gemini extensions validate ${folder}`);
    const lines = documentedPlugin('gemini extensions install', folder);
    expect(lines).toHaveLength(1);
    for (const line of lines) await run(`${line} --consent --skip-settings`, TRUST);
    expect(await run('gemini mcp list', TRUST)).toMatch(/finspace.*Connected$/m);
    const printed = await run('gemini skills list', TRUST);
    for (const skill of SKILLS) expect(printed).toContain(skill);
  });
});
