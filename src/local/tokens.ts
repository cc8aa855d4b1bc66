import type { Context } from './context.ts';
import { hexOf } from './random.ts';
import { requireThat } from './service-error.ts';

const MEMORY_MS = 10 * 60_000;

/**
 * Runs an operation once per client token: a repeat within ten minutes gets the first reply, and a different request gets a
 * conflict.
 */
export function idempotent(
  operation: string,
  input: object,
  context: Context,
  run: () => Promise<object>,
): Promise<object> {
  const { clientToken } = input as { clientToken?: string };
  return clientToken === undefined ? run() : runOnce(operation, clientToken, input, context, run);
}

async function runOnce(
  operation: string,
  clientToken: string,
  input: object,
  { tx, now, world }: Context,
  run: () => Promise<object>,
): Promise<object> {
  const scope = `${world.arn} ${operation}`;
  const digest = hexOf(canonical({ ...input, clientToken: undefined }));
  const stored = await tx.storedReply(scope, clientToken, now);
  if (stored !== undefined) {
    requireThat(
      stored.digest === digest,
      'TokenReused',
      `The client token ${clientToken} was already used with other parameters.`,
    );
    return JSON.parse(stored.reply);
  }
  const output = await run();
  await tx.storeReply(scope, clientToken, { digest, reply: JSON.stringify(output) }, now + MEMORY_MS, now);
  return output;
}

/** JSON with the members of every object sorted by name. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
