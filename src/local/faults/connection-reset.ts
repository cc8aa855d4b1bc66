/** A fault: the connection breaks. In process, the request rejects with this error; the listener resets the socket. */
export class ConnectionReset extends Error {
  override readonly name = 'ConnectionReset';
  readonly code = 'ECONNRESET';

  constructor() {
    super('The connection was reset by an injected fault.');
  }
}
