import { spawn } from 'node:child_process';

/** What `npm run check` runs side by side: types, style, and unused code. */
const COMMANDS = ['tsc', 'biome check', 'knip'];

const exitCodeOf = (command: string) =>
  new Promise<number | null>((resolve, reject) => {
    spawn(command, { shell: true, stdio: 'inherit' }).once('error', reject).once('close', resolve);
  });

const exitCodes = await Promise.all(COMMANDS.map(exitCodeOf));
process.exitCode = exitCodes.every((code) => code === 0) ? 0 : 1;
