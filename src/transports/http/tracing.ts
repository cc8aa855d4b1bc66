import { TRACEPARENT_META_KEY, TRACESTATE_META_KEY } from '@modelcontextprotocol/server';
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { HttpExchange } from './exchange.ts';

const tracer = trace.getTracer('finspace-mcp');

/**
 * Runs a request in a span, a child of the trace that its `_meta` names. Spans go nowhere unless the operator has
 * registered an OpenTelemetry SDK in this process.
 */
export function traceRequest(
  { rpc, tool, principal = '', path }: HttpExchange,
  body: unknown,
  work: () => Promise<Response>,
): Promise<Response> {
  if (rpc === undefined) return work();
  const name = tool === undefined ? rpc : `${rpc} ${tool}`;
  const attributes = {
    'mcp.method.name': rpc,
    'enduser.id': principal,
    'url.path': path,
    ...(tool && { 'gen_ai.tool.name': tool }),
  };
  return tracer.startActiveSpan(name, { kind: SpanKind.SERVER, attributes }, parent(body), async (span) => {
    try {
      const response = await work();
      span.setAttribute('http.response.status_code', response.status);
      if (response.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      return response;
    } finally {
      span.end();
    }
  });
}

function parent(body: unknown) {
  const meta = (body as { params?: { _meta?: Record<string, unknown> } } | null)?.params?._meta;
  const traceparent = meta?.[TRACEPARENT_META_KEY];
  if (typeof traceparent !== 'string') return context.active();
  const carrier = { traceparent, tracestate: String(meta?.[TRACESTATE_META_KEY] ?? '') };
  return propagation.extract(context.active(), carrier);
}
