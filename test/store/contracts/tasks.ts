import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TASK_LEASE_MS, TASKS_KEPT_MS, type Tasks } from '../../../src/safety/tasks.ts';

/** Tasks under test, alone in their store. */
export interface TasksUnderTest {
  readonly tasks: Tasks;
  /** Another process's view of the same store. */
  readonly another: () => Promise<Tasks>;
  /** Moves its clock, or the times that it stores. */
  readonly advance: (milliseconds: number) => unknown;
  readonly close: () => Promise<void>;
}

/** By how much a clock may advance by itself during a test. */
const SOON_MS = 10_000;

/** What holds for the tasks of all processes, in each store. */
export function itKeepsTheTasksContract(name: string, start: () => Promise<TasksUnderTest>): void {
  describe(`tasks in ${name}`, () => {
    let under: TasksUnderTest;
    let tasks: Tasks;
    let another: Tasks;
    beforeEach(async () => {
      under = await start();
      tasks = under.tasks;
      another = await under.another();
    });
    afterEach(() => under.close());

    it('are seen by every process with their last report, by their owner only', async () => {
      const created = await tasks.begin('t1', 'ann', 'first');
      // The clock of a database moves while a task begins.
      const updated = expect.toSatisfy((time: number) => time >= created);
      expect(await another.find('t1', 'ann')).toEqual({ isRunning: true, created, updated, report: 'first' });
      expect(await tasks.renew('t1', 'second "\u{1f600}" \u2028')).toBe('continue');
      expect(await another.find('t1', 'ann')).toMatchObject({ isRunning: true, report: 'second "\u{1f600}" \u2028' });
      expect(await another.find('t1', 'bob')).toBeUndefined();
      expect(await another.find('t2', 'ann')).toBeUndefined();
      expect(await another.find('\0', 'ann')).toBeUndefined();
    });

    it('keep their last report when they end', async () => {
      await tasks.begin('t1', 'ann', 'first');
      await tasks.end('t1', 'last');
      expect(await another.find('t1', 'ann')).toMatchObject({ isRunning: false, report: 'last' });
      await tasks.end('t1', 'later');
      expect(await tasks.renew('t1', 'later still')).toBe('interrupted');
      expect(await another.find('t1', 'ann')).toMatchObject({ isRunning: false, report: 'last' });
    });

    it('learn in their process that they were cancelled in another', async () => {
      await tasks.begin('t1', 'ann', 'first');
      expect(await another.cancel('t1', 'bob')).toBe(false);
      expect(await tasks.renew('t1')).toBe('continue');
      expect(await another.cancel('t1', 'ann')).toBe(true);
      expect(await tasks.renew('t1', 'second')).toBe('cancel');
      expect(await another.cancel('t1', 'ann')).toBe(true);
      await tasks.end('t1', 'last');
      expect(await another.cancel('t1', 'ann')).toBe(true);
      expect(await another.find('t1', 'ann')).toMatchObject({ isRunning: false, report: 'last' });
    });

    it('are interrupted when their process does not report in time, and what it reports later is ignored', async () => {
      await tasks.begin('t1', 'ann', 'first');
      await under.advance(TASK_LEASE_MS - SOON_MS);
      expect(await another.find('t1', 'ann')).toMatchObject({ isRunning: true });
      await tasks.renew('t1');
      await under.advance(TASK_LEASE_MS - SOON_MS);
      expect(await another.find('t1', 'ann')).toMatchObject({ isRunning: true, report: 'first' });
      await under.advance(SOON_MS + 1);
      expect(await another.find('t1', 'bob')).toBeUndefined();
      expect(await tasks.renew('t1')).toBe('continue');
      await under.advance(TASK_LEASE_MS + 1);
      expect(await another.find('t1', 'ann')).toMatchObject({ isRunning: false, report: 'first' });
      expect(await tasks.renew('t1', 'second')).toBe('interrupted');
      await tasks.end('t1', 'last');
      expect(await another.find('t1', 'ann')).toMatchObject({ isRunning: false, report: 'first' });
    });

    it('are kept for a day', async () => {
      await tasks.begin('t1', 'ann', 'first');
      await tasks.end('t1', 'last');
      await under.advance(TASKS_KEPT_MS - SOON_MS);
      await tasks.begin('t2', 'ann', 'first');
      expect(await another.find('t1', 'ann')).toMatchObject({ report: 'last' });
      await under.advance(SOON_MS + 1);
      expect(await another.find('t1', 'ann')).toBeUndefined();
      expect(await another.cancel('t1', 'ann')).toBe(false);
      await tasks.begin('t3', 'ann', 'first');
      await under.advance(-SOON_MS - 1);
      expect(await another.find('t1', 'ann')).toBeUndefined();
      expect(await another.find('t2', 'ann')).toBeDefined();
    });
  });
}
