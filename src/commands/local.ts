import { type Config, ConfigError } from '../config.ts';
import { DEFAULT_REGION } from '../local/defaults.ts';
import { listen } from '../local/listen.ts';
import type { ServedRequest } from '../local/served-request.ts';
import { prepareState } from '../local/state-file.ts';
import { isLoopback } from '../loopback.ts';
import { DEFAULT_PORTS, hostInUrl } from '../transports/http/settings.ts';
import { approverRules } from './approver-rules.ts';
import { openService } from './backend.ts';
import { type Log, roundedMs, stderrLog } from './log.ts';
import { worldLocationText } from './open-worlds.ts';
import { stopSignal } from './stop-signal.ts';
import { checkWorldOptions } from './world-options.ts';

/** `finspace-mcp local`: the FinSpace-compatible service on a port, for any AWS SDK, the AWS CLI or Terraform. */
export async function local(config: Config): Promise<void> {
  requireSafeHost(config);
  const log = stderrLog(config);
  const stop = stopSignal();
  const { state, host, port = DEFAULT_PORTS.local, region = DEFAULT_REGION } = config;
  if (config.worldStore === undefined) prepareState(state);
  await checkWorldOptions(config, log);
  const opened = await openService(config, region, log, await approverRules(config).fingerprint());
  const listener = await listen(opened.service, {
    host,
    port,
    anyHost: !isLoopback(host),
    clock: config.control ? opened.clock : undefined,
    observe: config.accessLog ? requestLog(log) : undefined,
  });
  process.stderr.write(greeting(config, listener.port, region));
  log.info({ signal: await stop }, 'stopping');
  await listener.close();
  await opened.close();
  await log.flushed();
}

/** Beyond loopback, every request must be signed with a known key. */
function requireSafeHost({ host, credentials, control }: Config): void {
  if (isLoopback(host)) return;
  if (credentials === undefined)
    throw new ConfigError(`--host: ${host} is beyond loopback, so --credentials is required`);
  if (control)
    throw new ConfigError(
      '--control: POST /_control/clock requires no credentials, so --host must be a loopback address',
    );
}

function greeting(config: Config, port: number, region: string): string {
  const { host, credentials } = config;
  const url = `http://${hostInUrl(host)}:${port}`;
  const [whose, key, secret] = credentials === undefined ? ['Any', 'any', 'any'] : ['The configured', 'KEY', 'SECRET'];
  return (
    `FinSpace-compatible service on ${url} (world in ${worldLocationText(config)}). ${whose} credentials work; for example:\n` +
    `  AWS_ACCESS_KEY_ID=${key} AWS_SECRET_ACCESS_KEY=${secret} aws finspace list-kx-environments --region ${region} --endpoint-url ${url}\n` +
    `  curl --aws-sigv4 aws:amz:${region}:finspace --user ${key}:${secret} ${url}/kx/environments\n`
  );
}

/** One line per request: the caller and the outcome. */
const requestLog =
  (log: Log) =>
  ({ ms, ...request }: ServedRequest) =>
    log.info({ ...request, ms: roundedMs(ms) }, 'request');
