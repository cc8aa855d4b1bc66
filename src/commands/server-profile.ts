import type { ServerProfile } from '../answers.ts';
import { type Config, ConfigError } from '../config.ts';
import { describedTools } from '../tools/list.ts';
import { suggestTool } from '../tools/suggest.ts';
import { backendLocation } from './backend-location.ts';

/** What a client is shown before it calls anything. Throws `ConfigError` for a --deny that names no tool. */
export function serverProfile(config: Config): ServerProfile {
  const { readOnly, toolsets, deny, approve, environments, catalog, outputSchemas } = config;
  checkDenied(deny);
  return {
    backendLocation: backendLocation(config),
    restrictions: { readOnly, toolsets, deny, approve, environments },
    catalog,
    outputSchemas,
  };
}

/** A --deny that names no tool is a mistake that would go unnoticed. */
function checkDenied(deny: Config['deny']): void {
  const names = describedTools().map(({ name }) => name);
  const unknown = deny.find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new ConfigError(`--deny: there is no tool ${JSON.stringify(unknown)}${suggestTool(unknown, names)}`);
}
