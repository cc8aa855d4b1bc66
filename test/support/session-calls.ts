import type { Session } from './hosts.ts';

export const KMS_KEY = 'arn:aws:kms:us-east-1:123456789012:key/0f5c0c4e-7f38-4a2b-9d3e-2f0c9a7d1b11';

/** Calls a tool that must succeed and returns its structured content. */
export async function did(
  session: Session,
  name: string,
  args: Record<string, unknown> = {},
): Promise<Record<string, unknown>> {
  const result = await session.callTool({ name, arguments: args });
  if (result.isError) throw new Error(result.content.map(({ text }) => text).join('\n'));
  return result.structuredContent as Record<string, unknown>;
}

/** Calls a tool that must fail and returns the text of its result. */
export async function failedTo(session: Session, name: string, args: Record<string, unknown> = {}): Promise<string> {
  const result = await session.callTool({ name, arguments: args });
  if (!result.isError) throw new Error(`${name} did not fail`);
  return result.content.map(({ text }) => text).join('\n');
}

/** Creates an environment and checks that it is ready for use, as it is at once in a world without delays. */
export async function createEnvironment(session: Session, name = 'trading'): Promise<{ environmentId: string }> {
  const created = await did(session, 'create_kx_environment', { name, kmsKeyId: KMS_KEY });
  const { environmentId } = created as { environmentId: string };
  const { status } = await did(session, 'get_kx_environment', { environmentId });
  if (status !== 'CREATED') throw new Error(`the environment is ${status}`);
  return { environmentId };
}
