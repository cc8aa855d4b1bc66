import { homedir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { definitionList } from '../../src/commands/definition-list.ts';
import { helpText, PLACEHOLDERS } from '../../src/commands/help.ts';
import { COMMANDS } from '../../src/commands/index.ts';
import { SETTING_NAMES } from '../../src/config.ts';

const help = (command: string, columns?: number) =>
  helpText({ command, commands: COMMANDS, isGeneral: command === 'stdio', env: { HOME: homedir() }, columns });
const lineOf = (text: string, flag: string) => text.split('\n').find((line) => line.startsWith(`  ${flag}`)) ?? '';

describe('the command-line help', () => {
  it('shows a placeholder for every value, and none for switches', () => {
    const text = ['stdio', 'http', 'local'].map((command) => help(command)).join('');
    expect(text).not.toContain('VALUE');
    expect(lineOf(text, '--state-dir')).toMatch(/^ {2}--state-dir DIR /);
    expect(lineOf(text, '--call-timeout')).toMatch(/^ {2}--call-timeout MS .*\(default 30000\)$/);
    expect(lineOf(text, '--read-only')).toMatch(/^ {2}--read-only {2}/);
    expect(lineOf(text, '--access-log')).toMatch(/^ {2}--access-log\[=false\] {2}.*\(default true\)$/);
    expect(
      Object.values(PLACEHOLDERS)
        .flat()
        .filter((name) => !SETTING_NAMES.includes(name)),
    ).toEqual([]);
  });

  it('shows defaults with their paths, and the port of each command', () => {
    const folder = lineOf(help('stdio'), '--state-dir');
    const path = /\(default (.+)\)$/.exec(folder)?.[1] ?? '';
    expect(path).toContain('finspace-mcp');
    expect(lineOf(help('stdio'), '--state FILE')).toContain(
      '(default world.db in --state-dir or, with --store, its database)',
    );
    expect(lineOf(help('http'), '--port PORT')).toContain('(default 8080)');
    expect(lineOf(help('local'), '--port PORT')).toContain('(default 4566)');
  });

  it('says which options come from the command line only, and omits an empty list of options', () => {
    expect(help('tools')).toMatch(
      /^Each option except --json and --tokens can also .* \(FINSPACE_MCP_READ_ONLY for --read-only\)/m,
    );
    expect(help('completion')).not.toContain('Options:');
    expect(help('completion')).not.toContain('Each option');
  });

  it('shows brackets around the word of a command only if it may be omitted', () => {
    expect(help('completion')).toContain('Usage: finspace-mcp completion bash|zsh|fish\n');
    expect(help('world')).toContain('Usage: finspace-mcp world [list|export|import|reset] [options]\n');
  });

  it('shows the values of --approve', () => {
    expect(lineOf(help('stdio'), '--approve RISK')).toContain(
      '(none, or some of reveal, create, update, disrupt, destroy, network)',
    );
  });

  it.each([40, 60, 80, 120, 200])('fits into %i columns, without losing a word', (columns) => {
    for (const command of Object.keys(COMMANDS)) {
      const wide = help(command, columns)
        .split('\n')
        .filter((line) => line.length > columns);
      expect(wide.filter((line) => line.trim().includes(' '))).toEqual([]);
      const letters = (text: string) => text.replaceAll(/\s/g, '');
      expect(letters(help(command, columns))).toBe(letters(help(command)));
    }
  });
});

describe('a list of labels and texts', () => {
  const rows = [
    ['one', 'first second third fourth fifth sixth seventh eighth'],
    ['twenty', 'short'],
  ] as const;

  it('has one line for each label if no width is known', () => {
    expect(definitionList(rows)).toBe(`  one     ${rows[0][1]}\n  twenty  short\n`);
  });

  it('wraps texts next to their labels, and below them in a narrow terminal', () => {
    expect(definitionList(rows, 52)).toBe(
      '  one     first second third fourth fifth sixth\n              seventh eighth\n  twenty  short\n',
    );
    expect(definitionList(rows, 40)).toBe(
      '  one\n      first second third fourth fifth\n          sixth seventh eighth\n  twenty\n      short\n',
    );
  });
});
