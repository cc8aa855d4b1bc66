import { type LocalPageOptions, localPage } from '../approval-page/index.ts';
import { listen } from '../transports/http/listener.ts';
import { approveCommand } from './out-of-band.ts';

/** Serves the local page on a free loopback port, until it is closed. `url` is its link, which opens once. */
export async function openLocalPage(
  stateDir: string,
  options: Omit<LocalPageOptions, 'origins' | 'command'>,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  let page: ReturnType<typeof localPage> | undefined;
  const handle = (request: Request) => (page as NonNullable<typeof page>).handle(request);
  const listener = await listen(handle, { host: '127.0.0.1', port: 0 });
  const origins = ['127.0.0.1', 'localhost'].map((host) => `http://${host}:${listener.port}`);
  page = localPage({ ...options, origins, command: (args) => approveCommand(args, stateDir) });
  return { url: `${origins[0]}${page.link}`, close: () => listener.close() };
}
