import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Members, MINUTE } from './support/backend.ts';
import { KEY } from './support/call-environment-builder.ts';
import { accept, cancel, decline } from './support/guard.ts';
import { type Answer, type Era, openProduct, type Product, type RawClient, textOf } from './support/wire.ts';

const [RUNS, FLOWS] = process.env['TEST_LONG'] === undefined ? [25, 25] : [5_000, 1_000];
const ERAS: Era[] = ['2025-06-18', '2026-07-28'];

describe.each(ERAS)('a hostile client of %s', (era) => {
  let product: Product;
  let client: RawClient;
  let target: Members;
  const calls = (name: string, given: Members, more: Members = {}) =>
    client.request('tools/call', { name, arguments: given, ...more });
  const remove = (more: Members = {}) => calls('delete_kx_database', target, more);
  const reached = () => product.spy().destructive().length;

  beforeEach(async () => {
    product = openProduct();
    client = await product.connect(era);
    const created = await calls('create_kx_environment', { name: 'trading', kmsKeyId: KEY });
    const { environmentId } = (created.result as Members)['structuredContent'] as { environmentId: string };
    target = { environmentId, databaseName: 'trades' };
    await calls('create_kx_database', target);
    await calls('create_kx_database', { environmentId, databaseName: 'quotes' });
  });
  afterEach(async () => {
    await client.close();
    await product.close();
  });

  const FORGED: Members[] = [
    { inputResponses: accept('trades') },
    { requestState: '', inputResponses: accept('trades') },
    { requestState: 'x.y', inputResponses: accept('trades') },
    { requestState: { nonce: 'x' }, inputResponses: accept('trades') },
    { requestState: ['x'], inputResponses: accept('trades') },
    { requestState: null, inputResponses: accept('trades') },
    { approval: { action: 'accept', content: { name: 'trades' } } },
    { confirm: true, approved: true, content: { name: 'trades' } },
    { task: { ttl: 1 }, inputResponses: accept('trades') },
  ];

  it('gets nothing done with answers to forms that were never shown', async () => {
    for (const forged of FORGED) await remove(forged);
    expect(reached()).toBe(0);
  });

  it('gets nothing done with arguments that claim approval', async () => {
    for (const name of ['confirm', 'approved', 'name', 'state', 'requestState', 'inputResponses', '_meta'])
      await calls('delete_kx_database', { ...target, [name]: name === 'name' ? 'trades' : true });
    expect(reached()).toBe(0);
  });

  it('gets nothing done without declaring forms', async () => {
    const mute = await product.connect(era, {});
    const answer = await mute.request('tools/call', { name: 'delete_kx_database', arguments: target });
    expect(textOf(answer)).toContain('shows no forms');
    expect(reached()).toBe(0);
    await mute.close();
  });

  /** Makes the call, answers its form with `answers`, and completes it; `times` times in the era in which an answer can be sent again. */
  const round = async (
    answers: unknown,
    meanwhile: () => unknown = () => {},
    databaseName: unknown = 'trades',
    times = 1,
  ): Promise<Answer> => {
    client.onServerRequest = async () => {
      await meanwhile();
      return ((answers as Members)?.['approval'] ?? {}) as Members;
    };
    const call = (more: Members = {}) => calls('delete_kx_database', { ...target, databaseName }, more);
    const first = await call();
    const state = first.result?.['requestState'];
    if (state === undefined) return first;
    await meanwhile();
    const answered = Array.from({ length: times }, () => call({ requestState: state, inputResponses: answers }));
    const ended = await Promise.all(answered);
    return ended.find(({ result }) => result?.['isError'] === undefined) ?? (ended[0] as Answer);
  };

  it('deletes if and only if a person typed the name', async () => {
    for (const answers of [
      decline,
      cancel,
      accept('quotes'),
      accept(null),
      {},
      undefined,
      'accept',
      [accept('trades')],
    ]) {
      const answer = await round(answers);
      expect(answer.result?.['isError'] ?? true, JSON.stringify(answers)).toBe(true);
      product.clock.advance(11 * MINUTE);
    }
    expect(reached()).toBe(0);
    expect((await round(accept('trades'))).result?.['isError']).toBeUndefined();
    expect(reached()).toBe(1);
  });

  it(`gets exactly the approved calls done, in ${FLOWS} random flows`, async () => {
    const flow = fc.record({
      databaseName: fc.constantFrom('trades', 'quotes'),
      how: fc.constantFrom('right', 'right', 'wrong', 'decline', 'cancel', 'junk'),
      meanwhile: fc.constantFrom('nothing', 'nothing', 'change', 'expire', 'set back'),
      times: fc.constantFrom(1, 1, 5),
    });
    let changes = 0;
    let expected = reached();
    const property = fc.asyncProperty(fc.array(flow, { minLength: 1, maxLength: 4 }), async (flows) => {
      for (const { databaseName, how, meanwhile, times } of flows) {
        product.clock.advance(31 * MINUTE);
        const happenings: Record<string, () => unknown> = {
          change: () => calls('update_kx_database', { ...target, databaseName, description: `Change ${++changes}` }),
          expire: () => product.clock.advance(16 * MINUTE),
          'set back': () => product.clock.advance(-MINUTE),
        };
        const answers: Record<string, unknown> = {
          right: accept(databaseName),
          wrong: accept('other'),
          decline,
          cancel,
        };
        const { result } = await round(
          answers[how] ?? accept([databaseName]),
          happenings[meanwhile],
          databaseName,
          times,
        );
        const runs = how === 'right' && meanwhile === 'nothing';
        expected += runs ? 1 : 0;
        expect(reached(), `${how}, ${meanwhile}, ${times} times`).toBe(expected);
        expect(result?.['isError'] === undefined).toBe(runs);
        if (runs) await calls('create_kx_database', { ...target, databaseName });
      }
    });
    // What happened cannot be undone, so shrinking a failure would be meaningless.
    await fc.assert(property, { numRuns: FLOWS, endOnFailure: true });
    expect(expected).toBeGreaterThan(0);
  }, 1_800_000);

  it('cannot use an answer after it expired, or while the clock is set back', async () => {
    for (const jump of [16 * MINUTE, -MINUTE]) {
      const answer = await round(accept('trades'), () => product.clock.advance(jump));
      expect(answer.result?.['isError']).toBe(true);
      product.clock.advance(16 * MINUTE);
    }
    expect(reached()).toBe(0);
  });

  it(`gets nothing done without the person in ${RUNS} random sequences`, async () => {
    const states: string[] = [];
    client.onServerRequest = () => ({ action: 'decline' });
    const attempt = fc.record({
      tool: fc.constantFrom('trades', 'quotes'),
      state: fc.oneof(fc.nat(20), fc.string(), fc.constant(undefined)),
      name: fc.constantFrom('trade', 'TRADES', 'quote', '', 'trades '),
      flip: fc.nat(60),
    });
    const property = fc.asyncProperty(fc.array(attempt, { maxLength: 5 }), async (attempts) => {
      product.clock.advance(11 * MINUTE);
      for (const { tool, state, name, flip } of attempts) {
        const known = typeof state === 'number' ? states[state % Math.max(1, states.length)] : state;
        // An agent knows the right name, which must not help with an altered state.
        const broken = known === undefined ? undefined : flipped(known, flip);
        for (const [requestState, typed] of [
          [known, name],
          [broken, tool],
        ]) {
          const answer = await calls(
            'delete_kx_database',
            { ...target, databaseName: tool },
            { ...(requestState === undefined ? {} : { requestState }), inputResponses: accept(typed) },
          );
          const next = answer.result?.['requestState'];
          if (typeof next === 'string') states.push(next);
        }
      }
      expect(reached()).toBe(0);
    });
    await fc.assert(property, { numRuns: RUNS });
  }, 600_000);
});

