import * as z from 'zod';
import { type Config, ConfigError, configure, flagOf, SETTINGS } from '../config.ts';
import { readJsonFile } from '../json-file.ts';
import { type Caller, LOCAL_CALLER } from '../safety/policy.ts';
import { type AllowedScopes, isScope, SCOPES, scopedCaller } from '../transports/http/auth/scopes.ts';
import { parseOrExplain } from '../wording.ts';

/** The schema of the file, built only if there is one. */
function fileSchema() {
  const { backend, region, endpoint, profile, state, world, lifecycle, readOnly, toolsets, deny, environments } =
    SETTINGS;
  const scope = z.string().refine(isScope, `expects some of ${Object.keys(SCOPES).join(', ')}`);
  const principal = z
    .string()
    .regex(/^(?:\*|local|(?:oauth|token):.+)$/, 'expects oauth:SUBJECT, token:NAME, local or *');
  const row = z.strictObject({
    backend,
    region,
    endpoint,
    profile,
    state,
    world,
    readOnly,
    toolsets,
    deny,
    environments,
    lifecycle: lifecycle.removeDefault().optional(),
    allow: z.record(principal, z.array(scope)).optional(),
  });
  const alias = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expects lower case letters, digits and -');
  const isNotEmpty = (targets: object) => Object.keys(targets).length > 0;
  return z.strictObject({ targets: z.record(alias, row).refine(isNotEmpty, 'expects at least one target') });
}
type Row = z.output<ReturnType<typeof fileSchema>>['targets'][string];

/** A named backend, with its restrictions and who may use it. */
export interface Target {
  readonly alias: string;
  readonly config: Config;
  readonly allowedScopes: AllowedScopes;
}

/** The targets that the configuration names; none without --targets. Throws ConfigError. */
export function targetsOf(config: Config): Target[] {
  if (config.targets === undefined) return [];
  const { data, problem } = parseOrExplain(fileSchema(), readTargets(config.targets));
  if (problem !== undefined) throw new ConfigError(`--targets: ${config.targets}: ${problem}`);
  return Object.entries(data.targets).map(([alias, row]) => ({
    alias,
    config: targetConfig(config, alias, row),
    allowedScopes: allowedBy(row.allow),
  }));
}

/** The target that `--target` selects for the only client of stdio, and the caller's identity. */
export function selectTarget(config: Config): { config: Config; caller: Caller } {
  const { target: alias, targets } = config;
  if (targets === undefined) throw new ConfigError('--target: needs --targets');
  const all = targetsOf(config);
  const target = all.find((one) => one.alias === alias);
  const aliases = all.map((one) => one.alias).join(', ');
  if (target === undefined)
    throw new ConfigError(
      `--target: ${alias === undefined ? 'needed with --targets' : `no ${alias}`}; available: ${aliases}`,
    );
  const { principal } = LOCAL_CALLER;
  const scopes = target.allowedScopes(principal);
  if (scopes === undefined)
    throw new ConfigError(`--target: ${alias} allows no use over stdio; its allow has to name ${principal} or *`);
  return { config: target.config, caller: scopedCaller({ principal, scopes }) };
}

const readTargets = (path: string) => readJsonFile(path, (why) => new ConfigError(`--targets: ${path} ${why}`));

/** The configuration of one target. Its backend, region, endpoint and profile come only from its row; its restrictions are those of both. */
function targetConfig(config: Config, target: string, { allow: _, ...row }: Row): Config {
  const intersection = <T>(name: 'toolsets' | 'environments', all?: readonly T[], own?: readonly T[]) => {
    if (all === undefined || own === undefined) return all ?? own;
    const common = own.filter((one) => all.includes(one));
    if (common.length === 0) throw new ConfigError(`${name}: none of them is among those of ${flagOf(name)}`);
    return common;
  };
  try {
    return configure(
      {
        ...withoutEmpty(config),
        ...row,
        region: row.region,
        endpoint: row.endpoint,
        profile: row.profile,
        state: row.state ?? (config.worldStore === undefined ? config.state : undefined),
        world: row.world ?? config.world,
        lifecycle: row.lifecycle ?? config.lifecycle,
        readOnly: config.readOnly || row.readOnly,
        toolsets: intersection('toolsets', config.toolsets, row.toolsets),
        environments: intersection('environments', config.environments, row.environments),
        deny: [...config.deny, ...row.deny],
        target,
      },
      process.env,
    );
  } catch (error) {
    if (error instanceof ConfigError) throw new ConfigError(`--targets: ${target}: ${error.message}`);
    throw error;
  }
}

/** Without empty lists: they are the defaults of settings that were not given, and schemas may reject them. */
const withoutEmpty = (config: Config) =>
  Object.fromEntries(Object.entries(config).filter(([, value]) => !Array.isArray(value) || value.length > 0));

function allowedBy(allow: Readonly<Record<string, readonly string[]>> | undefined): AllowedScopes {
  if (allow === undefined) return () => Object.keys(SCOPES);
  const byPrincipal = new Map(Object.entries(allow));
  return (principal) => byPrincipal.get(principal) ?? byPrincipal.get('*');
}
