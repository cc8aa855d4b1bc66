import { isJsonContentType, readRequestBody } from '@modelcontextprotocol/server';
import { ExcessiveJson, parseBounded } from '../../bounded-json.ts';
import { type Refusal, rejection } from './reply.ts';

/** The JSON of a request body, read once and bounded, or the response that rejects it. */
export async function readJson(request: Request, mostBytes: number): Promise<{ value: unknown } | Refusal> {
  const { headers } = request;
  if (!isJsonContentType(headers.get('content-type')))
    return rejection(415, 'The content type must be application/json.');
  const declared = headers.get('content-length');
  if (declared !== null && Number(declared) > mostBytes) return tooLarge(mostBytes);
  try {
    // The HTTP parser enforces a declared length, so only chunked bodies are counted here.
    if (declared !== null) return { value: parseBounded(await request.text()) };
    const body = await readRequestBody(request, mostBytes);
    return body.tooLarge ? tooLarge(mostBytes) : { value: parseBounded(body.text) };
  } catch (error) {
    if (error instanceof ExcessiveJson) return rejection(400, `The request ${error.message}.`, {}, -32_600);
    return rejection(400, 'Parse error: the body is not JSON.', {}, -32_700);
  }
}

const tooLarge = (mostBytes: number) =>
  rejection(413, `The request is larger than ${mostBytes} bytes.`, { connection: 'close' });
