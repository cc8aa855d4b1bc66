import * as z from 'zod';
import {
  type Config,
  ConfigError,
  configure,
  FILE_SETTING_NAMES,
  flagOf,
  SETTING_NAMES,
  SETTINGS,
  type SettingName,
  VARIABLE_PREFIX,
  variableOf,
} from './config.ts';
import { isObject } from './is-object.ts';
import { readJsonFile } from './json-file.ts';
import { didYouMean, nearest } from './nearest.ts';

/** What a command is for, and what it accepts: settings, switches of its own, and a word. */
export interface CommandShape {
  readonly summary: string;
  readonly settings: readonly SettingName[];
  readonly switches?: Readonly<Record<string, string>>;
  /** The word that may follow the command besides options, such as `CODE`, or the words of which one may: `show|verify`. */
  readonly word?: string;
  /** Whether the command fails without such a word. */
  readonly requiresWord?: boolean;
}

export interface CommandLine {
  readonly command: string;
  readonly config: Config;
  readonly switches: ReadonlySet<string>;
  readonly word?: string | undefined;
  readonly wants: 'run' | 'help' | 'version';
}

/** The words of which one may follow a command; none if any word may. */
export const wordsOf = ({ word = '' }: CommandShape): string[] => (word.includes('|') ? word.split('|') : []);

type Raw = Partial<Record<SettingName, unknown>>;

/**
 * Reads the command line, the environment and the configuration file; flags override variables, and variables override the file. Of
 * variables and the file, only the settings that the command takes count.
 * Throws ConfigError for what is not valid; for an unknown name, with a similar valid one if there is one.
 */
export function readCommandLine(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  commands: Readonly<Record<string, CommandShape>>,
  defaultCommand: string,
): CommandLine {
  if (argv[0] === 'help') return readCommandLine([...argv.slice(1), '--help'], env, commands, defaultCommand);
  const command = argv[0] !== undefined && !argv[0].startsWith('-') ? argv[0] : defaultCommand;
  const shape = Object.hasOwn(commands, command) ? commands[command] : undefined;
  if (shape === undefined)
    throw new ConfigError(`unknown command ${quoted(command)}${suggestion(command, Object.keys(commands))}`);
  const rest = argv[0] === command ? argv.slice(1) : argv;
  const { flags, switches, word } = readFlags(rest, shape);
  for (const wants of ['help', 'version'] as const)
    if (switches.has(wants)) return { command, config: configure({}, env), switches, wants };
  checkWord(command, shape, word);
  const variables = fromEnvironment(env);
  const takesConfigFile = shape.settings.includes('config');
  const file = takesConfigFile ? ((flags.config ?? variables.config) as string | undefined) : undefined;
  const given: Raw = { ...(file === undefined ? {} : fromFile(file)), ...variables, ...flags };
  const config = configure(Object.fromEntries(shape.settings.map((name) => [name, given[name]])), env);
  return { command, config, switches, word, wants: 'run' };
}

/** Throws ConfigError for a word that a command does not accept, and for a required one that is missing. */
function checkWord(command: string, shape: CommandShape, given: string | undefined): void {
  const words = wordsOf(shape);
  const isAccepted = given === undefined ? shape.requiresWord !== true : words.length === 0 || words.includes(given);
  if (isAccepted) return;
  const choice = new Intl.ListFormat('en', { type: 'disjunction' }).format(words);
  const text = given === undefined ? `needs ${choice}` : `expects ${choice}, not ${quoted(given)}`;
  throw new ConfigError(`${command}: ${text}`);
}

function readFlags(rest: readonly string[], { settings, switches = {}, word: expected }: CommandShape) {
  const byFlag = new Map(settings.map((name) => [flagOf(name), name]));
  const switchNames = new Set(['help', 'version', ...Object.keys(switches)]);
  const flags: Raw = {};
  const set = (name: SettingName, value: unknown) => {
    if (isList(name) && Object.hasOwn(flags, name))
      throw new ConfigError(`${flagOf(name)}: is given twice; separate its values with commas`);
    flags[name] = value;
  };
  const found = new Set<string>();
  let given: string | undefined;
  for (let at = 0; at < rest.length; at += 1) {
    const [flag = '', ...inline] = (rest[at] as string).split('=');
    const name = byFlag.get(flag);
    if (flag === '-h' || flag === '-v') found.add(flag === '-h' ? 'help' : 'version');
    else if (flag.startsWith('--') && switchNames.has(flag.slice(2))) {
      if (inline.length > 0) throw new ConfigError(`${flag}: takes no value`);
      found.add(flag.slice(2));
    } else if (expected !== undefined && given === undefined && /^\w/.test(flag)) given = rest[at];
    else if (name === undefined)
      throw new ConfigError(
        flag.startsWith('-')
          ? `unknown option ${quoted(flag)}${suggestion(flag, [...byFlag.keys(), ...[...switchNames].map((each) => `--${each}`)])}`
          : `unexpected argument ${quoted(rest[at] as string)}: options begin with --; see --help`,
      );
    else if (inline.length > 0) set(name, fromText(name, inline.join('=')));
    else if (isBoolean(name)) set(name, true);
    else {
      at += 1;
      const value = rest[at];
      if (value === undefined || value.startsWith('--')) throw new ConfigError(`${flag}: needs a value`);
      set(name, fromText(name, value));
    }
  }
  return { flags, switches: found, word: given };
}

