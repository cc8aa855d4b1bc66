import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { awsTime } from '../aws-time.ts';
import { type OperationName, operationNamed } from '../operations/index.ts';
import type { Members } from './plan-parts.ts';

/** What happens to a result with a credential. */
export interface SecretSink {
  /** Why operations that return a credential are not called; undefined if they are. */
  readonly refusal?: string;
  /** The output without what the caller must not see, and for whom it is. */
  readonly deliver: (name: OperationName, input: Members, output: Members) => Promise<Delivered>;
}

interface Delivered {
  readonly output: Members;
  readonly audience?: 'user';
}

const CREDENTIALS_KEPT_MS = 3_600_000;

/**
 * Writes credentials to files that only this user can read, and returns their paths. Each new one deletes the files that are older
 * than an hour.
 */
export function fileSink(folder: string, now: () => number): SecretSink {
  const deliver: SecretSink['deliver'] = async (name, input, output) => {
    const { secret } = operationNamed(name);
    const value = secret === undefined ? undefined : output[secret];
    if (secret === undefined || typeof value !== 'string') return { output };
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
    await removeOld(folder, now());
    const path = join(folder, `${input['clusterName']}-${randomBytes(6).toString('hex')}.txt`);
    await writeFile(path, `${value}\n`, { mode: 0o600, flag: 'wx' });
    const { [secret]: _, ...rest } = output;
    const expires = expiry(value);
    const { clusterName, userArn } = input;
    return {
      output: {
        ...rest,
        path,
        clusterName,
        user: String(userArn).split('/').at(-1),
        ...addressIn(value),
        ...(expires === undefined ? {} : { expires }),
        use: `The file is on the machine that runs this server. On that machine, until the credential expires, this user connects from q with: h:hopen \`$first read0 hsym \`$"${path}"`,
      },
    };
  };
  return { deliver };
}

/** Returns credentials to the caller, marked as meant for the user. */
export const inlineSink: SecretSink = {
  deliver: async (name, _, output) =>
    operationNamed(name).secret === undefined ? { output } : { output, audience: 'user' },
};

/** Hands out no credentials: a file on a server does not help callers on other machines. */
export const refusingSink: SecretSink = {
  refusal: 'Over HTTP a credential is handed out only when the operator starts the server with --secrets inline.',
  deliver: async (name, _, output) => {
    const { secret = '' } = operationNamed(name);
    const { [secret]: _secret, ...rest } = output;
    return { output: rest };
  },
};

/** The host and port in a signed string: `:tcps://host:port:user:signature`. */
function addressIn(signed: string): { readonly host?: string; readonly port?: number } {
  const [, host, port] = /^:(?:tcps:\/\/)?([\w.-]+):(\d{1,5}):/.exec(signed) ?? [];
  return host === undefined ? {} : { host, port: Number(port) };
}

/** When a signed string expires, from its own X-Amz-Date and X-Amz-Expires. */
function expiry(signed: string): string | undefined {
  const start = awsTime(String(/X-Amz-Date=(\d{8}T\d{6}Z)/.exec(signed)?.[1]));
  const seconds = Number(/X-Amz-Expires=(\d+)/.exec(signed)?.[1]);
  const end = new Date(start + seconds * 1000);
  return Number.isNaN(end.getTime()) ? undefined : end.toISOString();
}

async function removeOld(folder: string, time: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    // Another server with the same folder may have deleted it already.
    const file = await stat(path).catch(() => undefined);
    if (file !== undefined && time - file.mtimeMs > CREDENTIALS_KEPT_MS) await rm(path, { force: true });
  }
}
