import { describe, expect, it } from 'vitest';
import { type ApprovalParts, approvalText } from '../../src/safety/approval-text.ts';

describe('a form', () => {
  const parts = (more: Partial<ApprovalParts>): ApprovalParts => ({
    what: 'DELETE database trades',
    typed: 'trades',
    place: [],
    isFinal: true,
    changes: [],
    lost: [],
    interrupted: [],
    details: [],
    ...more,
  });
  const things = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ kind: 'database', name: `db${at}`, detail: undefined }));

  it('lists all that is lost in a form, up to 200 lines below the first three', () => {
    const most = approvalText(parts({ lost: things(198) }));
    expect(most.fits).toBe('form');
    for (const { name } of things(198)) expect(most.text).toContain(`\n- database "${name}".`);
    const more = approvalText(parts({ lost: things(150), interrupted: things(60) }));
    expect(more.fits).toBe('too-long');
    expect(more.text.split('\n').slice(3)).toEqual([
      'This cannot be undone.',
      'Too many to list in a form: 210 databases. The terminal and the approval page list all of them.',
    ]);
  });

  it('never cuts the name to type, and says where it is too long for a form', () => {
    const name = 'n'.repeat(64);
    expect(approvalText(parts({ typed: name.slice(1) }))).toMatchObject({ fits: 'form' });
    const long = approvalText(parts({ typed: name }));
    expect(long.fits).toBe('too-wide');
    expect(long.text.split('\n')[2]).toBe(`Type ${name} to approve.`);
  });

  it.each([
    ['lines', 198, 10],
    ['characters', 1, 99_800],
  ])('has a limit on %s, beyond which no form is sent', (_, count, length) => {
    const change = { setting: 'a', before: undefined, after: 'x'.repeat(length) };
    const changes = Array.from({ length: count }, () => change);
    expect(approvalText(parts({ changes })).fits).toBe('form');
    const over = approvalText(parts({ changes: [...changes, { ...change, after: 'x'.repeat(200) }] }));
    expect(over.fits).toBe('too-long');
    expect(over.text.match(/^a: not set -> /gm)).toHaveLength(count + 1);
  });
});
