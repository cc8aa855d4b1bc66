/** The cause of a failed connection or request, short enough for a log line: the error code of the system if there is one. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer';
  const { code, cause, errors } = error as Error & { code?: unknown; cause?: unknown; errors?: unknown[] };
  const inner = cause ?? errors?.[0];
  if (inner instanceof Error) return causeOf(inner);
  if (error.name === 'TimeoutError') return 'timed out';
  return typeof code === 'string' && /^E(?!RR_)[A-Z_]+$/.test(code) ? code : error.message || 'no answer';
}
