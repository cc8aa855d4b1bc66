import { join } from 'node:path';
import * as z from 'zod';
import { ErrorForPeople } from './error-for-people.ts';
import { CREDENTIAL } from './local/credentials.ts';
import { isLoopback } from './loopback.ts';
import { ENTITY_KINDS, lazy, RISKS, type Risk } from './operations/operation.ts';
import { storeUrlProblem } from './store/url.ts';
import { HTTP_DEFAULTS, HTTP_SETTINGS } from './transports/http/settings.ts';
import { userFolder } from './user-folder.ts';
import { issueText } from './wording.ts';

const milliseconds = () => z.int().min(1).max(600_000);
/** A path where this server creates files. Clients start it without a shell, so a folder would be called `~`. */
const writablePath = () =>
  z
    .string()
    .min(1)
    .regex(/^(?!~(?:[/\\]|$))/, 'expects a path without ~, which only shells replace');

/** Every setting of this server. The flag is its name in kebab case; the variable is FINSPACE_MCP_ and its name in snake case. */
export const SETTINGS = lazily({
  backend: () => z.enum(['local', 'aws']).describe('Service to use: the local service, or a SigV4 endpoint'),
  endpoint: () =>
    z
      .string()
      .refine(isSafeEndpoint, 'expects an https URL (http only on loopback), without credentials')
      .optional()
      .meta({ format: 'uri' })
      .describe('URL of the SigV4 endpoint, for --backend aws'),
  region: () =>
    z
      .string()
      .regex(/^[a-z]{2}(?:-[a-z]{1,16}){1,3}-\d{1,2}$/, 'expects a region such as us-east-1')
      .optional()
      .describe(
        'AWS region; default: us-east-1 on the local backend; AWS_REGION, AWS_DEFAULT_REGION or the profile on aws',
      ),
  profile: () => z.string().min(1).optional().describe('AWS profile, for --backend aws'),
  stateDir: () =>
    writablePath().optional().describe('Directory for the worlds, plans, approvals, the journal and keys'),
  state: () => writablePath().optional().describe('SQLite file of the local worlds, or :memory: to keep nothing'),
  world: () =>
    z
      .string()
      .regex(/^(?:demo|empty|.+\.json)$/, 'expects demo, empty or a world file (*.json)')
      .optional()
      .describe('What a new local world holds: demo, empty, or a world file; default: demo'),
  quotas: () =>
    z
      .enum(['published', 'raised'])
      .optional()
      .describe(
        'Quotas of a new local world; default: raised (no limits) for --world demo, published for --world empty, otherwise those in the world file',
      ),
  lifecycle: () =>
    z
      .enum(['realistic', 'fast', 'instant'])
      .describe('How long local entities take to change: as long as observed on AWS, a sixtieth of that, or no time'),
  faults: () =>
    z.string().min(1).optional().describe('JSON file of faults to inject into requests to the local service'),
  credentials: () =>
    z
      .array(
        z
          .string()
          .regex(
            CREDENTIAL,
            'expects KEY:SECRET or KEY:SECRET:ROLE_ARN, with 3 to 128 characters in KEY and in SECRET',
          ),
      )
      .min(1)
      .optional()
      .describe(
        'Credentials that finspace-mcp local accepts, as KEY:SECRET[:ROLE_ARN],…; default: any, but only from this machine',
      ),
  control: () => z.boolean().describe('Let POST /_control/clock move the clock of the local service ahead'),
  readOnly: () => z.boolean().describe('Offer only reads: do not list other tools, and refuse them'),
  toolsets: () =>
    z.array(z.enum(ENTITY_KINDS)).min(1).optional().describe('Offer only the tools of these kinds of entities'),
  deny: () => z.array(z.string().min(1)).describe('Do not offer these tools'),
  environments: () =>
    z
      .array(
        z
          .string()
          .regex(/^[a-zA-Z0-9]{1,32}$/, 'expects ids of environments, not names; list_kx_environments shows them'),
      )
      .min(1)
      .optional()
      .describe('Limit everything to the environments with these ids'),
  approve: () =>
    z
      .union(
        [z.literal('none'), z.array(z.enum(RISKS).exclude(['read'])).min(1)],
        `expects none, or some of ${RISKS.filter((risk) => risk !== 'read').join(', ')}`,
      )
      .describe(
        'Risks whose calls need approval, in addition to destroy and network. On the local backend without an approver key, the single value none turns all approval off',
      ),
  secrets: () =>
    z
      .enum(['file', 'inline'])
      .describe(
        'Where connection strings go: file (only you can read it; over HTTP, the call is refused) or inline (to the caller)',
      ),
  catalog: () =>
    z.enum(['tools', 'search']).describe('List all tools, or only three that find and run the others (fewer tokens)'),
  outputSchemas: () =>
    z.boolean().describe('List an output schema with each tool (many more tokens); no effect with --catalog search'),
  connectTimeout: () => milliseconds().describe('Time limit to connect to the endpoint in milliseconds'),
  attemptTimeout: () => milliseconds().describe('Time limit of one attempt in milliseconds'),
  callTimeout: () => milliseconds().describe('Time limit of a call with all its attempts in milliseconds'),
  maxAttempts: () =>
    z
      .int()
      .min(1)
      .max(10)
      .describe('Maximum attempts of a call that is safe to retry; throttled reads are retried until --call-timeout'),
  logLevel: () =>
    z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).describe('Lowest severity to log on stderr'),
  logFormat: () =>
    z.enum(['text', 'json']).optional().describe('Format of log lines; default: text on a terminal, json elsewhere'),
  port: () => z.int().min(0).max(65_535).optional().describe('Port to listen on, 0 for a free one'),
  maxBody: () => z.int().min(1_024).max(16_777_216).describe('Maximum size of a request in bytes, over HTTP and stdio'),
  targets: () =>
    z.string().min(1).optional().describe('JSON file of named targets: the backend of each, and who may use it'),
  target: () => z.string().min(1).optional().describe('Alias of the named target in --targets to serve over stdio'),
  store: () =>
    z
      .string()
      .refine((text) => storeUrlProblem(text) === undefined, { error: ({ input }) => storeUrlProblem(String(input)) })
      .optional()
      .describe(
        'URL of the PostgreSQL database in which several servers share plans, approvals, the journal and, without --state, the local worlds',
      ),
  ...HTTP_SETTINGS,
  config: () =>
    z.string().min(1).optional().describe('JSON file with any of these settings, such as {"readOnly": true}'),
});

