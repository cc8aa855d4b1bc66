import type { ReadResourceResult } from '@modelcontextprotocol/server';
import { PUBLIC_CACHE_HINTS } from '../../resources/cache-hints.ts';
import { APP_TYPE, APPS } from './links.ts';

const PAGES: Readonly<Record<string, () => Promise<string>>> = {
  [APPS.topology]: async () => (await import('./topology.ts')).topologyPage(),
  [APPS.plan]: async () => (await import('./plan.ts')).planPage(),
};

/** A page that a host shows, which loads nothing from anywhere; undefined if the URI is not that of a page. */
export async function readApp(uri: string): Promise<ReadResourceResult | undefined> {
  const page = Object.hasOwn(PAGES, uri) ? PAGES[uri] : undefined;
  if (page === undefined) return undefined;
  const ui = { csp: {}, prefersBorder: true };
  return { contents: [{ uri, mimeType: APP_TYPE, text: await page(), _meta: { ui } }], ...PUBLIC_CACHE_HINTS };
}
