import { type CommandShape, isList, wordsOf } from '../command-line.ts';
import { flagOf, SETTINGS } from '../config.ts';
import { writeOut } from '../output.ts';
import { placeholderOf, valuesOf } from './help.ts';

type Commands = Readonly<Record<string, CommandShape>>;

/** `finspace-mcp completion bash|zsh|fish`: prints a script with which a shell completes commands, options and their values. */
export const completion = (commands: Commands, defaultCommand: string, shell = ''): void =>
  writeOut(completionScript(commands, defaultCommand, shell as Shell));

/** The script for one shell; `defaultCommand` is the one that runs without a name. */
export const completionScript = (commands: Commands, defaultCommand: string, shell: Shell): string =>
  SCRIPTS[shell](Object.entries(commands).map(describeCommand), defaultCommand);

type Shell = keyof typeof SCRIPTS;

interface Option {
  readonly flag: string;
  readonly text: string;
  /** Name of the value; undefined for an option without one. */
  readonly value?: string | undefined;
  readonly choices: readonly string[];
  /** Whether several values may follow each other, with commas between them. */
  readonly isList?: boolean;
}

interface Command {
  readonly name: string;
  readonly text: string;
  readonly options: readonly Option[];
  /** The words that may follow the command besides options, if they are fixed. */
  readonly words: readonly string[];
}

function describeCommand([name, shape]: [string, CommandShape]): Command {
  const { summary, settings, switches = {} } = shape;
  const all = { ...switches, help: 'Show the options' };
  const switchOptions = Object.entries(all).map(([flag, text]) => ({ flag: `--${flag}`, text, choices: [] }));
  const settingOptions = settings.map((setting) => {
    const { isSwitch, choices } = valuesOf(setting);
    const value = isSwitch ? undefined : placeholderOf(setting);
    return {
      flag: flagOf(setting),
      text: SETTINGS[setting].description ?? '',
      value,
      choices,
      isList: isList(setting),
    };
  });
  return {
    name,
    text: summary,
    options: [...switchOptions, ...settingOptions],
    words: wordsOf(shape),
  };
}

const isPath = ({ value = '' }: Option) => /^(?:FILE|DIR|WORLD)$/.test(value);

function bash(commands: readonly Command[], defaultCommand: string): string {
  const options = [...new Map(commands.flatMap((one) => one.options.map((option) => [option.flag, option]))).values()];
  const flags = (test: (option: Option) => boolean) => options.filter(test).map(({ flag }) => flag);
  const completeWord = (words: readonly string[]) => `COMPREPLY=($(compgen -W '${words.join(' ')}' -- "$word"))`;
  const completeItem = (words: readonly string[]) =>
    `COMPREPLY=($(compgen -P "\${word%"\${word##*,}"}" -W '${words.join(' ')}' -- "\${word##*,}"))`;
  const pathFlags = flags(isPath);
  const otherFlags = flags((option) => option.value !== undefined && option.choices.length === 0 && !isPath(option));
  return `_finspace_mcp() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]}
  COMPREPLY=()
  case $before in
${options
  .filter(({ choices }) => choices.length > 0)
  .map(
    ({ flag, choices, isList: hasMany }) =>
      `    ${flag}) ${hasMany ? completeItem(choices) : completeWord(choices)}; return ;;\n`,
  )
  .join('')}    ${pathFlags.join('|')}) compopt -o filenames; COMPREPLY=($(compgen -f -- "$word")); return ;;
    ${otherFlags.join('|')}) return ;;
  esac
  if [ "$COMP_CWORD" -eq 1 ] && [[ $word != -* ]]; then ${completeWord(commands.map(({ name }) => name))}; return; fi
  case $command in
    ${commands.map(({ name }) => name).join('|')}) ;;
    *) command=${defaultCommand} ;;
  esac
  case $command in
${commands.map((one) => `    ${one.name}) ${completeWord([...one.words, ...one.options.map(({ flag }) => flag)])} ;;\n`).join('')}  esac
}
complete -F _finspace_mcp finspace-mcp
`;
}

function zsh(commands: readonly Command[], defaultCommand: string): string {
  const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const escaped = (text: string) => text.replaceAll(/[\\[\]:]/g, '\\$&');
  const action = (option: Option) => {
    const choices = option.choices.join(' ');
    if (option.isList && choices !== '') return `_values -s , ${option.value} ${choices}`;
    if (choices !== '') return `(${choices})`;
    return isPath(option) ? '_files' : '';
  };
  const spec = (option: Option) =>
    quoted(`${option.flag}[${escaped(option.text)}]${option.value ? `:${option.value}:${action(option)}` : ''}`);
  const named = commands.map(({ name, text }) => `    ${quoted(`${name}:${escaped(text)}`)}\n`);
  const cases = commands.map(({ name, options, words }) => {
    const rest = words.length > 0 ? [`'2: :(${words.join(' ')})'`] : [];
    return `    ${name}) _arguments "$skip[@]" ${[...rest, ...options.map(spec)].join(' \\\n      ')} ;;\n`;
  });
  return `#compdef finspace-mcp
_finspace_mcp() {
  local -a commands skip=('1: :')
  local command=$words[2]
  commands=(
${named.join('')}  )
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then _describe command commands; return; fi
  if [[ $command == -* ]]; then command=${defaultCommand} skip=(); fi
  case $command in
${cases.join('')}  esac
}
compdef _finspace_mcp finspace-mcp
`;
}

function fish(commands: readonly Command[], defaultCommand: string): string {
  const quoted = (text: string) => `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
  const line = (condition: string, rest: string) => `complete -c finspace-mcp -n ${quoted(condition)} ${rest}\n`;
  const values = (one: Option) => {
    if (one.value === undefined) return '';
    const choices = one.choices.join(' ');
    if (choices !== '') return `-xa ${quoted(one.isList ? `(__fish_append , ${choices})` : choices)} `;
    return isPath(one) ? '-rF ' : '-x ';
  };
  const option = (condition: string) => (one: Option) =>
    line(condition, `-l ${one.flag.slice(2)} ${values(one)}-d ${quoted(one.text)}`);
  const lines = commands.flatMap(({ name, text, options, words }) => {
    const seen = `__fish_seen_subcommand_from ${name}`;
    return [
      line('__fish_use_subcommand', `-a ${name} -d ${quoted(text)}`),
      ...(words.length > 0 ? [line(seen, `-a ${quoted(words.join(' '))}`)] : []),
      ...options.map(option(seen)),
      ...(name === defaultCommand ? options.map(option('__fish_use_subcommand')) : []),
    ];
  });
  return `complete -c finspace-mcp -f\n${lines.join('')}`;
}

const SCRIPTS = { bash, zsh, fish };
