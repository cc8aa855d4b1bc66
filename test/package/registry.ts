import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What `npm publish` sends. */
export interface Published {
  readonly versions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly _attachments: Readonly<Record<string, { readonly data: string }>>;
}

/** An npm registry on loopback that has no packages and keeps what is published. */
export async function emptyRegistry() {
  const published: Published[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (request.method === 'PUT') published.push(JSON.parse(Buffer.concat(chunks).toString()));
    response.writeHead(request.method === 'PUT' ? 201 : 404, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    published,
    /** Arguments with which npm uses it. */
    args: ['--registry', `http://${host}/`, `--//${host}/:_authToken=none`],
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
