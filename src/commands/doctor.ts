import { type Config, isEphemeral } from '../config.ts';
import { ErrorForPeople } from '../error-for-people.ts';
import { writeOut } from '../output.ts';
import { printable } from '../safety/plan-text.ts';
import { LOWEST_NODE, VERSION } from '../version.ts';
import { checkSettings } from './check-settings.ts';
import { approvalFinding } from './doctor-approval.ts';
import { awsFindings } from './doctor-aws.ts';
import { httpFindings } from './doctor-http.ts';
import { clockFinding, localFinding, stateFinding } from './doctor-state.ts';
import { storeFinding } from './doctor-store.ts';
import { type DoctorFinding, failed, ok, orFailed } from './finding.ts';
import { mayHaveWorlds } from './open-worlds.ts';
import { selectTarget, targetsOf } from './targets.ts';
import { checkWorldOptions } from './world-options.ts';

/** `finspace-mcp doctor`: one line per dependency of the server. Rejects with `DoctorError` when a check failed. */
export async function doctor(config: Config, switches: ReadonlySet<string>): Promise<void> {
  const found = await findings(config);
  const broken = found.filter(({ status }) => status === 'failed').length;
  writeOut(
    switches.has('json')
      ? `${JSON.stringify({ version: VERSION, ok: broken === 0, checks: found }, null, 2)}\n`
      : found.map(findingLine).join(''),
  );
  if (broken > 0) throw new DoctorError(`${broken} of ${found.length} checks failed`);
}

/** A check failed; the lines on stdout say which. */
class DoctorError extends ErrorForPeople {
  override readonly name = 'DoctorError';
}

async function findings(config: Config): Promise<DoctorFinding[]> {
  const served = backendConfigs(config);
  /** One of the backends that need the state directory, if there is one. */
  const kept = served.find((one) => !isEphemeral(one)) ?? served[0] ?? config;
  const machineFindings = [nodeFinding(process.versions.node), await engineFinding(), stateFinding(kept)];
  const approval = await approvalFinding(kept, served);
  const backends = await Promise.all(served.map(backendFindings));
  return [
    ...machineFindings,
    approval,
    ...backends.flat(),
    ...(await httpFindings(config)),
    ...(config.store === undefined ? [] : [await storeFinding(config.store)]),
    clockFinding(config, Date.now()),
  ];
}

/** The configuration of each backend: of the named target, or of every target, if there are targets. */
function backendConfigs(config: Config): Config[] {
  if (config.target !== undefined) return [selectTarget(config).config];
  return config.targets === undefined ? [config] : targetsOf(config).map((target) => target.config);
}

async function backendFindings(config: Config): Promise<DoctorFinding[]> {
  const found = [
    ...(await settingsFindings(config)),
    ...(config.backend === 'local' ? [localFinding(config)] : await awsFindings(config, process.env)),
  ];
  const { target } = config;
  return target === undefined ? found : found.map((one) => ({ ...one, check: `${target}: ${one.check}` }));
}

/** The first reason for which no server starts with the settings of a backend. */
async function settingsFindings(config: Config): Promise<DoctorFinding[]> {
  try {
    await checkSettings(config);
    // Worlds that exist are not opened, because opening might migrate them; --world is then usually not used.
    if (config.backend === 'local' && !mayHaveWorlds(config)) await checkWorldOptions(config, { warn: () => {} });
    return [];
  } catch (error) {
    if (!(error instanceof ErrorForPeople)) throw error;
    return [failed('settings', error.message)];
  }
}

function nodeFinding(version: string): DoctorFinding {
  return isOlder(version, LOWEST_NODE)
    ? failed('Node.js', `${version} is too old.`, `Install Node.js ${LOWEST_NODE} or newer.`)
    : ok('Node.js', version);
}

/** Whether a version comes before another one, by the major and the minor number. */
function isOlder(version: string, other: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [otherMajor = 0, otherMinor = 0] = other.split('.').map(Number);
  return major === otherMajor ? minor < otherMinor : major < otherMajor;
}

const engineFinding = () =>
  orFailed('SQLite', async () => ok('SQLite', await (await import('../sqlite/version.ts')).engineVersion()));

/** The text in one line, because parts of it come from files and other machines. */
function findingLine({ check, status, detail, advice }: DoctorFinding): string {
  const text = advice === undefined ? detail : `${detail.replace(/[^.]$/, '$&.')} ${advice}`;
  return `${status.padEnd(9)}${printable(`${check}: ${text}`)}\n`;
}
