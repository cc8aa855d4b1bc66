import { connect } from 'node:net';

/** Sends bytes as they are and gives everything that comes back until the server closes or has been silent for a moment. */
export function raw(port: number, bytes: string, silentMs = 400): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => void socket.write(bytes, 'latin1'));
    let reply = '';
    let timer = setTimeout(() => socket.destroy(), 5_000);
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      reply += chunk;
      clearTimeout(timer);
      timer = setTimeout(() => socket.destroy(), silentMs);
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(reply);
    });
  });
}
