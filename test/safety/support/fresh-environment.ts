import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type Embedded, openEmbedded, type Spy, spyOn } from './backend.ts';
import { type EnvironmentBuilder, openBuilder } from './call-environment-builder.ts';
import { type Guard, type GuardOptions, openGuard } from './guard.ts';

/** Gives each test of a file its own environment, `town-1`, `town-2` and so on, behind a guard whose calls are recorded. */
export function freshEnvironment() {
  let backend: Embedded;
  let builder: EnvironmentBuilder;
  let guard: Guard | undefined;
  let spy: Spy;
  let town = 0;
  beforeAll(async () => {
    backend = await openEmbedded();
  });
  afterAll(() => backend.close());
  beforeEach(async () => {
    town += 1;
    builder = await openBuilder(backend.call, `town-${town}`);
    await guard?.close();
    guard = await guarded();
  });

  const guarded = async (options: Partial<GuardOptions> = {}) => {
    spy = spyOn(options.call ?? backend.call);
    return openGuard({ clock: backend.clock, ...options, call: spy.call });
  };
  const attemptOf = (tool: string, args: object) => ({
    tool,
    arguments: { environmentId: builder.environmentId, ...args },
  });
  return {
    get backend() {
      return backend;
    },
    get builder() {
      return builder;
    },
    get guard() {
      return guard as Guard;
    },
    get town() {
      return town;
    },
    /** Another guard over the same world; `reached` is about its calls from then on. */
    guarded,
    attemptOf,
    call: (tool: string, args: object) => (guard as Guard).attempt(attemptOf(tool, args)),
    /** The operations that reached the backend. */
    reached: () => spy.reached.map(({ name }) => name),
    tagsOf: async (path: string) =>
      (await backend.call('ListTagsForResource', { resourceArn: `${builder.environmentArn}${path}` })).tags ?? {},
  };
}
