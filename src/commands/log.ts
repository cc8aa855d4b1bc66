import { isatty } from 'node:tty';
import type { Config } from '../config.ts';
import { utcSecond } from '../inventory/units.ts';
import { lazy } from '../operations/operation.ts';
import { printable } from '../safety/plan-text.ts';
import { visibleText } from '../untrusted.ts';

type Fields = Record<string, unknown>;

/** Structured log lines on stderr. */
export interface Log {
  debug(fields: Fields, message: string): void;
  info(fields: Fields, message: string): void;
  warn(fields: Fields, message: string): void;
  error(fields: Fields, message: string): void;
}

/** Milliseconds, to a tenth. */
export const roundedMs = (ms: number) => Math.round(ms * 10) / 10;

type Level = keyof Log;

/** Writes to stderr: lines for people on a terminal, JSON elsewhere, unless the configuration says which. */
export function stderrLog(config: Pick<Config, 'logLevel' | 'logFormat'>): Log & { flushed(): Promise<void> } {
  const { logLevel, logFormat = isatty(2) ? 'text' : 'json' } = config;
  const { write, flushed } = logFormat === 'text' ? textLines() : jsonLines(logLevel);
  const writer = (level: Level) => (fields: Fields, message: string) => {
    if (ORDER.indexOf(level) >= ORDER.indexOf(logLevel)) write(level, fields, message);
  };
  return { debug: writer('debug'), info: writer('info'), warn: writer('warn'), error: writer('error'), flushed };
}

type Write = (level: Level, fields: Fields, message: string) => void;

function textLines() {
  const write: Write = (level, fields, message) => void process.stderr.write(`${textLine(level, fields, message)}\n`);
  return { write, flushed: async () => {} };
}

/** `2026-03-17 09:30:00Z WARN message key=value`, always on one line. */
function textLine(level: Level, fields: Fields, message: string): string {
  const moment = `${utcSecond(new Date().toISOString())}Z`;
  const values = Object.entries(fields).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const isPlain = typeof value === 'string' && /^[\w.:/@%+-]+$/.test(value);
    return `${name}=${isPlain ? value : printable(JSON.stringify(value))}`;
  });
  return [moment, level.toUpperCase().padEnd(5), visibleText(message), ...values].join(' ');
}

/** A pino logger, loaded when the first line is logged. */
function jsonLines(logLevel: Config['logLevel']) {
  let last: Promise<void> = Promise.resolve();
  const load = lazy(async (): Promise<import('pino').Logger> => {
    const { default: pino } = await import('pino');
    return pino({ level: logLevel, name: 'finspace-mcp' }, pino.destination({ dest: 2, sync: true }));
  });
  const write: Write = (level, fields, message) => {
    last = load().then((logger) => logger[level](fields, message));
  };
  return { write, flushed: () => last };
}

const ORDER: readonly string[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];
