import { expect, it } from 'vitest';
import { truncate } from '../../src/inventory/units.ts';
import { FinspaceError } from '../../src/operations/failure.ts';
import { type Call, OPERATION_NAMES, operationNamed } from '../../src/operations/index.ts';
import { toolName } from '../../src/operations/naming.ts';
import { failed, succeeded } from '../../src/tools/result.ts';
import { safeJson } from '../../src/untrusted.ts';
import { standingClock } from './support/backend.ts';
import { CORPUS, UNREADABLE } from './support/corpus.ts';
import { type Outcome, openGuard } from './support/guard.ts';

const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Every operation builds its result in the same way, so each is tested with a part of the corpus, and one with all of it. */
const someFor = (name: string) => CORPUS.filter((_, at) => name === 'GetKxCluster' || at % 16 === name.length % 16);

const said = (outcome: Outcome) => (outcome.kind === 'asked' ? outcome.message : outcome.text);

/** The text as answers show it, with hidden characters as escapes. */
const shown = (text: string) =>
  text.replace(
    /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );

/** A reply with the text in every place that can contain text. */
const replies = (text: string) => ({
  name: text,
  description: text,
  statusReason: text,
  tags: { owner: text },
  nested: { list: [{ value: text }, text] },
  [text]: text,
});

it('a result contains data as data, and as the same JSON', () => {
  for (const text of CORPUS) {
    const json = safeJson(replies(text));
    expect(JSON.parse(json)).toEqual(replies(text));
    expect(json).not.toMatch(INVISIBLE);
    expect(json.split('\n')).toHaveLength(1);
  }
});

it.each(OPERATION_NAMES)('a result keeps hostile replies apart from its own words: %s', (name) => {
  const words = (text: string) => succeeded(name, { ...replies(text), nextToken: text }).content.slice(1);
  for (const text of someFor(name)) {
    const { structuredContent, content } = succeeded(name, replies(text));
    expect(structuredContent).toMatchObject(replies(shown(text)));
    expect(JSON.stringify(structuredContent)).not.toMatch(INVISIBLE);
    expect(JSON.parse((content[0] as { text: string }).text)).toEqual(structuredContent);
    expect(words(text)).toEqual(words('harmless'));
  }
});

it.each(OPERATION_NAMES)('a result quotes the message of the service about a failure: %s', (operation) => {
  const failure = (text: string) =>
    failed(
      toolName(operation),
      new FinspaceError({
        operation,
        code: 'Conflict',
        detail: text,
        retryable: false,
        advice: 'Look.',
        httpStatus: 409,
        requestId: text,
      }),
    );
  const report = (text: string) => (failure(text).content[0] as { text: string }).text;
  const ours = (text: string) => report(text).replace(/"(?:[^"\\]|\\.)*"(?: \(cut, \d+ characters in all\))?/g, '""');
  for (const text of someFor(operation)) {
    expect(ours(text)).toBe(ours('harmless'));
    expect(report(text).replaceAll('\n', '')).not.toMatch(UNREADABLE);
    expect(failure(text).structuredContent).toMatchObject({ error: { message: shown(truncate(text, 2_000)) } });
  }
});

it('a hostile reply stays quoted through a whole call', async () => {
  const readers = OPERATION_NAMES.filter((name) => operationNamed(name).http === 'GET /kx/environments');
  for (const text of CORPUS.filter((_, at) => at % 10 === 0)) {
    const call: Call = async () => ({ environments: [replies(text)] }) as never;
    const guard = await openGuard({ call, clock: standingClock() });
    const outcome = await guard.attempt({ tool: toolName(readers[0] as never), arguments: {} });
    expect(outcome).toMatchObject({ kind: 'done', content: { complete: true, environments: [replies(shown(text))] } });
    expect(said(outcome)).not.toMatch(INVISIBLE);
    await guard.close();
  }
});

it('a refusal quotes an invalid argument of an agent', async () => {
  const guard = await openGuard({ call: async () => ({}) as never, clock: standingClock() });
  for (const text of CORPUS) {
    const wrong = await guard.attempt({ tool: 'delete_kx_database', arguments: { [text]: text } });
    expect(said(wrong).replaceAll('\n', '')).not.toMatch(UNREADABLE);
    await expect(guard.attempt({ tool: text, arguments: {} })).rejects.toThrow(/^Unknown tool "(?:[^"\\]|\\.)*"/);
  }
  await guard.close();
});
