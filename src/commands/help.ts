import * as z from 'zod';
import type { CommandShape } from '../command-line.ts';
import { defaultStateDir, flagOf, SETTINGS, type SettingName, variableOf } from '../config.ts';
import { DEFAULT_PORTS } from '../transports/http/settings.ts';
import { definitionList } from './definition-list.ts';
import { foldLine } from './fold.ts';

/** The words that stand for values in the help text, with the settings that have such values. Switches take no value. */
export const PLACEHOLDERS: Readonly<Record<string, readonly SettingName[]>> = {
  ADDRESS: ['host'],
  BYTES: ['maxBody'],
  DIR: ['stateDir'],
  'ENTITY,…': ['toolsets'],
  FILE: ['state', 'faults', 'targets', 'authTokens', 'sealKeys', 'config'],
  FORMAT: ['logFormat'],
  'HOST,…': ['allowedHosts'],
  'ID,…': ['environments'],
  'KEY:SECRET': ['credentials'],
  KIND: ['backend', 'catalog'],
  LEVEL: ['logLevel'],
  LIMITS: ['quotas'],
  MS: ['connectTimeout', 'attemptTimeout', 'callTimeout', 'sessionIdle'],
  N: ['maxAttempts', 'maxInFlight', 'maxSessions', 'rateRead', 'rateWrite', 'rateDestroy'],
  NAME: ['profile', 'target'],
  'ORIGIN,…': ['allowedOrigins'],
  PACE: ['lifecycle'],
  PORT: ['port'],
  REGION: ['region'],
  'RISK,…': ['approve'],
  'TEXT,…': ['authAudience'],
  'TOOL,…': ['deny'],
  URL: ['endpoint', 'publicUrl', 'authIssuer', 'authJwks', 'store'],
  WHERE: ['secrets'],
  WORLD: ['world'],
};

/** The word that stands for the value of a setting. */
export const placeholderOf = (name: SettingName): string =>
  Object.keys(PLACEHOLDERS).find((word) => PLACEHOLDERS[word]?.includes(name)) ?? 'VALUE';

export interface HelpOptions {
  readonly command: string;
  readonly commands: Readonly<Record<string, CommandShape>>;
  /** Whether this is the help of the program, which lists all commands. */
  readonly isGeneral: boolean;
  readonly env: NodeJS.ProcessEnv;
  /** The width of the terminal; unlimited without one. */
  readonly columns?: number | undefined;
}

/** The text of `--help`. */
export function helpText({ command, commands, isGeneral, env, columns }: HelpOptions): string {
  const { summary, settings, switches = {}, word = '', requiresWord = false } = commands[command] as CommandShape;
  const summaries = Object.entries(commands).map(([name, shape]) => [name, shape.summary] as const);
  const options = [
    ...Object.entries(switches).map(([name, text]) => [`--${name}`, text] as const),
    ...settings.map(
      (name) => [optionOf(name), `${SETTINGS[name].description ?? ''}${rangeOf(name, command, env)}`] as const,
    ),
  ];
  const usage = [
    'Usage: finspace-mcp',
    isGeneral ? '[command]' : command,
    requiresWord ? word : optional(word),
    optional(options.length === 0 ? '' : 'options'),
  ];
  const paragraph = (text: string) => `${foldLine(text, columns).join('\n')}\n`;
  return [
    `${paragraph(usage.filter((part) => part !== '').join(' '))}\n`,
    isGeneral
      ? `${paragraph('Commands (finspace-mcp COMMAND --help shows the options of each, finspace-mcp --version the version):')}${definitionList(summaries, columns)}\n`
      : '',
    paragraph(summary),
    options.length === 0 ? '' : `\nOptions:\n${definitionList(options, columns)}`,
    settings[0] === undefined ? '' : `\n${paragraph(sourcesOf(settings[0], Object.keys(switches)))}`,
  ].join('');
}

/** `[word]`; empty for no word. */
const optional = (word: string) => (word === '' ? '' : `[${word}]`);

/** Where else the settings of a command come from, with one of them as the example; its switches come from the command line only. */
function sourcesOf(example: SettingName, switches: readonly string[]): string {
  const except =
    switches.length === 0 ? '' : ` except ${new Intl.ListFormat('en').format(switches.map((name) => `--${name}`))}`;
  return `Each option${except} can also be set by an environment variable (${variableOf(example)} for ${flagOf(example)}) or in the JSON file of --config, which cannot contain --config itself.`;
}

/** `--state-dir DIR`; for a switch that is on by default, also the form that turns it off. */
function optionOf(name: SettingName): string {
  const { type, default: standard } = jsonSchemaOf(name);
  if (type === 'boolean') return standard === true ? `${flagOf(name)}[=false]` : flagOf(name);
  return `${flagOf(name)} ${placeholderOf(name)}`;
}

/** ` (one of …; default …)`, if the setting has choices or a default. */
function rangeOf(name: SettingName, command: string, env: NodeJS.ProcessEnv): string {
  const schema = jsonSchemaOf(name);
  const standard = schema.default ?? platformDefault(name, command, env);
  const hasDefault = standard !== undefined && standard !== false && String(standard) !== '';
  const parts = [choicesText(schema), hasDefault ? `default ${standard}` : ''].filter((part) => part !== '');
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`;
}

/** `one of a, b`, or for a list `some of a, b` or `none, or some of a, b`; empty without choices. */
function choicesText(schema: JsonSchema): string {
  const words = schema.enum ?? [];
  if (words.length > 0) return `one of ${words.join(', ')}`;
  const singleWords = (schema.anyOf ?? []).flatMap(({ const: word }) => word ?? []);
  const items = choices(schema).filter((word) => !singleWords.includes(word));
  return items.length > 0 ? [...singleWords, `some of ${items.join(', ')}`].join(', or ') : '';
}

/** Whether a setting is a switch, and the only values that it or its items may have; none if any value is possible. */
export function valuesOf(name: SettingName): { isSwitch: boolean; choices: readonly string[] } {
  const schema = jsonSchemaOf(name);
  return { isSwitch: schema.type === 'boolean', choices: [...(schema.enum ?? []), ...choices(schema)] };
}

/** What a list setting may contain, and what else it may be. */
const choices = ({ items, anyOf = [] }: JsonSchema): readonly string[] => [
  ...(items?.enum ?? []),
  ...anyOf.flatMap((one) => [...(one.const === undefined ? [] : [one.const]), ...choices(one)]),
];

/** A default that is not in the schema, because it depends on the platform or the command. */
function platformDefault(name: SettingName, command: string, env: NodeJS.ProcessEnv): string | number | undefined {
  if (name === 'stateDir') return defaultStateDir(env);
  if (name === 'state') return 'world.db in --state-dir or, with --store, its database';
  if (name === 'port') return DEFAULT_PORTS[command as keyof typeof DEFAULT_PORTS];
  return undefined;
}

const jsonSchemaOf = (name: SettingName) => z.toJSONSchema(SETTINGS[name], { io: 'input' }) as JsonSchema;

interface JsonSchema {
  readonly type?: string;
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly default?: unknown;
}
