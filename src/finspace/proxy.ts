import { isLoopback } from '../loopback.ts';
import type { Diagnosis } from './diagnosed-error.ts';

const VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'];
const CONNECTION_FAILURES = new Set<Diagnosis['code']>(['Unreachable', 'Timeout']);

/**
 * The diagnosis of a request that was never sent. If the environment names a proxy, it explains that this server does not use
 * one.
 */
export function withProxyHint(diagnosis: Diagnosis, host: string, env: NodeJS.ProcessEnv): Diagnosis {
  const variable = VARIABLES.find((name) => env[name]);
  if (variable === undefined || !CONNECTION_FAILURES.has(diagnosis.code) || isDirect(host, env)) return diagnosis;
  return {
    ...diagnosis,
    detail: `${diagnosis.detail} ${variable} is set, but this server connects directly.`,
    advice:
      'Have a person give this machine a direct route to the endpoint, for example an endpoint inside its network; repeating may not help.',
  };
}

/** Whether the host needs no proxy, because it is this machine or NO_PROXY exempts it. */
function isDirect(host: string, env: NodeJS.ProcessEnv): boolean {
  const domains = (env['NO_PROXY'] ?? env['no_proxy'] ?? '')
    .split(',')
    .map((entry) => entry.trim().replace(/^\*?\./, ''));
  return (
    isLoopback(host) ||
    domains.some((domain) => domain === '*' || host === domain || (domain !== '' && host.endsWith(`.${domain}`)))
  );
}
