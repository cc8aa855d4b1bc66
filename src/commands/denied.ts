import { type Config, ConfigError } from '../config.ts';
import { describedTools } from '../tools/list.ts';
import { suggestTool } from '../tools/suggest.ts';

/** A --deny that names no tool is a mistake that would go unnoticed. */
export function checkDenied(deny: Config['deny']): void {
  const names = describedTools().map(({ name }) => name);
  const unknown = deny.find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new ConfigError(`--deny: there is no tool ${JSON.stringify(unknown)}${suggestTool(unknown, names)}`);
}
