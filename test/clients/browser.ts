export interface BrowserOfAlice {
  /** Visits each address of an authorization server that a client printed, signs in as alice and consents. */
  readonly reads: (printed: string) => void;
  /** The addresses that were visited, in order. */
  readonly visited: readonly string[];
}

const MAX_STEPS = 20;

/** A browser without scripts, in which alice follows what a client prints. */
export function browserOfAlice(): BrowserOfAlice {
  const cookies = new Map<string, Map<string, string>>();
  const visited: string[] = [];

  const request = async (url: URL, form?: URLSearchParams): Promise<Response> => {
    const own = cookies.get(url.origin) ?? new Map<string, string>();
    const cookie = [...own].map((pair) => pair.join('=')).join('; ');
    const response = await fetchWithRetries(url, {
      redirect: 'manual',
      headers: { cookie },
      ...(form === undefined ? {} : { method: 'POST', body: form }),
    });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      own.set(name, value);
    }
    cookies.set(url.origin, own);
    return response;
  };

  /** Follows redirects and sends each form, until there is a page without one. */
  const visit = async (address: string) => {
    let url = new URL(address);
    let response = await request(url);
    for (let steps = 0; steps < MAX_STEPS; steps += 1) {
      const location = response.headers.get('location');
      const page = location === null ? await response.text() : '';
      const action = location ?? /<form[^>]* action="([^"]+)"/.exec(page)?.[1];
      if (action === undefined) return;
      url = new URL(action, url);
      response = await request(url, location === null ? fieldsOf(page) : undefined);
    }
  };
  return {
    visited,
    reads: (printed) => {
      for (const [address] of printed.matchAll(/http:\/\/127\.0\.0\.1:\d+\/auth\?\S+(?=\s)/g)) {
        if (visited.includes(address)) continue;
        visited.push(address);
        void visit(address);
      }
    },
  };
}

/** Every field with its value; empty fields get `alice`. */
function fieldsOf(page: string): URLSearchParams {
  const attribute = (tag: string, name: string) => new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1];
  const fields = new URLSearchParams();
  for (const [tag] of page.matchAll(/<input[^>]*>/g)) {
    const name = attribute(tag, 'name');
    if (name !== undefined) fields.set(name, attribute(tag, 'value') ?? 'alice');
  }
  return fields;
}

/** Clients print the sign-in address before they listen for the callback, so refused connections are retried. */
async function fetchWithRetries(url: URL, init: RequestInit): Promise<Response> {
  for (;;) {
    try {
      return await fetch(url, init);
    } catch (error) {
      const { code } = (error as { cause?: { code?: string } }).cause ?? {};
      if (code !== 'ECONNREFUSED') throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
