import type { CommandLine } from '../command-line.ts';
import { COMMANDS, DEFAULT_COMMAND } from './index.ts';
import { stdio } from './stdio.ts';

/** Runs a command. All but the one that clients start are loaded on demand. */
export async function run({ command, config, switches, word }: CommandLine): Promise<void> {
  if (command === 'stdio') return stdio(config);
  if (command === 'http') return (await import('./http.ts')).http(config);
  if (command === 'local') return (await import('./local.ts')).local(config);
  if (command === 'world') return (await import('./world.ts')).world(config, switches, word);
  if (command === 'approve') return (await import('./approve.ts')).approve(config, switches, word);
  if (command === 'journal') return (await import('./journal.ts')).journal(config, switches, word);
  if (command === 'store') return (await import('./store.ts')).store(config, switches, word);
  if (command === 'doctor') return (await import('./doctor.ts')).doctor(config, switches);
  if (command === 'completion') return (await import('./completion.ts')).completion(COMMANDS, DEFAULT_COMMAND, word);
  return (await import('./tools.ts')).tools(config, switches);
}
