/** The libpq parameters of a URL that apply. */
const PARAMETERS = ['host', 'port', 'dbname', 'user', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey'];

/** The modes of TLS, as libpq names them, without those that an attacker can turn off. */
export const TLS_MODES = ['disable', 'require', 'verify-ca', 'verify-full'];

/** What is wrong with the URL of a store; undefined if nothing is. It contains no part of the URL that may be secret. */
export function storeUrlProblem(text: string): string | undefined {
  const url = parsedStoreUrl(text);
  if (url === undefined) return 'expects a URL such as postgres://user@host:5432/database';
  const unknown = [...url.searchParams.keys()].find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined) return `has an unknown parameter ${JSON.stringify(unknown.slice(0, 50))}`;
  const mode = url.searchParams.get('sslmode');
  return mode === null || TLS_MODES.includes(mode) ? undefined : `sslmode: expects one of ${TLS_MODES.join(', ')}`;
}

/** The URL of a store; undefined if it is none. */
export function parsedStoreUrl(text: string): URL | undefined {
  // URLs have no user without a host.
  const full = text.replace('@/', '@localhost/');
  return /^postgres(?:ql)?:\/\//.test(full) && URL.canParse(full) ? new URL(full) : undefined;
}
