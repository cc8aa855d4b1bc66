import { homedir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { CREDENTIAL } from './local/credentials.ts';
import { nearest } from './nearest.ts';
import { ENTITIES, RISKS } from './operations/operation.ts';
import { HTTP_SETTINGS } from './transports/http/settings.ts';

const milliseconds = () => z.int().min(1).max(600_000);

/** Every setting of this server: the flag is its name in kebab case, the variable FINSPACE_MCP_ and its name in snake case. */
export const SETTINGS = {
  backend: z
    .enum(['local', 'aws'])
    .default('local')
    .describe('What answers: the embedded service, or a SigV4 endpoint'),
  endpoint: z
    .string()
    .refine(isSafeEndpoint, 'expects an https URL (http only on loopback), without credentials')
    .optional()
    .describe('URL of the SigV4 endpoint, for --backend aws'),
  region: z
    .string()
    .regex(/^[a-z]{2}(?:-[a-z]{1,16}){1,3}-\d{1,2}$/, 'expects a region such as us-east-1')
    .optional()
    .describe('AWS region; local default us-east-1, aws default from the profile or AWS_REGION'),
  profile: z.string().min(1).optional().describe('AWS profile, for --backend aws'),
  stateDir: z.string().min(1).optional().describe('Directory of everything this server keeps'),
  state: z
    .string()
    .min(1)
    .optional()
    .describe('File of the local world, or :memory:; default world.db in the state directory'),
  world: z
    .string()
    .regex(/^(?:demo|empty|.+\.json)$/, 'expects demo, empty or a world file (*.json)')
    .default('demo')
    .describe('What a new local world holds: demo, empty, or a world file'),
  lifecycle: z
    .enum(['realistic', 'fast', 'instant'])
    .default('fast')
    .describe('How long local entities take: as observed, a sixtieth of it, or no time'),
  faults: z.string().min(1).optional().describe('JSON file of faults that requests to the local service meet'),
  credentials: z
    .array(z.string().regex(CREDENTIAL, 'expects KEY:SECRET or KEY:SECRET:ROLE_ARN'))
    .min(1)
    .optional()
    .describe('Who may call the port of finspace-mcp local, KEY:SECRET[:ROLE_ARN]; anybody without this'),
  control: z.boolean().default(false).describe('Let POST /_control/clock move the clock of the local service ahead'),
  readOnly: z.boolean().default(false).describe('Refuse everything but reads, and do not list it'),
  toolsets: z.array(z.enum(ENTITIES)).min(1).optional().describe('Offer only the tools of these entities'),
  deny: z.array(z.string().min(1)).default([]).describe('Do not offer these tools'),
  environments: z
    .array(z.string().regex(/^[a-zA-Z0-9]{1,32}$/, 'expects ids of environments'))
    .min(1)
    .optional()
    .describe('Limit everything to these environments'),
  approve: z
    .union([z.literal('none'), z.array(z.enum(RISKS)).min(1)])
    .default([])
    .describe('Ask a person for these risks too; none asks nobody, on the local backend only'),
  secrets: z
    .enum(['file', 'inline'])
    .default('file')
    .describe('Where credentials go: to a file that only you can read, or to the caller'),
  outputSchemas: z.boolean().default(false).describe('List an output schema with each tool (many more tokens)'),
  connectTimeout: milliseconds().default(2_000).describe('Milliseconds to connect to the endpoint'),
  attemptTimeout: milliseconds().default(10_000).describe('Milliseconds for one attempt'),
  callTimeout: milliseconds().default(30_000).describe('Milliseconds for a call with all its attempts'),
  maxAttempts: z.int().min(1).max(10).default(3).describe('Attempts of a call that may safely be repeated'),
  logLevel: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('Least severe log line on stderr'),
  port: z.int().min(0).max(65_535).default(4566).describe('Port to listen on; 0 takes a free one'),
  ...HTTP_SETTINGS,
  config: z.string().min(1).optional().describe('JSON file with any of these settings, by the names in this table'),
} as const satisfies Record<string, z.ZodType>;

export type SettingName = keyof typeof SETTINGS;
export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

const Settings = z.strictObject(SETTINGS).superRefine(({ backend, endpoint, profile, approve }, context) => {
  if (backend === 'aws' && approve === 'none')
    context.addIssue({ code: 'custom', path: ['approve'], message: 'none is for the local backend only' });
  if (backend === 'aws') return;
  if (endpoint !== undefined) context.addIssue({ code: 'custom', path: ['endpoint'], message: 'needs --backend aws' });
  if (profile !== undefined) context.addIssue({ code: 'custom', path: ['profile'], message: 'needs --backend aws' });
});

type Parsed = z.output<typeof Settings>;
/** The settings in force, with the paths that depend on the platform filled in. */
export type Config = Parsed & { readonly stateDir: string; readonly state: string };

/** A setting that is not understood; the message is one line that names it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Checks raw settings and fills in defaults. Throws ConfigError for the first that is wrong. */
export function configure(raw: Partial<Record<SettingName, unknown>>, env: NodeJS.ProcessEnv): Config {
  const parsed = Settings.safeParse(raw, { reportInput: true });
  if (!parsed.success) {
    const issue = parsed.error.issues[0] as z.core.$ZodIssue;
    throw new ConfigError(`${flagOf(String(issue.path[0]))}: ${describe(issue)}`);
  }
  const stateDir = parsed.data.stateDir ?? defaultStateDir(env);
  return { ...parsed.data, stateDir, state: parsed.data.state ?? join(stateDir, 'world.db') };
}

function describe(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_value') return issue.message;
  const known = issue.values.map(String);
  const found = nearest(String(issue.input), known);
  return `expects ${known.join(', ')}${found === undefined ? '' : `; did you mean ${found}?`}`;
}

/** `--state-dir` for `stateDir`. */
export const flagOf = (name: string) => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
/** `FINSPACE_MCP_STATE_DIR` for `stateDir`. */
export const variableOf = (name: string) =>
  `FINSPACE_MCP_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

function defaultStateDir(env: NodeJS.ProcessEnv): string {
  const home = homedir();
  const base: Partial<Record<NodeJS.Platform, string>> = {
    darwin: join(home, 'Library', 'Application Support'),
    win32: env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'),
  };
  return join(base[process.platform] ?? env['XDG_STATE_HOME'] ?? join(home, '.local', 'state'), 'finspace-mcp');
}

function isSafeEndpoint(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
  return username === '' && password === '' && (protocol === 'https:' || (protocol === 'http:' && loopback));
}
