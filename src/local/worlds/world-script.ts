import type { Input, OperationName } from '../../operations/index.ts';
import { answer } from '../answer.ts';
import { applyDue } from '../apply-due.ts';
import type { Context, World } from '../context.ts';
import { PACE } from '../lifecycle.ts';
import { seededRandom } from '../random.ts';
import type { Awaitable, Transaction } from '../transaction.ts';

/** Called with each request of a world's history before it is made. */
export type Observer = (name: OperationName, input: object) => void;

/** An environment that a script creates. */
export interface ScriptedEnvironment {
  /** Its id, once it exists. */
  id(): string;
  /** A request in it. */
  at<N extends OperationName>(ago: number, name: N, input: Omit<Input<N>, 'environmentId'>): void;
}

/** A world's history, declared in any order and then executed in order of time, by the service's own rules and quotas. */
export interface WorldScript {
  /** A request this many milliseconds before now. Its input is a function, because it may depend on earlier replies. */
  at<N extends OperationName>(ago: number, name: N, input: () => Input<N>): void;
  environment(ago: number, input: Input<'CreateKxEnvironment'>): ScriptedEnvironment;
  /** A change that no request can make. */
  meanwhile(ago: number, change: (tx: Transaction) => Awaitable<void>): void;
  play(): Promise<void>;
}

export function worldScript(tx: Transaction, world: World, now: number, observe: Observer = () => {}): WorldScript {
  const random = seededRandom('demo');
  const events: { ago: number; run: (context: Context) => Awaitable<void> }[] = [];
  const add = <N extends OperationName>(ago: number, name: N, input: () => Input<N>, then = (_: object) => {}) => {
    const run = async (context: Context) => {
      const request = input();
      observe(name, request);
      then(await answer(name, request, context, await tx.settings(world.arn)));
    };
    events.push({ ago, run });
  };
  return {
    at: (ago, name, input) => add(ago, name, input),
    environment(created, input) {
      let id = '';
      add(
        created,
        'CreateKxEnvironment',
        () => input,
        (output) => {
          id = (output as { environmentId: string }).environmentId;
        },
      );
      return { id: () => id, at: (ago, name, rest) => add(ago, name, () => ({ environmentId: id, ...rest }) as never) };
    },
    meanwhile(ago, change) {
      events.push({ ago, run: () => change(tx) });
    },
    async play() {
      const context = { tx, world, pace: PACE.realistic, random };
      for (const { ago, run } of events.toSorted((a, b) => b.ago - a.ago)) {
        await applyDue({ ...context, now: now - ago });
        await run({ ...context, now: now - ago });
      }
      await applyDue({ ...context, now });
    },
  };
}
