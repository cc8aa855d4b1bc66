import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { quoteUnlessPlain } from '../../untrusted.ts';
import { Words } from '../lenient.ts';
import { progressOf } from '../progress.ts';
import { structured } from '../result.ts';
import { EnvironmentArgument } from './fleet-reader.ts';
import { matchOpaque, opaque, shortDigest } from './opaque-text.ts';
import { type PolledEntity, type PollResult, polledEntity } from './polled-entity.ts';
import { fleetTool } from './tool.ts';
import { pollContext, WAIT_KINDS } from './wait-target.ts';

/** Shorter than the timeout of common clients, and than `PATIENCE_MS`, after which no tool reads any more. */
const SLICE_MS = 25_000;
const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 3_000;
/** Maximum additional entities in one call. */
export const MAX_ALSO = 49;

const entity = () => ({
  kind: Words(WAIT_KINDS).describe('nodes: all nodes of one cluster, for example after delete_kx_cluster_node'),
  name: z
    .string()
    .min(1)
    .max(150)
    .describe('Name of the entity; for a changeset, its id; for nodes, the name of the cluster'),
  database: z
    .string()
    .max(64)
    .optional()
    .describe('Database of the dataview or changeset; needed only if the name is not unique'),
});

const WHOLE_HANDLE = 'expects the handle of the last answer, complete and unchanged';
/** Long enough for as many entities as one call may have. */
const MAX_HANDLE_LENGTH = 120;

const WaitInput = () =>
  z.strictObject({
    environment: EnvironmentArgument(),
    ...entity(),
    also: z
      .array(z.strictObject(entity()))
      .max(MAX_ALSO)
      .optional()
      .describe('More entities of the environment to wait for in the same call'),
    until: z
      .string()
      .max(40)
      .optional()
      .describe('Status to wait for, such as DELETED. Default: the status in which the entity is ready.'),
    handle: z
      .string()
      .max(MAX_HANDLE_LENGTH, WHOLE_HANDLE)
      .refine((text) => contentsOf(text) !== undefined, WHOLE_HANDLE)
      .optional()
      .describe('From the last answer, to keep waiting'),
  });

export const waitFor = fleetTool({
  name: 'wait_for_kx_entity',
  title: 'Wait for kdb entities',
  description:
    'Wait until entities are ready or deleted, or all nodes of a cluster are RUNNING. Then returns status, size, ' +
    'settings and, after a load, clusters and dataviews without the new data; if waiting is futile, the reason at ' +
    'once. After 25 seconds returns a handle; repeat the call with it to keep waiting.',
  keywords: 'ready done finished poll',
  input: WaitInput,
  needs: ['ListKxEnvironments', 'GetKxEnvironment'],
  run: async (reader, input, { context, patienceMs = SLICE_MS }, { deletionTimes }) => {
    const { environment: wanted, also = [], until, handle, ...first } = input;
    const startedMs = Date.now();
    let waited = waitedBefore(handle, shortDigest({ ...input, handle: undefined }), startedMs);
    const environment = await reader.environmentOrDeleted(wanted);
    const polling = pollContext(reader, deletionTimes, environment);
    const all = await Promise.all([first, ...also].map((target) => polledEntity(polling, target, until)));
    const { signal } = context.mcpReq;
    const report = progressOf(context);
    let results: readonly PollResult[] = [];
    for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(wait * 1.5, MAX_PAUSE_MS)) {
      results = await pollPending(all, results, waited);
      waited = { ...waited, wasThere: results.map(({ status }, at) => wasFound(waited, at) || status !== 'NOT_FOUND') };
      const firstPending = results.findIndex(({ ended }) => !ended);
      const passedMs = Date.now() - startedMs;
      // A negative time shows that the clock was set back.
      const isOver = passedMs < 0 || passedMs + wait > patienceMs;
      if (firstPending < 0 || isOver) return result(all, results, waited);
      const [name, status] = [all[firstPending]?.name, results[firstPending]?.status].map(quoteUnlessPlain);
      await report(`${name} is ${status} (waited ${secondsSince(waited)} s)`);
      await pause(wait, undefined, { signal });
    }
  },
});

/** Whether an earlier poll found an entity. */
const wasFound = ({ wasThere }: Waited, at: number): boolean => wasThere[at] === true;

/** The results of all entities; those that have ended are not polled again. */
async function pollPending(
  all: readonly PolledEntity[],
  earlier: readonly PollResult[],
  waited: Waited,
): Promise<readonly PollResult[]> {
  const results: PollResult[] = [];
  for (const [at, { poll }] of all.entries()) {
    const last = earlier[at];
    results.push(last?.ended === true ? last : await poll(wasFound(waited, at)));
  }
  return results;
}

const secondsSince = ({ sinceMs }: Waited) => Math.max(0, Math.round((Date.now() - sinceMs) / 1000));

const AGAIN = 'Call again with the same arguments and this handle.';
const STUCK =
  'Waiting longer will probably not help: find_kx_problems (problem: stuck) shows it. To wait anyway, call again with the same arguments and this handle.';

/** The result for one entity, or for several; with a handle if some have not ended. */
function result(all: readonly PolledEntity[], results: readonly PollResult[], waited: Waited) {
  const waitedSeconds = secondsSince(waited);
  const rows = results.map(({ ended, row, ...each }, at) => ({ entity: all[at]?.entity, ...each, ...row }));
  const pending = results.filter(({ ended }) => !ended);
  const more = pending.length === 0 ? {} : { handle: handleOf(waited) };
  const [row, second] = rows;
  if (row !== undefined && second === undefined)
    return structured({
      ...row,
      waitedSeconds,
      ...(pending.length === 0
        ? {}
        : { why: `Still ${quoteUnlessPlain(row.status)}. ${row.stuck === undefined ? AGAIN : STUCK}` }),
      ...more,
    });
  const reached = results.filter(({ reached: isReached }) => isReached).length;
  return structured({
    reached: reached === results.length,
    counts: { reached, pending: pending.length, unreachable: results.length - reached - pending.length },
    waitedSeconds,
    entities: rows,
    ...(pending.length === 0 ? {} : { why: pending.every(({ stuck }) => stuck !== undefined) ? STUCK : AGAIN }),
    ...more,
  });
}

interface Waited {
  /** When the first of a series of waits began. */
  readonly sinceMs: number;
  readonly wasThere: readonly boolean[];
  /** Digest of the arguments, without the handle. */
  readonly argumentsDigest: string | undefined;
}

/** What a handle says about earlier waits for the same entities; that of a call with other arguments says nothing. */
function waitedBefore(handle: string | undefined, argumentsDigest: string, now: number): Waited {
  const waited = handle === undefined ? undefined : contentsOf(handle);
  return waited?.argumentsDigest === argumentsDigest ? waited : { sinceMs: now, wasThere: [], argumentsDigest };
}

const handleOf = ({ sinceMs, wasThere, argumentsDigest }: Waited) =>
  opaque(`since ${sinceMs} ${wasThere.map((was) => (was ? 1 : 0)).join('')} of ${argumentsDigest}`);

/** The contents of a handle; undefined for a text that does not have the form of a handle. */
function contentsOf(handle: string): Waited | undefined {
  const match = matchOpaque(handle, /^since ([1-9]\d{12}) ([01]{1,50}) of ([0-9a-f]{8})$/);
  if (match === null) return undefined;
  const [, since, bits = '', argumentsDigest] = match;
  // The clock may have been set back, and that of another replica may be ahead.
  const sinceMs = Math.min(Number(since), Date.now());
  return { sinceMs, wasThere: [...bits].map((bit) => bit === '1'), argumentsDigest };
}
