import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readCommandLine } from '../../src/command-line.ts';
import { completionScript } from '../../src/commands/completion.ts';
import { COMMANDS, DEFAULT_COMMAND } from '../../src/commands/index.ts';
import { flagOf } from '../../src/config.ts';

const script = (shell: string) => completionScript(COMMANDS, DEFAULT_COMMAND, shell as 'bash');
const isMissing = (shell: string) => spawnSync(shell, ['--version']).error !== undefined;

describe.skipIf(isMissing('bash'))('completion in bash', () => {
  /** The completions of bash for the last of these words. */
  const offered = (...words: string[]) => {
    const line = `${script('bash')}compopt() { :; }
      COMP_WORDS=(finspace-mcp "$@") COMP_CWORD=$#
      _finspace_mcp; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', line, 'bash', ...words], { encoding: 'utf8' });
    expect(stderr).toBe('');
    return stdout.split('\n').filter(Boolean);
  };

  it('offers the commands first', () => expect(offered('')).toEqual(Object.keys(COMMANDS)));
  it('offers the options of the command', () => {
    const { settings, switches = {} } = COMMANDS['approve'] as (typeof COMMANDS)[string];
    const flags = [...settings.map(flagOf), ...Object.keys(switches).map((name) => `--${name}`), '--help'];
    expect(offered('approve', '--').sort()).toEqual(flags.sort());
    expect(offered('approve', '--dis')).toEqual(['--distrust-forms']);
  });
  it('offers the options of the default command if none is named', () => {
    expect(offered('--cata')).toEqual(['--catalog']);
    expect(offered('--port')).toEqual([]);
  });
  it('offers the values of an option', () => {
    expect(offered('http', '--lifecycle', '')).toEqual(['realistic', 'fast', 'instant']);
    expect(offered('--approve', 'no')).toEqual(['none']);
    expect(offered('http', '--port', '')).toEqual([]);
  });
  it('offers the next value of a list', () => {
    expect(offered('--approve', 'create,de')).toEqual(['create,destroy']);
    expect(offered('--lifecycle', 'fast,')).toEqual([]);
  });
  it('offers the actions of a command', () => expect(offered('journal', 'v')).toEqual(['verify']));
  it('offers files', () => expect(offered('--config', 'package.js')).toEqual(['package.json']));
});

describe.each(['zsh', 'fish'])('completion in %s', (shell) => {
  it.skipIf(isMissing(shell))('is a script that the shell understands', () => {
    const folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-completion-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'script'), script(shell));
    const { stderr, status } = spawnSync(shell, ['-n', join(folder, 'script')], { encoding: 'utf8' });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  });
});

it('requires the name of a shell', () => {
  const read = (...words: string[]) => readCommandLine(['completion', ...words], {}, COMMANDS, DEFAULT_COMMAND);
  expect(() => read()).toThrow('completion: needs bash, zsh, or fish');
  expect(() => read('tcsh')).toThrow('completion: expects bash, zsh, or fish, not "tcsh"');
});
