import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An endpoint that answers no request. The test can answer the first one. */
export interface HeldEndpoint {
  /** The response to the first request, once the request has arrived. */
  readonly reached: Promise<ServerResponse>;
  /** Arguments that make the server use this endpoint. */
  readonly args: readonly string[];
  readonly close: () => Promise<void>;
}

export async function openHeldEndpoint(): Promise<HeldEndpoint> {
  const server = createServer();
  const reached = new Promise<ServerResponse>((resolve) => {
    server.on('request', (request, response) => {
      request.resume();
      resolve(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    reached,
    args: ['--backend', 'aws', '--endpoint', url, '--region', 'us-east-1'],
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