export type SettingName = keyof typeof SETTINGS;
export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];
/** What a configuration file may set: all but the name of that file. */
export const FILE_SETTING_NAMES: readonly SettingName[] = SETTING_NAMES.filter((name) => name !== 'config');

/** The defaults, separate from the schemas, so that startup builds only the schemas of the settings that are given. */
const DEFAULTS = {
  backend: 'local',
  lifecycle: 'fast',
  control: false,
  readOnly: false,
  deny: [] as string[],
  approve: [] as Exclude<Risk, 'read'>[],
  secrets: 'file',
  catalog: 'tools',
  outputSchemas: false,
  connectTimeout: 2_000,
  attemptTimeout: 10_000,
  callTimeout: 30_000,
  maxAttempts: 3,
  logLevel: 'info',
  maxBody: 1_048_576,
  ...HTTP_DEFAULTS,
} as const;

type Parsed = { readonly [K in SettingName]: z.output<(typeof SETTINGS)[K]> };
/** The settings in force, with platform-dependent paths filled in. */
export type Config = Parsed & {
  readonly stateDir: string;
  readonly state: string;
  /** The store that holds the worlds of the local service; undefined if the file of `state` does. */
  readonly worldStore: string | undefined;
};

/** Something that a person has to correct in the command line, in a setting or in a file that it names; the message is one line. */
export class ConfigError extends ErrorForPeople {
  override readonly name = 'ConfigError';
}

/** Validates raw settings and fills in defaults. Throws ConfigError for the first invalid one. */
export function configure(raw: Partial<Record<SettingName, unknown>>, env: NodeJS.ProcessEnv): Config {
  const given = SETTING_NAMES.filter((name) => raw[name] !== undefined);
  const parsed = {
    ...DEFAULTS,
    ...Object.fromEntries(given.map((name) => [name, parseSetting(name, raw[name])])),
  } as Parsed;
  const { backend, approve, state, stateDir = defaultStateDir(env) } = parsed;
  if (backend === 'aws' && approve === 'none') throw new ConfigError('--approve: none is for the local backend only');
  const ambient = ['AWS_ENDPOINT_URL_FINSPACE', 'AWS_ENDPOINT_URL'].find((name) => env[name]);
  if (backend === 'aws' && parsed.endpoint === undefined && ambient !== undefined)
    throw new ConfigError(`${ambient} is set: name the endpoint with --endpoint, so that approvals show it`);
  if (backend === 'aws' && parsed.faults !== undefined) throw new ConfigError('--faults: needs --backend local');
  const remoteOnly = (['endpoint', 'profile'] as const).find((name) => parsed[name] !== undefined);
  if (backend === 'local' && remoteOnly !== undefined)
    throw new ConfigError(`${flagOf(remoteOnly)}: needs --backend aws`);
  return {
    ...parsed,
    stateDir,
    state: state ?? join(stateDir, 'world.db'),
    worldStore: state === undefined ? parsed.store : undefined,
  };
}

function parseSetting(name: SettingName, value: unknown): unknown {
  const schema: z.ZodType = SETTINGS[name];
  const parsed = schema.safeParse(value, { error: issueText, reportInput: true });
  if (parsed.success) return parsed.data;
  throw new ConfigError(`${flagOf(name)}: ${parsed.error.issues[0]?.message}`);
}

/** `--state-dir` for `stateDir`. */
export const flagOf = (name: string) => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
export const VARIABLE_PREFIX = 'FINSPACE_MCP_';
/** `FINSPACE_MCP_STATE_DIR` for `stateDir`. */
export const variableOf = (name: string) =>
  `${VARIABLE_PREFIX}${name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

export const defaultStateDir = (env: NodeJS.ProcessEnv): string => join(userFolder('state', env), 'finspace-mcp');

function isSafeEndpoint(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  const isSafe = protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
  return username === '' && password === '' && isSafe;
}

type Builders = Readonly<Record<string, () => z.ZodType>>;
type Schemas<T extends Builders> = {
  readonly [K in keyof T]: K extends keyof typeof DEFAULTS ? z.ZodDefault<ReturnType<T[K]>> : ReturnType<T[K]>;
};

/** An object whose schemas, with their defaults, are built when they are first read. */
function lazily<T extends Builders>(builders: T): Schemas<T> {
  const schemaOf = (name: string, schema: z.ZodType) =>
    Object.hasOwn(DEFAULTS, name)
      ? schema.default(DEFAULTS[name as keyof typeof DEFAULTS]).describe(schema.description ?? '')
      : schema;
  const members = Object.entries(builders).map(([name, build]) => [
    name,
    { get: lazy(() => schemaOf(name, build())), enumerable: true },
  ]);
  return Object.defineProperties({}, Object.fromEntries(members) as PropertyDescriptorMap) as Schemas<T>;
}

/** Whether the local worlds are only in memory. Without --store, the ledger and the journal are then in memory, too. */
export const isEphemeral = ({ backend, state }: Pick<Config, 'backend' | 'state'>): boolean =>
  backend === 'local' && state === ':memory:';
