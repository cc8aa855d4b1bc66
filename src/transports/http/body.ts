import { isJsonContentType, readRequestBody } from '@modelcontextprotocol/server';
import { ExcessiveJson, parseBounded } from '../../bounded-json.ts';
import { type Rejection, reject } from './rejection.ts';

/** The JSON of a request body, read once and bounded, or the response that rejects it. */
export async function readJson(request: Request, maxBytes: number): Promise<{ value: unknown } | Rejection> {
  const { headers } = request;
  if (!isJsonContentType(headers.get('content-type'))) return reject(415, 'The content type must be application/json.');
  const declared = headers.get('content-length');
  if (declared !== null && Number(declared) > maxBytes) return tooLarge(maxBytes);
  try {
    // The HTTP parser enforces a declared length, so only chunked bodies are counted here.
    if (declared !== null) return { value: parseBounded(await request.text()) };
    const body = await readRequestBody(request, maxBytes);
    return body.tooLarge ? tooLarge(maxBytes) : { value: parseBounded(body.text) };
  } catch (error) {
    if (error instanceof ExcessiveJson) return reject(400, `The request ${error.message}.`, {}, -32_600);
    return reject(400, 'Parse error: the body is not JSON.', {}, -32_700);
  }
}

const tooLarge = (maxBytes: number) =>
  reject(413, `The request is larger than ${maxBytes} bytes.`, { connection: 'close' });
