import type { ProtocolError, ServerContext } from '@modelcontextprotocol/server';
import { describe, expect, it } from 'vitest';
import { taskRuns } from '../../src/extensions/task-runs.ts';
import type { Tasks } from '../../src/safety/tasks.ts';
import type { ToolResult } from '../../src/tools/dependencies.ts';

const away = async () => {
  throw new Error('db.example refused the connection');
};
const result = (finished: boolean) =>
  ({ content: [{ type: 'text', text: 'done' }], structuredContent: { finished } }) satisfies ToolResult;
const completed = (finished: boolean) => ({
  status: 'completed',
  result: { ...result(finished), resultType: 'complete' },
});
const REPORT = { message: 'Started.', resultIfInterrupted: result(false) };

/** Task runs on a store whose methods succeed, except those that `replaced` has; and what the runs stored and reported. */
function runsOn(replaced: Partial<Tasks>) {
  const reports: string[] = [];
  const problems: unknown[] = [];
  const tasks: Tasks = {
    begin: async () => 1_000,
    renew: async () => 'continue',
    end: async (_, report) => void reports.push(report),
    find: async () => undefined,
    cancel: async () => true,
    ...replaced,
  };
  const request = new AbortController();
  const runs = taskRuns(tasks, (error) => problems.push(error));
  const context = { mcpReq: { signal: request.signal } } as ServerContext;
  return { runs, context, request, problems, ended: () => reports.map((report) => JSON.parse(report)) };
}

describe('a call that may continue as a task', () => {
  it('ends with its request if its task cannot be stored', async () => {
    const { runs, context, problems } = runsOn({ begin: away });
    const done = await runs.run('ann', context, async (_, continueAsTask) => {
      expect(await continueAsTask(REPORT)).toBeUndefined();
      return result(true);
    });
    expect(done).toEqual(result(true));
    expect(problems).toHaveLength(1);
  });

  it('ends with its request if the client has cancelled the request', async () => {
    const { runs, context, request } = runsOn({});
    request.abort('not now');
    const cancelled = runs.run('ann', context, async ({ mcpReq }, continueAsTask) => {
      expect(await continueAsTask(REPORT)).toBeUndefined();
      expect(mcpReq.signal).toMatchObject({ aborted: true, reason: 'not now' });
      throw new Error('cancelled');
    });
    await expect(cancelled).rejects.toThrow('cancelled');
  });

  it('fails with its request if it fails before it continues', async () => {
    const { runs, context, ended } = runsOn({});
    const failed = runs.run('ann', context, async () => {
      throw new Error('refused');
    });
    await expect(failed).rejects.toThrow('refused');
    expect(ended()).toEqual([]);
  });

  it('is not stopped with its request once it continues, but with its server', async () => {
    const { runs, context, request, ended } = runsOn({});
    const task = await runs.run('ann', context, async ({ mcpReq: { signal } }, continueAsTask) => {
      await continueAsTask(REPORT);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      expect(signal.reason).toMatchObject({ message: 'The server was stopped.' });
      return result(false);
    });
    expect(task).toMatchObject({ resultType: 'task', status: 'working', statusMessage: 'Started.' });
    request.abort();
    await new Promise((resolve) => setImmediate(resolve));
    await runs.stop();
    expect(ended()).toEqual([{ outcome: completed(false) }]);
    const late = await runs.run('ann', context, async () => result(true));
    expect(late).toEqual(result(true));
  });

  it('ends with its request while a hundred tasks run', async () => {
    const { runs, context } = runsOn({});
    const ends: (() => void)[] = [];
    const started = () =>
      runs.run('ann', context, async (_, continueAsTask) => {
        if ((await continueAsTask(REPORT)) !== undefined) await new Promise<void>((end) => ends.push(end));
        return result(true);
      });
    for (let count = 0; count < 100; count += 1) expect(await started()).toMatchObject({ resultType: 'task' });
    expect(await started()).toEqual(result(true));
    for (const end of ends) end();
    await expect.poll(started).toMatchObject({ resultType: 'task' });
    for (const end of ends) end();
  });

  it.each([
    ['its progress cannot be stored', away, 'The progress of the task could not be stored.'],
    ['it was seen as interrupted', async () => 'interrupted' as const, 'The task counts as interrupted'],
    ['it was cancelled', async () => 'cancel' as const, 'The task was cancelled.'],
  ])('stops before its next change if %s', async (_, renew, why) => {
    const { runs, context } = runsOn({ renew });
    const reason = new Promise<Error>((resolve) => {
      void runs.run('ann', context, async ({ mcpReq: { signal } }, continueAsTask) => {
        const task = await continueAsTask(REPORT);
        await task?.announce(REPORT);
        resolve(signal.reason);
        return result(false);
      });
    });
    expect((await reason).message).toContain(why);
  });

  it('continues between changes although its progress cannot be stored', async () => {
    const { runs, context, problems, ended } = runsOn({ renew: away });
    await runs.run('ann', context, async ({ mcpReq: { signal } }, continueAsTask) => {
      const task = await continueAsTask(REPORT);
      await task?.report(REPORT);
      return result(!signal.aborted);
    });
    await expect.poll(ended).toEqual([{ outcome: completed(true) }]);
    expect(problems).toHaveLength(1);
  });

  it('ends as completed if it has finished although it was cancelled, and otherwise as cancelled', async () => {
    const { runs, context, ended } = runsOn({ renew: async () => 'cancel' });
    for (const finished of [true, false])
      await runs.run('ann', context, async (_, continueAsTask) => {
        await (await continueAsTask(REPORT))?.report(REPORT);
        return result(finished);
      });
    await expect
      .poll(ended)
      .toEqual([{ outcome: completed(true) }, { outcome: { status: 'cancelled', statusMessage: 'done' } }]);
  });

  it('ends as failed, without details, if it throws', async () => {
    const { runs, context, ended } = runsOn({});
    await runs.run('ann', context, async (_, continueAsTask) => {
      await continueAsTask(REPORT);
      throw new Error('secret');
    });
    await expect
      .poll(ended)
      .toEqual([{ outcome: { status: 'failed', error: { code: -32603, message: 'Internal error' } } }]);
  });
});

it('an error of a store that does not answer shows no details', async () => {
  const { runs, problems } = runsOn({ find: away, cancel: away });
  const failure = { code: -32603, message: 'Tasks are unavailable now. Try again.' } satisfies Partial<ProtocolError>;
  await expect(runs.find('t1', 'ann')).rejects.toMatchObject(failure);
  await expect(runs.cancel('t1', 'ann')).rejects.toMatchObject(failure);
  expect(problems).toHaveLength(2);
});
