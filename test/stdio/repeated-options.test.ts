import { describe, expect, it } from 'vitest';
import { readCommandLine } from '../../src/command-line.ts';
import { COMMANDS } from '../../src/commands/index.ts';

const read = (...argv: string[]) => readCommandLine(argv, {}, COMMANDS, 'stdio').config;

describe('an option that is given twice', () => {
  it.each([
    [['--deny', 'delete_kx_cluster', '--deny', 'delete_kx_database']],
    [['--environments=abc', '--environments', 'def']],
    [['--approve', 'create', '--approve', 'none']],
  ])('is refused if it takes a list, because the first list may be a restriction: %j', (argv) => {
    const [flag = ''] = (argv[0] as string).split('=');
    expect(() => read(...argv)).toThrow(`${flag}: is given twice; separate its values with commas`);
  });

  it('has its last value if it can only have one', () => {
    expect(read('--region', 'us-east-1', '--region', 'us-west-2').region).toBe('us-west-2');
  });
});

it('says that an option takes no value', () => {
  expect(() => read('world', 'reset', '--yes=true')).toThrow('--yes: takes no value');
});
