import { type Rejection, reject } from './rejection.ts';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

export interface GuardOptions {
  /** Host names served besides loopback, in lower case and without ports. */
  readonly hosts: readonly string[];
  /** Origins whose web pages may call and read responses. */
  readonly origins: readonly string[];
}

export interface Guards {
  /** The response to a request whose Host is not served (DNS rebinding); undefined when it passes. */
  refuseHost(headers: Headers): Rejection | undefined;
  /** The response to a request whose Host or Origin (CSRF) is not served; undefined when it passes. */
  refuse(headers: Headers): Rejection | undefined;
  /** The response to a CORS preflight; undefined when the origin is not allowed. */
  preflight(headers: Headers): Response | undefined;
  /** Lets a page of an allowed origin read the response. */
  expose(headers: Headers, response: Response): Response;
}

/** The Host and Origin allow-lists of one server. */
export function guards({ hosts, origins }: GuardOptions): Guards {
  const servedHosts = new Set([...LOOPBACK, ...hosts]);
  const allowedOrigins = new Set(origins);
  /** Pages of this machine may be the origin; unless it is in `origins`, they get no CORS headers and cannot read responses. */
  const isLocalOrigin = (origin: string) => URL.canParse(origin) && LOOPBACK.includes(new URL(origin).hostname);

  const refuseHost = (headers: Headers) => {
    const host = /^(\[[^\]]*\]|[^:]*)(?::\d*)?$/.exec(headers.get('host') ?? '')?.[1]?.toLowerCase();
    return host !== undefined && servedHosts.has(host)
      ? undefined
      : reject(403, 'This host name is not served here (--allowed-hosts).');
  };

  return {
    refuseHost,
    refuse: (headers) => {
      const refusal = refuseHost(headers);
      if (refusal !== undefined) return refusal;
      const origin = headers.get('origin');
      if (origin === null || allowedOrigins.has(origin) || isLocalOrigin(origin)) return undefined;
      return reject(403, 'Web pages of this origin are not served (--allowed-origins).');
    },
    preflight: (headers) => {
      const origin = headers.get('origin');
      if (origin === null || !allowedOrigins.has(origin)) return undefined;
      return new Response(null, { status: 204, headers: { ...PREFLIGHT, ...corsHeaders(origin) } });
    },
    expose: (headers, response) => {
      const origin = allowedOrigins.size === 0 ? null : headers.get('origin');
      if (origin === null || !allowedOrigins.has(origin)) return response;
      const exposed = new Response(response.body, response);
      for (const [name, value] of Object.entries(corsHeaders(origin))) exposed.headers.set(name, value);
      return exposed;
    },
  };
}

const corsHeaders = (origin: string) => ({
  'access-control-allow-origin': origin,
  'access-control-expose-headers': 'mcp-session-id, www-authenticate, retry-after',
  vary: 'Origin',
});

const PREFLIGHT = {
  'access-control-allow-methods': 'GET, POST, DELETE',
  'access-control-allow-headers':
    'authorization, content-type, accept, last-event-id, mcp-protocol-version, mcp-session-id, mcp-method, mcp-name',
  'access-control-max-age': '600',
};
