import type { Caller, Restrictions } from '../safety/policy.ts';
import { describedTools, listedTools } from './list.ts';

interface Listing {
  readonly restrictions: Restrictions;
  readonly catalog: 'tools' | 'search';
}

/** What an agent has to know about the tools that a text names: how it runs them if they are not listed, and which are not offered. */
export const toolsNote =
  ({ restrictions, catalog }: Listing, caller: Caller) =>
  (text: string): string => {
    const offered = new Set(listedTools(restrictions, caller).map(({ name }) => name));
    const missing = describedTools()
      .map(({ name }) => name)
      .filter((name) => !offered.has(name) && text.includes(quoted(name)));
    return [
      ...(catalog === 'search' ? [FINDING_TOOLS] : []),
      ...(missing.length > 0 ? [`This server does not offer ${missing.map(quoted).join(', ')}. ${SAY_FIRST}`] : []),
    ].join('\n');
  };

const FINDING_TOOLS = 'Tools are found with find_tools and run with call_read_tool or call_write_tool.';
const SAY_FIRST = 'Before you start, tell the person which steps are therefore impossible.';
/** A tool as texts for agents name it. */
const quoted = (name: string) => `\`${name}\``;
