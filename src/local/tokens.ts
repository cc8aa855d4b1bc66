import { digest } from '../digest.ts';
import type { Context } from './context.ts';
import { requireThat } from './service-error.ts';

const TOKEN_VALID_MS = 10 * 60_000;

/**
 * Lets an operation succeed once per client token: a repeat within ten minutes gets the same reply, and a different request
 * gets a conflict.
 */
export async function idempotent(
  operation: string,
  input: object,
  { tx, now, world }: Context,
  run: () => Promise<object>,
): Promise<object> {
  const { clientToken } = input as { clientToken?: string };
  if (clientToken === undefined) return run();
  const scope = `${world.arn} ${operation}`;
  const inputDigest = digest({ ...input, clientToken: undefined });
  const stored = await tx.storedReply(scope, clientToken, now);
  if (stored !== undefined) {
    requireThat(
      stored.digest === inputDigest,
      'TokenReused',
      `The client token ${clientToken} was already used with other parameters.`,
    );
    return JSON.parse(stored.reply);
  }
  const output = await run();
  await tx.storeReply(
    scope,
    clientToken,
    { digest: inputDigest, reply: JSON.stringify(output) },
    now + TOKEN_VALID_MS,
    now,
  );
  return output;
}
