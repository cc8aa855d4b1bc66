const MAX_FORM_BYTES = 16 * 1024;
/** A browser sends a form at once, so no genuine form needs longer. */
const FORM_MS = 5_000;

/** How the server that accepted the form limits the time for reading it. */
export interface ReadingLimits {
  /** Aborted when reading has to stop, to free the slot for another form. */
  readonly stopSignal: AbortSignal;
  onEnd(): void;
}

/**
 * The fields of a submitted form, or why there are none: another content type, too large for what a person types, or too slow.
 */
export async function fieldsOf(
  request: Request,
  reading?: ReadingLimits,
): Promise<URLSearchParams | 'not-a-form' | 'too-slow'> {
  const [type] = (request.headers.get('content-type') ?? '').split(';');
  if (type?.trim().toLowerCase() !== 'application/x-www-form-urlencoded') return 'not-a-form';
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'too-slow'>((resolve) => {
    timer = setTimeout(resolve, FORM_MS, 'too-slow');
    reading?.stopSignal.addEventListener('abort', () => resolve('too-slow'), { once: true });
  });
  return Promise.race([read(request), late]).finally(() => {
    clearTimeout(timer);
    reading?.onEnd();
  });
}

async function read({ body }: Request): Promise<URLSearchParams | 'not-a-form'> {
  let bytes = 0;
  const parts: Uint8Array[] = [];
  for await (const part of body ?? []) {
    bytes += part.length;
    if (bytes > MAX_FORM_BYTES) return 'not-a-form';
    parts.push(part);
  }
  return new URLSearchParams(Buffer.concat(parts).toString('utf8'));
}
