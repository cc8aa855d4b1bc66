import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { flagOf, SETTING_NAMES, SETTINGS, type SettingName } from '../src/config.ts';
import { highestRisk } from '../src/operations/derive.ts';
import { OPERATION_NAMES, type OperationName, operationNamed } from '../src/operations/index.ts';
import { listPrompts } from '../src/prompts/index.ts';
import { POLICY } from '../src/safety/policy.ts';
import { COMPOSITE_TOOLS } from '../src/tools/composites.ts';
import { describeComposite, describeTool } from '../src/tools/describe.ts';
import { DEFAULT_PORTS } from '../src/transports/http/settings.ts';
import { installLine, installSections, settingsFiles } from './clients.ts';
import { layersPicture, withLayers } from './layers.ts';

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The documents with generated parts. */
export const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'docs/clients.md',
  'docs/tools.md',
  'docs/configuration.md',
].map(at);

/** The file with the generated import rules. */
export const LINTER = at('biome.json');

/**
 * A document with its generated parts up to date: from a comment with a name of `PARTS`, such as `<!-- tools -->`, to the next `<!-- end
 * -->`.
 */
export function withParts(text: string): string {
  return text.replaceAll(/<!-- ([a-z ]+) -->[\s\S]*?<!-- end -->/g, (whole, name: string) => {
    const part = PARTS[name];
    return part === undefined ? whole : `<!-- ${name} -->\n\n${part()}\n\n<!-- end -->`;
  });
}

const PARTS: Record<string, () => string> = {
  layers: layersPicture,
  tools: toolsTable,
  'more tools': moreToolsTable,
  prompts: promptsTable,
  settings: settingsTable,
  'settings files': settingsFiles,
  'install links': installLine,
  'install sections': installSections,
};

function toolsTable(): string {
  const rows = OPERATION_NAMES.map((name) => {
    const { name: tool, description } = describeTool(name);
    const { kind } = operationNamed(name);
    return `| ${kind} | \`${tool}\` | ${name} | ${riskCell(name)} | ${cell(description)} |`;
  });
  return ['| toolset | tool | operation | risk | what it does |', '|---|---|---|---|---|', ...rows].join('\n');
}

/** `create, up to **destroy**`: the usual risk, and the highest risk that a call can have; risks that need a person are bold. */
function riskCell(name: OperationName): string {
  const operation = operationNamed(name);
  const risks = [...new Set([operation.risk, highestRisk(operation)])];
  return risks.map((risk) => (POLICY[risk].needsApproval ? `**${risk}**` : risk)).join(', up to ');
}

function moreToolsTable(): string {
  const rows = COMPOSITE_TOOLS.map(describeComposite).map(
    ({ name, description }) => `| \`${name}\` | ${cell(description)} |`,
  );
  return ['| tool | what it does |', '|---|---|', ...rows].join('\n');
}

function promptsTable(): string {
  const rows = listPrompts().map(({ name, description }) => `| \`${name}\` | ${cell(description ?? '')} |`);
  return ['| prompt | what it does |', '|---|---|', ...rows].join('\n');
}

/** Defaults that depend on the platform or the command. */
const DEFAULTS: Partial<Record<SettingName, string>> = {
  stateDir: '[by the platform](#the-state-directory)',
  state: '`world.db` in the state directory or, with `--store`, its database',
  port: `\`${DEFAULT_PORTS.http}\` for http, \`${DEFAULT_PORTS.local}\` for local`,
};

function settingsTable(): string {
  const rows = SETTING_NAMES.map((name) => {
    const schema: z.ZodType = SETTINGS[name];
    const [text = '', defaultText = ''] = (schema.description ?? '').split('; default: ');
    const values = choices(schema).map((value) => `\`${value}\``);
    return `| \`${flagOf(name)}\` | ${values.join(' ')} | ${DEFAULTS[name] ?? (defaultOf(schema) || withCode(defaultText))} | ${withCode(cell(text))} |`;
  });
  return ['| flag | values | default | what it does |', '|---|---|---|---|', ...rows].join('\n');
}

/** The default that a schema contains; an empty list needs no mention. */
function defaultOf(schema: z.ZodType): string {
  const value = schema instanceof z.ZodDefault ? schema.def.defaultValue : [];
  return Array.isArray(value) ? value.join(' ') : `\`${value}\``;
}

/** Marks as code: flags with their values, and a text that is a single word. */
const withCode = (text: string) => text.replaceAll(/^\w+$|--[a-z-]+(?: (?:aws|demo|empty)\b)?/g, '`$&`');

/** The words that a setting may be or contain, if they are fixed. */
function choices(schema: unknown): readonly unknown[] {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) return choices(schema.unwrap());
  if (schema instanceof z.ZodArray) return choices(schema.element);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(choices);
  if (schema instanceof z.ZodLiteral) return [...schema.values];
  return schema instanceof z.ZodEnum ? schema.options : [];
}

const cell = (text: string) => text.replaceAll('|', '\\|');

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const path of DOCUMENTS) writeFileSync(path, withParts(readFileSync(path, 'utf8')));
  writeFileSync(LINTER, withLayers(readFileSync(LINTER, 'utf8')));
}
