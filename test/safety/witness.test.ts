import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Approval, Question } from '../../src/safety/ledger.ts';
import { ForeignSealError, sealsWith } from '../../src/safety/seal.ts';
import { WEB, witness } from '../../src/safety/witness.ts';

const QUESTION: Question = {
  nonce: 'a-nonce',
  code: 'K7M2Q',
  binding: 'b',
  principal: 'agent',
  fingerprint: 'f',
  about: 'a',
  client: 'c',
  opened: 1,
  expires: 2,
  shown: { operation: 'DeleteKxUser', noun: 'user', name: 'ann', text: 'DELETE user "ann"', lost: [], interrupted: [] },
};
const GIVEN: Approval = { channel: WEB, approver: 'ada', at: 1 };

describe("a server's word for an approval on its page", () => {
  const seals = sealsWith();
  const ours = witness(seals('approval'));
  const approval = ours.sign(QUESTION, GIVEN);

  it('holds for the question and the person that it was given for', () => {
    expect(ours.saw(QUESTION, approval)).toBe(true);
  });

  it.each<[string, Question, Approval]>([
    ['another question', { ...QUESTION, nonce: 'another' }, approval],
    ['a question that was shown otherwise', { ...QUESTION, shown: { ...QUESTION.shown, name: 'bob' } }, approval],
    ['another person', QUESTION, { ...approval, approver: 'eve' }],
    ['another time', QUESTION, { ...approval, at: 2 }],
    ['another channel', QUESTION, { ...approval, channel: 'terminal' }],
    ['nobody', QUESTION, GIVEN],
    ['a made-up signature', QUESTION, { ...approval, signature: 'a.b.c' }],
    ['a seal for another purpose', QUESTION, witness(seals('question')).sign(QUESTION, GIVEN)],
    ['a server with another key', QUESTION, witness(sealsWith()('approval')).sign(QUESTION, GIVEN)],
    ['whoever asked', { ...QUESTION, principal: 'ada' }, ours.sign({ ...QUESTION, principal: 'ada' }, GIVEN)],
  ])('does not hold for %s', (_, question, given) => {
    expect(ours.saw(question, given)).toBe(false);
  });
});

describe('a seal', () => {
  const [old, present] = [randomBytes(32), randomBytes(32)];
  const sealed = sealsWith([old])('question').seal('nonce');

  it('holds after the key was followed by another, and the new one seals', () => {
    const rotated = sealsWith([present, old])('question');
    expect(rotated.unseal(sealed)).toBe('nonce');
    expect(sealsWith([present])('question').unseal(rotated.seal('nonce'))).toBe('nonce');
  });

  it('of another key is distinguished from a forgery', () => {
    const elsewhere = sealsWith([present])('question');
    expect(() => elsewhere.unseal(sealed)).toThrow(ForeignSealError);
    const [, tag, name] = elsewhere.seal('nonce').split('.');
    for (const forged of ['', 'nonce', 'nonce.', `other.${tag}.${name}`, `nonce.${tag?.slice(1)}.${name}`, 'nonce.x.y'])
      expect(() => elsewhere.unseal(forged)).toThrow(expect.not.objectContaining({ name: 'ForeignSealError' }));
  });
});
