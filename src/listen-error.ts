import { ErrorForPeople } from './error-for-people.ts';

/** An address that cannot be listened on. */
export class ListenError extends ErrorForPeople {
  override readonly name = 'ListenError';

  constructor(host: string, port: number, cause: NodeJS.ErrnoException) {
    super(`cannot listen on ${host}:${port}: ${REASONS[cause.code ?? ''] ?? cause.message}`, { cause });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is already in use; choose another with --port, or 0 for a free one',
  EACCES: 'this port requires more privileges',
  EADDRNOTAVAIL: 'this machine does not have that address',
};
