import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { flagOf, SETTING_NAMES, SETTINGS, variableOf } from '../src/config.ts';
import { OPERATION_NAMES, operationNamed } from '../src/operations/index.ts';
import { toolName } from '../src/operations/naming.ts';
import { POLICY } from '../src/safety/policy.ts';

export const README = fileURLToPath(new URL('../README.md', import.meta.url));

/** The README with its generated tables made anew: `<!-- tools -->` and `<!-- settings -->`, each up to its `<!-- end -->`. */
export function withTables(readme: string): string {
  const tables: Record<string, string> = { tools: toolsTable(), settings: settingsTable() };
  return readme.replaceAll(/<!-- (tools|settings) -->[\s\S]*?<!-- end -->/g, (_, name: string) => {
    return `<!-- ${name} -->\n\n${tables[name]}\n\n<!-- end -->`;
  });
}

function toolsTable(): string {
  const rows = OPERATION_NAMES.map((name) => {
    const { entity, risk, summary } = operationNamed(name);
    return `| ${entity} | \`${toolName(name)}\` | ${POLICY[risk].asks ? `**${risk}**` : risk} | ${cell(summary)} |`;
  });
  return ['| toolset | tool | risk | what it does |', '|---|---|---|---|', ...rows].join('\n');
}

function settingsTable(): string {
  const rows = SETTING_NAMES.map((name) => {
    const schema: z.ZodType = SETTINGS[name];
    const standard =
      schema instanceof z.ZodDefault ? `\`${JSON.stringify(schema.def.defaultValue).replaceAll('"', '')}\`` : '';
    return `| \`${flagOf(name)}\` | \`${variableOf(name)}\` | \`${name}\` | ${standard} | ${cell(schema.description ?? '')} |`;
  });
  return ['| flag | variable | in the file | default | what it does |', '|---|---|---|---|---|', ...rows].join('\n');
}

const cell = (text: string) => text.replaceAll('|', '\\|');

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(README, withTables(readFileSync(README, 'utf8')));
