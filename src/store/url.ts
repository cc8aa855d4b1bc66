/** The libpq parameters of a URL that apply. */
const PARAMETERS = ['host', 'port', 'dbname', 'user', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey'];

/** The modes of TLS, as libpq names them, without those that an attacker can turn off. */
export const TLS_MODES = ['disable', 'require', 'verify-ca', 'verify-full'];

/** What is wrong with the URL of a store; undefined if nothing is. It contains no part of the URL that may be secret. */
export function storeUrlProblem(text: string): string | undefined {
  const url = parsedStoreUrl(text);
  if (url === undefined) return 'expects a URL such as postgres://user@host:5432/database';
  // An @ after the host shows that a password with / ? or # was not encoded, so that these parts may contain a part of it.
  if (/@/.test(url.pathname + url.search + url.hash))
    return 'has @ after the host; write / ? # @ and % of a password as %2F %3F %23 %40 and %25';
  if (![url.username, url.password, url.hostname, url.pathname].every(isDecodable))
    return 'has % that begins no encoded character; write a literal % as %25';
  if ([...url.searchParams.keys()].some((name) => !PARAMETERS.includes(name)))
    return `has an unknown parameter; known are ${PARAMETERS.join(', ')}`;
  const mode = url.searchParams.get('sslmode');
  return mode === null || TLS_MODES.includes(mode) ? undefined : `sslmode: expects one of ${TLS_MODES.join(', ')}`;
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** The URL of a store; undefined if it is none. */
export function parsedStoreUrl(text: string): URL | undefined {
  const full = text.replace('@/', `@${OMITTED_HOST}/`);
  return /^postgres(?:ql)?:\/\//.test(full) && URL.canParse(full) ? new URL(full) : undefined;
}

/** The host in the URL of a store; empty without one. The folder of a socket may be percent-encoded. */
export const hostOf = ({ hostname }: URL): string =>
  hostname === OMITTED_HOST ? '' : decodeURIComponent(hostname).replace(/^\[(.+)\]$/, '$1');

/** Stands for a host that is omitted: URLs have no user without a host. */
const OMITTED_HOST = 'omitted.invalid';