/** The text with one character of the first 60 replaced by another equally likely one. */
function flipped(text: string, at: number): string {
  const index = text === '' ? 0 : at % text.length;
  return `${text.slice(0, index)}${text[index] === 'A' ? 'B' : 'A'}${text.slice(index + 1)}`;
}

describe('a client of 2025 that declares forms and cannot show them', () => {
  it.each<[string, () => Promise<Members>]>([
    ['an error', () => Promise.reject({ code: -32_601, message: 'Method not found' })],
    ['nothing that is an answer', async () => ({})],
    ['an unknown action', async () => ({ action: 'maybe' })],
  ])('is refused with a code when it answers a form with %s, and gets no more forms', async (_, answer) => {
    const product = openProduct({}, { durable: true });
    const client = await product.connect('2025-06-18');
    const call = (name: string, given: Members) => client.request('tools/call', { name, arguments: given });
    const created = await call('create_kx_environment', { name: 'trading', kmsKeyId: KEY });
    const { environmentId } = (created.result as Members)['structuredContent'] as { environmentId: string };
    const target = { environmentId, databaseName: 'trades' };
    await call('create_kx_database', target);
    let forms = 0;
    client.onServerRequest = () => {
      forms += 1;
      return answer();
    };
    for (let times = 0; times < 3; times += 1) {
      const answered = await call('delete_kx_database', target);
      expect(answered.result?.['isError']).toBe(true);
      expect(textOf(answered)).toMatch(/The plan waits under the code \w{5}\./);
      expect(textOf(answered)).toContain('Type trades to approve.');
      expect(textOf(answered)).not.toContain('Method not found');
    }
    expect(forms).toBe(1);
    const person = await product.connect('2025-06-18');
    person.onServerRequest = () => accept('trades').approval;
    const { result } = await person.request('tools/call', { name: 'delete_kx_database', arguments: target });
    expect(result?.['isError']).toBeUndefined();
    expect(product.spy().destructive()).toHaveLength(1);
    for (const { close } of [person, client, product]) await close();
  });
});
