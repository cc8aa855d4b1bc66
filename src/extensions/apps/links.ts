import type { ClientCapabilities } from '@modelcontextprotocol/server';
import { operationOf } from '../../operations/naming.ts';
import { operationOutlines } from '../../operations/outline.ts';
import { POLICY } from '../../safety/policy.ts';
import type { ListedTool } from '../../tools/describe.ts';
import { extensionOf } from '../capabilities.ts';

/** The media type of a page that a host shows. */
export const APP_TYPE = 'text/html;profile=mcp-app';

/** The pages, by what they show. */
export const APPS = {
  topology: 'ui://finspace-mcp/topology.html',
  plan: 'ui://finspace-mcp/plan.html',
} as const;

/** The tools with links to the pages that show their results, if the client shows such pages; otherwise the tools as they are. */
export function withApps(tools: readonly ListedTool[], declared: ClientCapabilities | undefined): ListedTool[] {
  if (!showsApps(declared)) return [...tools];
  return tools.map((tool) => {
    const uri = pageOf(tool.name);
    // The second member is the form for hosts that are older than the extension.
    return uri === undefined ? tool : { ...tool, _meta: { ui: { resourceUri: uri }, 'ui/resourceUri': uri } };
  });
}

function showsApps(declared: ClientCapabilities | undefined): boolean {
  const { mimeTypes } = (extensionOf(declared, 'io.modelcontextprotocol/ui') ?? {}) as { readonly mimeTypes?: unknown };
  return Array.isArray(mimeTypes) && mimeTypes.includes(APP_TYPE);
}

const PAGE_BY_TOOL: Readonly<Record<string, string>> = {
  describe_kx_environment: APPS.topology,
  plan_change: APPS.plan,
  tear_down_kx_environment: APPS.plan,
};

function pageOf(tool: string): string | undefined {
  const operation = operationOf(tool);
  return operation !== undefined && POLICY[operationOutlines()[operation].risk].needsApproval
    ? APPS.plan
    : PAGE_BY_TOOL[tool];
}