/** Throws ConfigError for a variable that looks like a mistyped setting; others, such as those of Kubernetes, are ignored. */
function fromEnvironment(env: NodeJS.ProcessEnv): Raw {
  // In any letter case, because Windows ignores the case of names.
  const variables = Object.keys(env).filter((variable) => variable.toUpperCase().startsWith(VARIABLE_PREFIX));
  if (variables.length === 0) return {};
  if (env[`${VARIABLE_PREFIX}REDIS`])
    throw new ConfigError(
      'FINSPACE_MCP_REDIS is set: servers share a PostgreSQL database instead, with --store (docs/deploy.md)',
    );
  const settings = new Map(SETTING_NAMES.map((name) => [variableOf(name), name]));
  for (const variable of variables) if (!settings.has(variable)) requireNoTypo(variable, [...settings.keys()]);
  const set = [...settings].filter(([variable]) => (env[variable] ?? '') !== '');
  return Object.fromEntries(set.map(([variable, name]) => [name, fromText(name, env[variable] as string)]));
}

function requireNoTypo(variable: string, known: readonly string[]): void {
  if (!variable.startsWith(VARIABLE_PREFIX)) return;
  // Without the prefix, which would make unlike names look alike.
  const suffixOf = (name: string) => name.slice(VARIABLE_PREFIX.length);
  const suffix = nearest(suffixOf(variable), known.map(suffixOf));
  if (suffix !== undefined)
    throw new ConfigError(`unknown variable ${variable}; did you mean ${VARIABLE_PREFIX}${suffix}?`);
}

function fromFile(path: string): Raw {
  const content = readJsonFile(path, (why) => new ConfigError(`${flagOf('config')}: ${path} ${why}`));
  if (!isObject(content)) throw new ConfigError(`${flagOf('config')}: ${path} is not a JSON object`);
  const { $schema: _schema, ...settings } = content;
  if (Object.hasOwn(settings, 'config'))
    throw new ConfigError(`${path}: a configuration file cannot name another one (config)`);
  const unknown = Object.keys(settings).find((key) => !Object.hasOwn(SETTINGS, key));
  if (unknown !== undefined)
    throw new ConfigError(`${path}: unknown setting ${quoted(unknown)}${suggestion(unknown, FILE_SETTING_NAMES)}`);
  return settings;
}

const schemaOf = (name: SettingName): z.ZodType => {
  let schema: z.ZodType = SETTINGS[name];
  while (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) schema = schema.unwrap() as z.ZodType;
  return schema;
};
const isBoolean = (name: SettingName) => schemaOf(name) instanceof z.ZodBoolean;
/** Whether a setting is written as words with commas between them. */
export const isList = (name: SettingName) =>
  schemaOf(name) instanceof z.ZodArray || schemaOf(name) instanceof z.ZodUnion;

/** Converts text to the kind of value that a setting has; the schema rejects what does not fit. */
function fromText(name: SettingName, text: string): unknown {
  const schema = schemaOf(name);
  if (schema instanceof z.ZodBoolean) return { true: true, '1': true, false: false, '0': false }[text] ?? text;
  if (schema instanceof z.ZodNumber) return /^-?\d+$/.test(text) ? Number(text) : text;
  if (schema instanceof z.ZodUnion && text === 'none') return text;
  if (isList(name)) return text.split(',').map((item) => item.trim());
  return text;
}

const quoted = (text: string) => JSON.stringify(text.slice(0, 100));

const suggestion = (text: string, known: readonly string[]) => didYouMean(text, known, { otherwise: '; see --help' });
