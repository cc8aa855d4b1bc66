import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Approval, PendingApproval } from '../../src/safety/ledger.ts';
import { serverSignature, WEB } from '../../src/safety/server-signature.ts';
import { ForeignSignatureError, stateSigners } from '../../src/safety/state-signer.ts';

const PENDING: PendingApproval = {
  nonce: 'a-nonce',
  code: 'K7M2Q',
  callDigest: 'b',
  principal: 'agent',
  stateDigest: 'f',
  subjectDigest: 'a',
  client: 'c',
  opened: 1,
  expires: 2,
  shown: { operation: 'DeleteKxUser', noun: 'user', name: 'ann', text: 'DELETE user "ann"', lost: [], interrupted: [] },
};
const GIVEN: Approval = { channel: WEB, approver: 'ada', at: 1 };

describe('the signature of a server for an approval on its page', () => {
  const seals = stateSigners();
  const ours = serverSignature(seals('approval'));
  const approval = ours.sign(PENDING, GIVEN);

  it('is valid for the pending approval and the person that it was made for', () => {
    expect(ours.verify(PENDING, approval)).toBe(true);
  });

  it.each<[string, PendingApproval, Approval]>([
    ['another pending approval', { ...PENDING, nonce: 'another' }, approval],
    [
      'a pending approval that was shown differently',
      { ...PENDING, shown: { ...PENDING.shown, name: 'bob' } },
      approval,
    ],
    ['another person', PENDING, { ...approval, approver: 'eve' }],
    ['another time', PENDING, { ...approval, at: 2 }],
    ['another channel', PENDING, { ...approval, channel: 'terminal' }],
    ['nobody', PENDING, GIVEN],
    ['a made-up signature', PENDING, { ...approval, signature: 'a.b.c' }],
    ['a seal for another purpose', PENDING, serverSignature(seals('question')).sign(PENDING, GIVEN)],
    ['a server with another key', PENDING, serverSignature(stateSigners()('approval')).sign(PENDING, GIVEN)],
    ['the requester', { ...PENDING, principal: 'ada' }, ours.sign({ ...PENDING, principal: 'ada' }, GIVEN)],
  ])('is not valid for %s', (_, pending, given) => {
    expect(ours.verify(pending, given)).toBe(false);
  });
});

describe('a seal', () => {
  const [old, present] = [randomBytes(32), randomBytes(32)];
  const sealed = stateSigners([old])('question').sign('nonce');

  it('remains valid after a key rotation, and the new key seals', () => {
    const rotated = stateSigners([present, old])('question');
    expect(rotated.verify(sealed)).toBe('nonce');
    expect(stateSigners([present])('question').verify(rotated.sign('nonce'))).toBe('nonce');
  });

  it('of another key is distinguished from a forged one', () => {
    const elsewhere = stateSigners([present])('question');
    expect(() => elsewhere.verify(sealed)).toThrow(ForeignSignatureError);
    const [, tag, name] = elsewhere.sign('nonce').split('.');
    for (const forged of ['', 'nonce', 'nonce.', `other.${tag}.${name}`, `nonce.${tag?.slice(1)}.${name}`, 'nonce.x.y'])
      expect(() => elsewhere.verify(forged)).toThrow(
        expect.not.objectContaining({ name: new ForeignSignatureError().name }),
      );
  });
});
