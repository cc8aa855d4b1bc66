import { pathToFileURL } from 'node:url';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { bearer, person, tokens } from '../http/people.ts';
import { closeAll, product } from '../http/support.ts';
import { describeClient, installed } from './installed.ts';
import { codeIn, expectWholeSession, type ThirdParty } from './third-party.ts';

afterEach(async () => {
  vi.restoreAllMocks();
  await closeAll();
});

interface McpServer {
  connect(): Promise<void>;
  close(): Promise<void>;
  listTools(): Promise<{ name: string }[]>;
  readResource(uri: string): Promise<{ contents: { text: string }[] }>;
}
interface Schema {
  readonly properties: Record<string, unknown>;
}
interface ScriptedModel {
  readonly lastCall: { request: { input: { output?: { text: string }[] }[]; tools: FunctionTool[] } };
}
interface FunctionTool {
  readonly name: string;
  readonly strict: boolean;
  readonly parameters: Schema;
}
interface Agents {
  MCPServerStreamableHttp: new (options: object) => McpServer;
  Agent: new (options: object) => object;
  run(agent: object, input: string): Promise<unknown>;
  setTracingDisabled(disabled: boolean): void;
}
interface Testing {
  ScriptedModel: new (steps: unknown[]) => ScriptedModel;
  functionCall(name: string, args: object, options: { callId: string }): object;
  assistantMessage(text: string): object;
}
const load = async <Module>(file: string) =>
  (await import(/* @vite-ignore */ pathToFileURL(installed(file)).href)) as Module;

/** An agent whose model calls the tool that the test names, in the way that the schemas of this framework require. */
async function agentOf(url: string, token: string, strict: boolean): Promise<ThirdParty> {
  const { MCPServerStreamableHttp, Agent, run, setTracingDisabled } = await load<Agents>(
    '@openai/agents/dist/index.mjs',
  );
  const { ScriptedModel, functionCall, assistantMessage } = await load<Testing>(
    '@openai/agents/dist/testing/index.mjs',
  );
  setTracingDisabled(true);
  // It logs each schema that it cannot make strict, such as those with maps.
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const patient = { clientSessionTimeoutSeconds: 120, timeout: 120_000 };
  const server = new MCPServerStreamableHttp({ url, requestInit: { headers: bearer(token) }, ...patient });
  await server.connect();
  onTestFinished(() => server.close());
  const answers = async (...steps: unknown[]) => {
    const model = new ScriptedModel([...steps, [assistantMessage('Done.')]]);
    const mcpConfig = { convertSchemasToStrict: strict };
    const agent = new Agent({ name: 'operator', instructions: '', model, mcpServers: [server], mcpConfig });
    await run(agent, 'Go on.');
    return model.lastCall.request;
  };
  const { tools } = await answers();
  return {
    tools: async () => (await server.listTools()).map(({ name }) => name),
    read: async (uri) => (await server.readResource(uri)).contents.map(({ text }) => text).join(),
    call: async (name, args) => {
      const tool = tools.find((one) => one.name === name) as FunctionTool;
      expect(tool.strict).toBe(strict);
      const omitted = strict ? Object.keys(tool.parameters.properties).map((member) => [member, null]) : [];
      const given = { ...Object.fromEntries(omitted), ...args };
      const { input } = await answers([functionCall(name, given, { callId: 'call' })]);
      const text = (input.at(-1)?.output ?? []).map((part) => part.text).join('\n');
      // The framework gives the model the text of a result, but not whether the call failed.
      return { failed: /did not run|failed with/.test(text), text };
    },
  };
}

describeClient('an agent of the OpenAI Agents SDK', { timeout: 480_000 }, () => {
  it.each([
    ['as they are', false],
    ['made strict, so that what is left out is null', true],
  ])('runs a delete that a person approved on the page, with schemas %s', async (_, strict) => {
    const people = tokens({ agent: ['finspace:destroy'], ann: ['finspace:approve'] });
    const { url } = await product({ world: 'demo', authTokens: people.file });
    await expectWholeSession(await agentOf(url, people.agent, strict), async (refusal) => {
      const ann = person(url);
      await ann.signIn(people.ann);
      const { text } = await ann.decide(codeIn(refusal), { act: 'approve', name: 'hdb-uat' });
      expect(text).toContain('<h1>Approved</h1>');
    });
  });
});
