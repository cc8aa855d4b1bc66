import * as z from 'zod';
import { isLoopback } from '../../loopback.ts';

const issuerUrl = () =>
  z
    .string()
    .refine(isIssuer, 'expects an https URL (http only on loopback), without credentials, query or fragment')
    .optional()
    .meta({ format: 'uri' });

const maxPerMinute = (calls: string, usual: number) =>
  z
    .int()
    .min(1)
    .max(10_000_000)
    .optional()
    .describe(
      `Maximum ${calls} per minute for each principal; default: ${usual} with authorization, otherwise no limit`,
    );

/** Calls per minute and principal with authorization. */
export const DEFAULT_RATES = { read: 6_000, write: 600, destroy: 60 } as const;

/** The port of each command that listens on one. */
export const DEFAULT_PORTS = { http: 8080, local: 4566 } as const;

export const HTTP_DEFAULTS = {
  host: '127.0.0.1',
  allowedHosts: [] as string[],
  allowedOrigins: [] as string[],
  maxInFlight: 16_384,
  maxSessions: 1_000,
  sessionIdle: 1_800_000,
  accessLog: true,
} as const;

/** The settings of `finspace-mcp http`, two of which `finspace-mcp local` has, too. */
export const HTTP_SETTINGS = {
  host: () =>
    z
      .string()
      .min(1)
      .max(253)
      .describe('Address to listen on; beyond loopback, http requires authorization, and local requires --credentials'),
  publicUrl: () =>
    z
      .string()
      .refine(isPlainUrl, 'expects an http or https URL without credentials, query or fragment')
      .optional()
      .meta({ format: 'uri' })
      .describe('URL of this server as clients see it, if it is behind a proxy'),
  allowedHosts: () =>
    z
      .array(z.string().regex(/^(?:\[[0-9a-f:.]+\]|[a-z0-9.-]+)$/, 'expects host names in lower case, without ports'))
      .describe('Host headers to accept besides loopback names and the hosts of --host and --public-url'),
  allowedOrigins: () =>
    z
      .array(z.string().refine(isOrigin, 'expects origins such as https://inspector.example'))
      .describe('Origins of web pages that may call (CORS); none by default'),
  authIssuer: () =>
    issuerUrl().describe('Issuer of OAuth access tokens (JWT); its keys are found through its metadata'),
  authJwks: () => issuerUrl().describe("URL of the issuer's keys, if its metadata does not contain it"),
  authAudience: () =>
    z
      .union([z.array(z.string().min(1)), z.string().min(1)])
      .optional()
      .describe('Audiences to accept in tokens besides the URL of the MCP endpoint'),
  authTokens: () => z.string().min(1).optional().describe('JSON file of fixed tokens: name, sha256, scopes, expires'),
  maxInFlight: () => z.int().min(1).max(1_000_000).describe('Maximum concurrent requests; more get 503'),
  maxSessions: () =>
    z
      .int()
      .min(1)
      .max(1_000_000)
      .describe(
        'Maximum sessions of clients older than MCP 2026-07-28; beyond it, a new one evicts another or gets 503',
      ),
  sessionIdle: () => z.int().min(1_000).max(86_400_000).describe('Milliseconds after which an unused session ends'),
  rateRead: () => maxPerMinute('reads', DEFAULT_RATES.read),
  rateWrite: () => maxPerMinute('writes and connection strings', DEFAULT_RATES.write),
  rateDestroy: () => maxPerMinute('deletes and network changes', DEFAULT_RATES.destroy),
  sealKeys: () =>
    z
      .string()
      .min(1)
      .optional()
      .describe(
        'File of the keys that seal forms, approvals and sign-ins, one per line in base64; replicas need the same',
      ),
  accessLog: () =>
    z
      .boolean()
      .describe(
        'Log each request to an MCP endpoint, the approval page or the port of `local`, without arguments, headers or tokens',
      ),
} as const satisfies Record<string, () => z.ZodType>;

export type HttpSettings = {
  readonly [K in keyof typeof HTTP_SETTINGS]: z.output<ReturnType<(typeof HTTP_SETTINGS)[K]>>;
};

function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === '' && !text.endsWith('?');
}

function isIssuer(text: string): boolean {
  return isPlainUrl(text) && (text.startsWith('https:') || isLoopback(new URL(text).hostname));
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

/** The host of an address in URL notation: an IPv6 address in brackets. */
export const hostInUrl = (host: string) => (host.includes(':') && !host.startsWith('[') ? `[${host}]` : host);
