import * as z from 'zod';
import { operationNamed } from '../../operations/index.ts';
import { operationOf } from '../../operations/naming.ts';
import { lazy } from '../../operations/operation.ts';
import { quoteUntrusted } from '../../untrusted.ts';
import { explainProblems, NO_SUCH_ARGUMENT, parseArguments } from '../arguments.ts';
import { callTool } from '../call.ts';
import { compositeNamed } from '../composites.ts';
import {
  type CompositeTool,
  compositeTool,
  type Exchange,
  type ToolDependencies,
  type ToolResult,
} from '../dependencies.ts';
import { describeComposite, type ListedTool } from '../describe.ts';
import { describedTools, listedTools } from '../list.ts';
import { refused, structured, wrongArguments } from '../result.ts';
import { suggestTool } from '../suggest.ts';
import { rankTools } from './rank.ts';

const MAX_FOUND = 6;
/** The subjects of tools, by a word in their names. */
const SUBJECTS = [
  ['environment', 'environments'],
  ['cluster', 'clusters and their nodes'],
  ['database', 'databases'],
  ['changeset', 'changesets (loads)'],
  ['dataview', 'dataviews'],
  ['scaling_group', 'scaling groups'],
  ['volume', 'volumes'],
  ['user', 'users'],
  ['tag', 'tags'],
  ['problem', 'problems'],
  ['depends', 'dependencies'],
] as const;

const dispatcherInput = () =>
  z.strictObject({
    tool: z.string().min(1).max(64).describe('Name from find_tools'),
    arguments: z.looseObject({}).optional().describe('As its inputSchema says'),
  });

type Offering = Pick<ToolDependencies, 'restrictions' | 'caller'>;
const listed = ({ restrictions, caller }: Offering) => listedTools(restrictions, caller);

function withKeywords(tool: ListedTool) {
  const operation = operationOf(tool.name);
  const declared = operation === undefined ? compositeNamed(tool.name) : operationNamed(operation);
  const deprecated = operation !== undefined && operationNamed(operation).deprecated === true;
  return { ...tool, keywords: declared?.keywords ?? '', deprecated };
}

/** Runs another tool with all its checks and its approval, exactly as if it had been called directly. */
function dispatcher(allowed: 'reads' | 'all'): CompositeTool['run'] {
  return async (deps, input, exchange) => {
    const { tool, arguments: given = {} } = input as { tool: string; arguments?: Record<string, unknown> };
    if (SEARCH_TOOLS.some(({ name }) => name === tool)) return refused(`Call ${tool} directly.`);
    const names = describedTools().map(({ name }) => name);
    if (!names.includes(tool))
      return refused(
        `There is no tool ${quoteUntrusted(tool)}${suggestTool(tool, names, '.')} find_tools finds tools.`,
      );
    const offered = listed(deps).find(({ name }) => name === tool);
    if (allowed === 'reads' && offered !== undefined && offered.annotations?.readOnlyHint !== true)
      return refused(`${tool} is not read-only: call it with call_write_tool.`);
    // The call of a tool that is not offered says why.
    return callTool(deps, { name: tool, arguments: given }, exchange);
  };
}

/** The tools of `--catalog search`: one finds the other tools, and two run them. */
const SEARCH_TOOLS: readonly CompositeTool[] = [
  compositeTool({
    name: 'find_tools',
    title: 'Find tools',
    description:
      'Find tools for kdb environments, clusters, databases, changesets, dataviews, scaling groups, volumes, users ' +
      'and tags, and tools that search all environments or show problems and dependencies. Returns up to six with ' +
      'their input schemas and the tool that runs each.',
    annotations: { readOnlyHint: true },
    input: () => z.strictObject({ query: z.string().min(1).max(500).describe('What you want to do, in a few words') }),
    needs: [],
    run: async (deps, { query }) => {
      const all = listed(deps);
      const found = rankTools(query, all.map(withKeywords)).slice(0, MAX_FOUND);
      const tools = found.map(({ name, description, inputSchema, annotations }) => ({
        name,
        description,
        run: annotations?.readOnlyHint === true ? 'call_read_tool' : 'call_write_tool',
        inputSchema,
      }));
      const subjects = [
        ...new Set(all.flatMap(({ name }) => SUBJECTS.filter(([word]) => name.includes(word)).map(([, noun]) => noun))),
      ];
      return found.length === 0
        ? structured(
            { found: 0, of: all.length, tools },
            `No tool matches these words. Give an action (list, show, create, change, delete) and one of: ${subjects.join(', ')}.`,
          )
        : structured({ found: tools.length, of: all.length, tools });
    },
  }),
  compositeTool({
    name: 'call_read_tool',
    title: 'Run a tool that only reads',
    description: 'Run a read-only tool that find_tools returned.',
    annotations: { readOnlyHint: true },
    input: dispatcherInput,
    needs: [],
    run: dispatcher('reads'),
  }),
  compositeTool({
    name: 'call_write_tool',
    title: 'Run a tool that makes changes',
    description:
      'Run a tool that find_tools returned and that is not read-only: one that creates, changes or deletes something, or ' +
      'returns a credential. A person must approve deletes and network changes.',
    annotations: { destructiveHint: true },
    input: dispatcherInput,
    needs: [],
    run: dispatcher('all'),
  }),
];

const described = lazy((): ListedTool[] => SEARCH_TOOLS.map(describeComposite));

/** The list of tools in search mode; with call_write_tool only if a tool that is not read-only can be found. */
export function searchTools(deps: Offering): ListedTool[] {
  const isReading = ({ annotations }: ListedTool) => annotations?.readOnlyHint === true;
  return listed(deps).every(isReading) ? described().filter(isReading) : described();
}

/** Runs one `tools/call` in search mode. Tools can also be called directly by their names. */
export async function callSearchTool(
  deps: ToolDependencies,
  params: { name: string; arguments?: Record<string, unknown> | undefined },
  exchange: Exchange,
): Promise<ToolResult> {
  const tool = SEARCH_TOOLS.find(({ name }) => name === params.name);
  if (tool === undefined) return callTool(deps, params, exchange);
  const parsed = parseArguments(tool.input(), params.arguments ?? {});
  if ('problems' in parsed) {
    const lookup = { deps, signal: exchange.context.mcpReq.signal };
    const problems = explainProblems(lookup, parsed.problems);
    const isOutside =
      tool.input().shape['tool'] !== undefined && parsed.problems.some(({ says }) => says.startsWith(NO_SUCH_ARGUMENT));
    const hint = isOutside
      ? ['Put the arguments of the tool into arguments: {"tool":"get_kx_cluster","arguments":{…}}.']
      : [];
    return wrongArguments(tool.name, [...problems, ...hint]);
  }
  return tool.run(deps, parsed.input, exchange);
}
