import { afterEach, describe, expect, it } from 'vitest';
import { openWaitingDeletion, person } from './people.ts';
import { closeAll } from './support.ts';

afterEach(closeAll);

describe('two people who open the same plan', () => {
  it.each([
    ['approve', 'decline', 'Another person approved this'],
    ['decline', 'approve', 'Another person declined this'],
  ])('see who decided: after one chose to %s, the other cannot %s', async (first, second, title) => {
    const { server, code, someone, ann, ben } = await openWaitingDeletion();
    const other = person(server.url);
    await someone.signIn(ann, code);
    const shown = await other.signIn(ben, code);
    await someone.decide(code, { act: first, name: 'trades' });
    const late = await other.decide(code, { act: second, name: 'trades' }, shown);
    expect(late.text).toContain(`<h1>${title}</h1>`);
    expect(late.text).not.toContain('You already');
  });
});
