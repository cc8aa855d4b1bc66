import { type Config, ConfigError, isEphemeral } from '../config.ts';
import { refuseSharedStateDir } from '../store/position-file.ts';
import { describedTools } from '../tools/list.ts';
import { suggestTool } from '../tools/suggest.ts';

/** Rejects with an error for people if no server starts with these settings of a backend. Changes nothing. */
export async function checkSettings(config: Config): Promise<void> {
  const { stateDir, store, target, deny, approve, faults } = config;
  checkDenied(deny);
  if (isEphemeral(config)) {
    if (store !== undefined)
      throw new ConfigError(
        `--store: replicas cannot share a world in memory${target === undefined ? '' : ` (named target ${target})`}; name its file with --state, or another backend`,
      );
  } else {
    if (store === undefined) refuseSharedStateDir(stateDir);
    if (approve === 'none' && (await approverKeyIn(stateDir)) !== undefined)
      throw new ConfigError('--approve: none is not allowed with a state directory that has an approver key');
  }
  if (faults !== undefined) (await import('../local/faults/rules.ts')).readFaults(faults);
}

/** Throws `ConfigError` for a --deny that names no tool: a mistake that would go unnoticed. */
export function checkDenied(deny: Config['deny']): void {
  if (deny.length === 0) return;
  const names = describedTools().map(({ name }) => name);
  const unknown = deny.find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new ConfigError(`--deny: there is no tool ${JSON.stringify(unknown)}${suggestTool(unknown, names)}`);
}

const approverKeyIn = async (stateDir: string) => (await import('../safety/approver.ts')).approverKey(stateDir);
