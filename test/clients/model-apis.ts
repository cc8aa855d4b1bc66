/** A part of a request, as far as a scripted model reads it. */
export type Member = Readonly<Record<string, unknown>>;

export interface OfferedTool {
  readonly name: string;
  /** A JSON Schema, or a declaration in TypeScript. */
  readonly schema: unknown;
}

/** The protocol between a client and its model. */
export interface ModelApi {
  /** The path of a turn; the API does not serve other requests. */
  readonly path: RegExp;
  /** The tools of the server that a turn offers. */
  tools(turn: Member): readonly OfferedTool[];
  /** The result of the call of the tool, once the client has made it. */
  result(turn: Member): string | undefined;
  /** The events with which the model replies: the answer if there is one, or its next call. */
  reply(turn: Member, answer: string | undefined): string;
}

const TOOL = 'find_kx_problems';
const CALL = 'call_1';

const list = (value: unknown) => (Array.isArray(value) ? value : []) as readonly Member[];
const events = (...all: readonly Member[]) =>
  all.map((data) => `event: ${data['type']}\ndata: ${JSON.stringify(data)}\n\n`).join('');
/** The text of a result, which some clients pass on as parts of content. */
const textIn = (content: unknown) => (typeof content === 'string' ? content : JSON.stringify(content));
/** The tools of the server, by the names that it gave them. */
const ofServer = (tools: readonly Member[], prefix: string, schema: string): readonly OfferedTool[] =>
  tools
    .filter(({ name }) => String(name).startsWith(prefix))
    .map((tool) => ({ name: String(tool['name']).slice(prefix.length), schema: tool[schema] }));

/** The Messages API, as Claude Code uses it. */
export const MESSAGES: ModelApi = {
  path: /^\/v1\/messages(?:\?|$)/,
  tools: ({ tools }) => ofServer(list(tools), 'mcp__finspace__', 'input_schema'),
  result: ({ messages }) => {
    const blocks = list(messages).flatMap(({ content }) => list(content));
    const result = blocks.find(({ type, tool_use_id: id }) => type === 'tool_result' && id === CALL);
    return result && textIn(result['content']);
  },
  reply: (turn, answer) => {
    const names = list(turn['tools']).map(({ name }) => name);
    // Claude Code asks its model for the first reply before all servers have started.
    const next = [`mcp__finspace__${TOOL}`, 'WaitForMcpServers'].find((name) => names.includes(name));
    const id = next === 'WaitForMcpServers' ? `wait_${list(turn['messages']).length}` : CALL;
    const isCall = answer === undefined && next !== undefined;
    const usage = { input_tokens: 1, output_tokens: 1 };
    const message = { id: 'msg_1', type: 'message', role: 'assistant', model: turn['model'], content: [], usage };
    const [block, delta] = isCall
      ? [
          { type: 'tool_use', id, name: next, input: {} },
          { type: 'input_json_delta', partial_json: '{}' },
        ]
      : [
          { type: 'text', text: '' },
          { type: 'text_delta', text: answer ?? 'No tool.' },
        ];
    return events(
      { type: 'message_start', message },
      { type: 'content_block_start', index: 0, content_block: block },
      { type: 'content_block_delta', index: 0, delta },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: isCall ? 'tool_use' : 'end_turn' }, usage },
      { type: 'message_stop' },
    );
  },
};

/**
 * The Responses API, as Codex uses it with its default model: the tools of servers are functions in a program that the model writes. They
 * are declared in TypeScript, and deferred: the program lists them.
 */
export const RESPONSES: ModelApi = {
  path: /^\/v1\/responses(?:\?|$)/,
  tools: (turn) => ofServer(list(outputOf(turn)?.['tools']), 'mcp__finspace__', 'declaration'),
  result: (turn) => {
    const output = outputOf(turn);
    return output && JSON.stringify(output['result']);
  },
  reply: (_, answer) => {
    const item =
      answer === undefined
        ? { type: 'custom_tool_call', call_id: CALL, name: 'exec', namespace: 'functions', input: PROGRAM }
        : { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: answer }] };
    const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
    return events(
      { type: 'response.created', response: { id: 'response_1' } },
      { type: 'response.output_item.done', output_index: 0, item },
      { type: 'response.completed', response: { id: 'response_1', usage } },
    );
  },
};

/** Codex shortens long results, so the program leaves out the descriptions. */
const PROGRAM = `// @exec: {"max_output_tokens": 1000000}
const declaration = (text) => /declare const tools:[\\s\\S]*?(?=\\n\`\`\`)/.exec(text)?.[0].replaceAll(/\\/\\/.*/g, '').replaceAll(/\\s+/g, ' ');
const offered = ALL_TOOLS.filter(({ name }) => name.startsWith('mcp__finspace__'));
const declared = offered.map(({ name, description }) => ({ name, declaration: declaration(description) }));
text(JSON.stringify({ tools: declared, result: await tools.mcp__finspace__${TOOL}({}) }));`;

/** The output of the program, after the client has run it. */
function outputOf({ input }: Member): Member | undefined {
  const item = list(input).find(({ type, call_id: id }) => type === 'custom_tool_call_output' && id === CALL);
  const parts = item && (typeof item['output'] === 'string' ? [{ text: item['output'] }] : list(item['output']));
  const written = parts?.map(({ text }) => String(text)).find((text) => text.startsWith('{"tools"'));
  return written === undefined ? undefined : (JSON.parse(written) as Member);
}

/** The API of Gemini, as Gemini CLI uses it. */
export const GEMINI: ModelApi = {
  path: /:streamGenerateContent/,
  tools: ({ tools }) =>
    ofServer(
      list(tools).flatMap(({ functionDeclarations }) => list(functionDeclarations)),
      'mcp_finspace_',
      'parametersJsonSchema',
    ),
  result: ({ contents }) => {
    const parts = list(contents).flatMap(({ parts }) => list(parts));
    const response = parts.map(({ functionResponse }) => functionResponse as Member | undefined).find(Boolean);
    return response && JSON.stringify(response['response']);
  },
  reply: (_, answer) => {
    const part = answer === undefined ? { functionCall: { name: `mcp_finspace_${TOOL}`, args: {} } } : { text: answer };
    const candidate = { content: { role: 'model', parts: [part] }, finishReason: 'STOP', index: 0 };
    const usageMetadata = { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 };
    return `data: ${JSON.stringify({ candidates: [candidate], usageMetadata })}\n\n`;
  },
};
