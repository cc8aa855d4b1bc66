import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ErrorForPeople } from './error-for-people.ts';

export class ListenError extends ErrorForPeople {
  override readonly name = 'ListenError';

  constructor(host: string, port: number, cause: NodeJS.ErrnoException) {
    super(`cannot listen on ${host}:${port}: ${REASONS[cause.code ?? ''] ?? cause.message}`, { cause });
  }
}

/** Lets a server listen on an address, and resolves with its port. Rejects with `ListenError`. */
export const listenOn = (server: Server, address: { host: string; port: number; backlog?: number }): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (error) => reject(new ListenError(address.host, address.port, error)));
    server.listen(address, () => resolve((server.address() as AddressInfo).port));
  });

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is already in use; choose another port, or 0 for a free one',
  EACCES: 'this port requires more privileges',
  EADDRNOTAVAIL: 'this machine does not have that address',
};
