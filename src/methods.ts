/** The methods of MCP that are answered by code that is loaded on demand. */
export const ON_DEMAND_METHODS = [
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

/** The methods of extensions, which the SDK does not know. The same code answers them. */
export const EXTENSION_METHODS = ['skills/list', 'skills/get', 'tasks/get', 'tasks/update', 'tasks/cancel'] as const;

export type OnDemandMethod = (typeof ON_DEMAND_METHODS | typeof EXTENSION_METHODS)[number];
