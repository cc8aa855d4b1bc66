import { digest } from '../digest.ts';
import { FinspaceError, wireName } from '../operations/failure.ts';
import { labels } from '../operations/http.ts';
import { type Call, operationNamed } from '../operations/index.ts';
import { createdLabel } from '../operations/references.ts';
import { StoreError } from '../sqlite/store-error.ts';
import { environmentNameCache } from './environment-name-cache.ts';
import type { Journal, Outcome } from './journal.ts';

/**
 * A Call that records in the journal every mutation and every call that shows a credential: its intent, durably, before the call,
 * and its outcome afterwards. If the intent cannot be recorded, the call is not made.
 */
export function journaledCall(
  call: Call,
  journal: Journal,
  backend: string,
  onJournalError: (error: unknown) => void,
): Call {
  const names = environmentNameCache();
  const callAndLearn: Call = async (name, input, options) => {
    const output = await call(name, input, options);
    names.learn(output);
    return output;
  };
  return async (name, input, options) => {
    const operation = operationNamed(name);
    if (operation.risk === 'read') return callAndLearn(name, input, options);
    const members = input as Record<string, unknown>;
    // The new name of an entity, if the input has it: environments get their ids from the service, and changesets have no name.
    const named = operation.risk === 'create' ? [String(createdLabel(name)), 'name'] : ['name'];
    const recorded = [...labels(operation), ...named.filter((label) => label in members)];
    const target = Object.fromEntries(recorded.map((label) => [label, members[label]]));
    const actor = options?.actor ?? { principal: 'this server' };
    const environment = names.of(members);
    const callId = await journal
      .begin({ operation: name, backend, target, environment, arguments: digest(input), ...actor })
      .catch((cause: unknown) => {
        onJournalError(cause);
        throw notJournaled(name, cause);
      });
    const finish = (outcome: Outcome) => journal.finish(callId, outcome).catch(onJournalError);
    try {
      const output = await callAndLearn(name, input, options);
      await finish({ result: 'succeeded' });
      return output;
    } catch (error) {
      await finish(outcomeOf(error));
      throw error;
    }
  };
}

function outcomeOf(error: unknown): Outcome {
  if (!(error instanceof FinspaceError)) return { result: 'unknown' };
  const { code, outcomeUnknown, requestId } = error.fields;
  return {
    result: outcomeUnknown ? 'unknown' : 'failed',
    error: wireName(code),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

function notJournaled(operation: Parameters<Call>[0], cause: unknown): FinspaceError {
  const { why, advice } = cause instanceof StoreError ? cause : {};
  return new FinspaceError({
    operation,
    code: 'Misconfigured',
    detail: `The journal cannot be written${why === undefined ? '' : ` (${why})`}, and no change is made without an entry in it.`,
    retryable: false,
    advice: `${advice === undefined ? 'Have a person check the state directory of this server (disk full, read-only?).' : `Have a person correct this. ${advice}`} Nothing was changed.`,
  });
}
