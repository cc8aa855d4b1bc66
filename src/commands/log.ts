import type { Config } from '../config.ts';

type Fields = Record<string, unknown>;

/** Structured log lines on stderr. */
export interface Log {
  debug(fields: Fields, message: string): void;
  info(fields: Fields, message: string): void;
  warn(fields: Fields, message: string): void;
  error(fields: Fields, message: string): void;
}

/** A pino logger that writes to stderr at once, loaded with the first line that its level lets through. */
export function stderrLog({ logLevel }: Pick<Config, 'logLevel'>): Log & { flushed(): Promise<void> } {
  let loading: Promise<import('pino').Logger> | undefined;
  let last: Promise<void> = Promise.resolve();
  const load = async () => {
    const { default: pino } = await import('pino');
    return pino({ level: logLevel, name: 'finspace-mcp' }, pino.destination({ dest: 2, sync: true }));
  };
  const write = (level: 'debug' | 'info' | 'warn' | 'error') => (fields: Fields, message: string) => {
    if (ORDER.indexOf(level) < ORDER.indexOf(logLevel)) return;
    loading ??= load();
    last = loading.then((logger) => logger[level](fields, message));
  };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    flushed: () => last,
  };
}

const ORDER: readonly string[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];
