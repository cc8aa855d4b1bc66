const LARGEST_FORM = 16 * 1024;
/** A browser sends a form in one go; nobody needs longer who means it. */
const FORM_MS = 5_000;

/** What whoever let the form in has to say about how long it is read. */
export interface Reading {
  /** Aborted when it has to give way. */
  readonly stop: AbortSignal;
  /** To be called when nothing is read any more. */
  ended(): void;
}

/** The fields of a form that was sent. Says why there are none: it is something else, or more than a person would type, or takes too long. */
export async function fieldsOf(
  request: Request,
  reading?: Reading,
): Promise<URLSearchParams | 'not-a-form' | 'too-slow'> {
  const [type] = (request.headers.get('content-type') ?? '').split(';');
  if (type?.trim().toLowerCase() !== 'application/x-www-form-urlencoded') return 'not-a-form';
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'too-slow'>((resolve) => {
    timer = setTimeout(resolve, FORM_MS, 'too-slow');
    reading?.stop.addEventListener('abort', () => resolve('too-slow'), { once: true });
  });
  return Promise.race([read(request), late]).finally(() => {
    clearTimeout(timer);
    reading?.ended();
  });
}

async function read({ body }: Request): Promise<URLSearchParams | 'not-a-form'> {
  let bytes = 0;
  const parts: Uint8Array[] = [];
  for await (const part of body ?? []) {
    bytes += part.length;
    if (bytes > LARGEST_FORM) return 'not-a-form';
    parts.push(part);
  }
  return new URLSearchParams(Buffer.concat(parts).toString('utf8'));
}
