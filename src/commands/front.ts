import type { Front } from '../answers.ts';
import { type Config, ConfigError } from '../config.ts';
import { describedTools } from '../tools/list.ts';
import { suggestTool } from '../tools/suggest.ts';
import { placeOf } from './place.ts';

/** What a client is shown before it calls anything. Throws `ConfigError` for a --deny that names no tool. */
export function frontOf(config: Config): Front {
  const { readOnly, toolsets, deny, approve, environments, catalog, outputSchemas } = config;
  checkDenied(deny);
  return {
    place: placeOf(config),
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
