/** The MCP methods that are answered by code that is loaded on demand; all others are answered from the start. */
export const ON_DEMAND = [
  'tools/call',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'prompts/list',
  'prompts/get',
  'completion/complete',
] as const;

/** The methods of extensions, which the SDK does not know. They are answered on demand, too. */
export const OF_EXTENSIONS = ['skills/list', 'skills/get', 'tasks/get', 'tasks/update', 'tasks/cancel'] as const;

export type OnDemandMethod = (typeof ON_DEMAND | typeof OF_EXTENSIONS)[number];
