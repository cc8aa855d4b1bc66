import { expect } from 'vitest';
import type { Person, Session } from '../support/hosts.ts';

/** The part of a third-party client that the tests use. */
export interface ThirdParty {
  /** The names of the tools that it lists. */
  tools(): Promise<string[]>;
  /** The text of a resource. */
  read(uri: string): Promise<string>;
  call(name: string, args: Record<string, unknown>): Promise<{ readonly failed: boolean; readonly text: string }>;
}

const TARGET = { environmentId: 'kdb-uat', clusterName: 'hdb-uat' };

/**
 * A client lists and reads; its delete is refused until a person approves it, and then runs. `approve` gets the text of
 * the refusal, with the code of the plan.
 */
export async function expectWholeSession(client: ThirdParty, approve: (refusal: string) => Promise<void>) {
  const tools = await client.tools();
  expect(tools).toEqual(expect.arrayContaining(['list_kx_environments', 'delete_kx_cluster']));
  expect(await client.read('finspace://kx/environments')).toContain('"name":"kdb-uat"');
  expect(await client.call('get_kx_cluster', TARGET)).toMatchObject({
    failed: false,
    text: has('"clusterType":"HDB"'),
  });

  const refusal = await client.call('delete_kx_cluster', TARGET);
  expect(refusal).toEqual({ failed: true, text: has('Nothing was changed.') });
  expect(await client.call('get_kx_cluster', TARGET)).toMatchObject({ failed: false });

  await approve(refusal.text);
  expect(await client.call('delete_kx_cluster', TARGET)).toMatchObject({ failed: false });
  expect(await client.call('get_kx_cluster', TARGET)).toEqual({ failed: true, text: has('not found') });
}

const has = (text: string) => expect.stringContaining(text) as unknown as string;

/** The code under which a plan waits. */
export const codeIn = (refusal: string) => /under the code ([A-Z0-9]{5})\b/.exec(refusal)?.[1] ?? expect.fail(refusal);

/** The text of a tool's result. */
export const resultText = ({ content }: { readonly content: readonly { readonly text?: string }[] }) =>
  content.map(({ text }) => text).join('\n');

/** The client behind a bridge: one of ours that shows forms, whose person types `typed`. */
export function behindBridge() {
  let typed = 'hdb-prod';
  const person: Person = () => ({ action: 'accept', content: { name: typed } });
  const approve = async () => {
    typed = 'hdb-uat';
  };
  return { person, approve };
}

/** One of our sessions in the form of a third-party client. */
export const asThirdParty = (session: Session): ThirdParty => ({
  tools: async () => (await session.listTools()).tools.map(({ name }) => name),
  read: async (uri) => (await session.readResource({ uri })).contents.map(({ text }) => text).join(),
  call: async (name, args) => {
    const { isError = false, content } = await session.callTool({ name, arguments: args });
    return { failed: isError, text: resultText({ content }) };
  },
});
