import { type Embedded, openEmbedded, spyOn } from './backend.ts';
import { type EnvironmentBuilder, openBuilder } from './call-environment-builder.ts';
import { type Guard, type GuardOptions, openGuard } from './guard.ts';

/** Two environments with the same entities. The database `kept` of each is protected. */
export interface TwoEnvironments {
  readonly backend: Embedded;
  readonly town: EnvironmentBuilder;
  readonly other: EnvironmentBuilder;
  /** Runs with a guard that records calls to the backend and does not forward them. */
  readonly guarded: (
    options: Partial<GuardOptions>,
    run: (guard: Guard, reached: () => string[]) => Promise<void>,
  ) => Promise<void>;
}

export async function openTwoEnvironments(): Promise<TwoEnvironments> {
  const backend = await openEmbedded();
  const [town, other] = [await openBuilder(backend.call, 'town'), await openBuilder(backend.call, 'other')];
  for (const builder of [town, other]) {
    await builder.database('trades');
    await builder.database('kept');
    await builder.user('ann');
    await builder.volume('fast');
    await builder.cluster('gateway');
    await builder.tag('/kxDatabase/kept');
  }
  const guarded: TwoEnvironments['guarded'] = async (options, run) => {
    const spy = spyOn(backend.call, { forward: false });
    const guard = await openGuard({ call: spy.call, clock: backend.clock, ...options });
    await run(guard, () => spy.reached.map(({ name }) => name));
    await guard.close();
  };
  return { backend, town, other, guarded };
}
