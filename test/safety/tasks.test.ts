import { sqlTasks } from '../../src/safety/sql-tasks.ts';
import { itKeepsTheTasksContract } from '../store/contracts/tasks.ts';
import { standingClock } from './support/backend.ts';
import { openTwice } from './support/two-processes.ts';

itKeepsTheTasksContract('a file that two processes share', async () => {
  const clock = standingClock();
  const { one, another, close } = await openTwice();
  return {
    tasks: sqlTasks(async () => one, clock.now),
    another: async () => sqlTasks(async () => another, clock.now),
    advance: clock.advance,
    close,
  };
});
