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
  at<N extends OperationName>(agoMs: number, name: N, input: Omit<Input<N>, 'environmentId'>): void;
}

/** A world's history, declared in any order and then executed in order of time, by the service's own rules and quotas. */
export interface WorldScript {
  /** A request this many milliseconds before now. Its input is a function, because it may depend on earlier replies. */
  at<N extends OperationName>(agoMs: number, name: N, input: () => Input<N>): void;
  environment(agoMs: number, input: Input<'CreateKxEnvironment'>): ScriptedEnvironment;
  /** A change that no request can make. */
  changeDirectly(agoMs: number, change: (tx: Transaction) => Awaitable<void>): void;
  play(): Promise<void>;
}

export function worldScript(tx: Transaction, world: World, now: number, observe: Observer = () => {}): WorldScript {
  const random = seededRandom('demo');
  const events: { agoMs: number; run: (context: Context) => Awaitable<void> }[] = [];
  const add = <N extends OperationName>(agoMs: number, name: N, input: () => Input<N>, then = (_: object) => {}) => {
    const run = async (context: Context) => {
      const request = input();
      observe(name, request);
      then(await answer(name, request, context, await tx.settings(world.arn)));
    };
    events.push({ agoMs, run });
  };
  return {
    at: (agoMs, name, input) => add(agoMs, name, input),
    environment(agoMs, input) {
      let id = '';
      add(
        agoMs,
        'CreateKxEnvironment',
        () => input,
        (output) => {
          id = (output as { environmentId: string }).environmentId;
        },
      );
      return {
        id: () => id,
        at: (agoMs, name, rest) => add(agoMs, name, () => ({ environmentId: id, ...rest }) as never),
      };
    },
    changeDirectly(agoMs, change) {
      events.push({ agoMs, run: () => change(tx) });
    },
    async play() {
      const context = { tx, world, pace: PACE.realistic, random };
      for (const { agoMs, run } of events.toSorted((a, b) => b.agoMs - a.agoMs)) {
        await applyDue({ ...context, now: now - agoMs });
        await run({ ...context, now: now - agoMs });
      }
      await applyDue({ ...context, now });
    },
  };
}
