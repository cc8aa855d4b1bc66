import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type FormAnswer, FRESH_WORLD, HOSTS, type Person } from '../support/hosts.ts';
import { createEnvironment, did, failedTo } from '../support/session-calls.ts';
import { typedIn } from '../support/typed.ts';

const EMPTY = [...FRESH_WORLD, '--world', 'empty'];
const approve = (name: string): FormAnswer => ({ action: 'accept', content: { name } });

describe.each(HOSTS)('an answer that is not an approval, through $name', ({ connect }) => {
  it.each<[string, (name: string) => FormAnswer, string]>([
    [
      'declines faster than a person can read',
      () => ({ action: 'decline' }),
      'declined faster than a person can read it',
    ],
    ['closes the form', () => ({ action: 'cancel' }), 'closed without a decision'],
    ['types another name', () => approve('quotes'), 'The person did not type exactly'],
    ['types the name in other letters', (name) => approve(name.toUpperCase()), 'The person did not type exactly'],
    ['types nothing', () => approve(''), 'The person did not type exactly'],
  ])('runs nothing and requests nothing again if the person %s', async (_, answer, said) => {
    const person = vi.fn((message: string) => answer(typedIn(message)));
    // A separate client, because after some of these answers a client gets no more forms.
    const session = await connect(EMPTY, person);
    onTestFinished(() => session.close());
    const { environmentId } = await createEnvironment(session);
    const target = { environmentId, databaseName: 'trades' };
    await did(session, 'create_kx_database', target);
    const text = await failedTo(session, 'delete_kx_database', target);
    expect(text).toContain(said);
    expect(text).toContain('did not run');
    expect(person).toHaveBeenCalledTimes(1);
    expect(await did(session, 'get_kx_database', target)).toMatchObject({ databaseName: target.databaseName });
  });
});

describe.each(HOSTS)('on one state directory, through $name', ({ connect }) => {
  it('two people approve, whatever a headless client next to them answers by itself', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-people-'));
    const args = ['--state-dir', folder, '--world', 'empty', '--lifecycle', 'instant', '--log-level', 'warn'];
    const typing: Person = (message) => approve(typedIn(message));
    const people = [await connect(args, typing), await connect(args, typing)];
    const headless = await connect(args, () => ({ action: 'decline' }));
    const { environmentId } = await createEnvironment(headless);
    const target = { environmentId, databaseName: 'trades' };
    for (const person of [...people, ...people]) {
      await did(person, 'create_kx_database', target);
      for (let times = 0; times < 3; times += 1)
        expect(await failedTo(headless, 'delete_kx_database', target)).toMatch(/The plan waits under the code \w{5}\./);
      await did(person, 'delete_kx_database', target);
    }
    for (const session of [...people, headless]) await session.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);
});
