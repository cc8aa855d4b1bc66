import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Stands between servers and a PostgreSQL server on Unix sockets, and cuts connections at a statement. */
export interface Cutter {
  /** The folder of its socket. */
  readonly folder: string;
  /** Cuts the next connection that sends a statement of one word: before PostgreSQL gets it, or after it has executed it. */
  cut(statement: string, when: 'before' | 'after'): void;
  /** How many connections it has cut. */
  readonly cuts: () => number;
  close(): Promise<void>;
}

export async function startCutter(clusterFolder: string): Promise<Cutter> {
  const folder = mkdtempSync(join(tmpdir(), 'finspace-cut-'));
  const open = new Set<Socket>();
  let wanted: { text: string; when: 'before' | 'after' } | undefined;
  let cuts = 0;
  const server = createServer((client) => {
    const database = connect(join(clusterFolder, '.s.PGSQL.5432'));
    for (const socket of [client, database]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => open.delete(socket));
    }
    /** The statement whose completion is not passed on. */
    let muted: string | undefined;
    const cut = () => {
      if (client.destroyed) return;
      client.destroy();
      cuts += 1;
    };
    client.on('data', (data) => {
      if (wanted !== undefined && data.includes(wanted.text)) {
        const { text, when } = wanted;
        wanted = undefined;
        if (when === 'before') {
          cut();
          database.destroy();
          return;
        }
        muted = text;
      }
      database.write(data);
    });
    database.on('data', (data) => {
      if (muted === undefined) client.write(data);
      // Replies to earlier statements may arrive first.
      else if (data.includes(`${muted}\0`)) cut();
    });
    database.on('close', () => client.destroy());
    client.on('close', () => setTimeout(() => database.destroy(), 100));
  });
  await new Promise<void>((resolve) => server.listen(join(folder, '.s.PGSQL.5432'), resolve));
  return {
    folder,
    cut: (text, when) => {
      wanted = { text, when };
    },
    cuts: () => cuts,
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
