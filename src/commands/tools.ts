import { type Config, ConfigError } from '../config.ts';
import { operationOf } from '../operations/naming.ts';
import { terminalColumns, writeOut } from '../output.ts';
import { LOCAL_CALLER } from '../safety/policy.ts';
import { withOutputSchema } from '../tools/describe.ts';
import { offeredTools } from '../tools/list.ts';
import { searchTools } from '../tools/search/index.ts';
import { checkDenied } from './check-settings.ts';
import { definitionList } from './definition-list.ts';

/** `finspace-mcp tools`: what a client would see, as a table, as JSON, or as the number of tokens. */
export async function tools(
  { readOnly, toolsets, deny, environments, approve, catalog, outputSchemas }: Config,
  switches: ReadonlySet<string>,
): Promise<void> {
  checkDenied(deny);
  const restrictions = { readOnly, toolsets, deny, environments, approve };
  const offered =
    catalog === 'search'
      ? searchTools({ restrictions, caller: LOCAL_CALLER })
      : offeredTools(restrictions, LOCAL_CALLER).map((tool) => (outputSchemas ? withOutputSchema(tool) : tool));
  if (switches.has('json')) writeOut(`${JSON.stringify({ tools: offered }, null, 2)}\n`);
  else if (switches.has('tokens')) writeOut(await tokenTable(offered));
  else writeOut(toolList(offered));
}

/** One line per tool for other programs; on a terminal, folded. */
function toolList(offered: readonly { name: string; description?: string | undefined }[]): string {
  const rows = offered.map(({ name, description = '' }) => [name, description] as const);
  if (process.stdout.isTTY) return definitionList(rows, terminalColumns());
  return rows.map(([name, description]) => `${name.padEnd(38)}${description}\n`).join('');
}

async function tokenTable(offered: readonly { name: string }[]): Promise<string> {
  const { countTokens } = await tokenizer();
  const rows = offered.map((tool) => [countTokens(JSON.stringify(tool)), tool.name] as const);
  const table = [...rows].sort(([a], [b]) => b - a).map(([tokens, name]) => `${String(tokens).padStart(6)}  ${name}\n`);
  const total = (label: string, tools: readonly object[]) =>
    `${String(countTokens(JSON.stringify({ tools }))).padStart(6)}  tools/list of ${label}: ${tools.length} tools (o200k)\n`;
  const operations = offered.filter(({ name }) => operationOf(name) !== undefined);
  return [...table, total('the operations', operations), total('everything', offered)].join('');
}

/** The package has 30 MB and serves one switch: a clone has it for tests, an installation does not include it. */
const tokenizer = () =>
  import('gpt-tokenizer/encoding/o200k_base').catch(() => {
    throw new ConfigError(
      '--tokens: needs the package gpt-tokenizer, which is not installed (npm install gpt-tokenizer)',
    );
  });
