import { expect, it } from 'vitest';
import { FinspaceError } from '../../src/operations/failure.ts';
import { readIfOffered } from '../../src/safety/offered-read.ts';
import { LOCAL_CALLER } from '../../src/safety/policy.ts';
import { UNRESTRICTED } from '../support/unrestricted.ts';

const offered = { restrictions: UNRESTRICTED, caller: LOCAL_CALLER };
const denied = { ...offered, restrictions: { ...UNRESTRICTED, deny: ['list_kx_environments'] } };
const read = (work: () => Promise<string>, by: typeof offered = offered) =>
  readIfOffered(by, 'ListKxEnvironments', work);

it('a read that the caller may make returns what it reads', async () => {
  expect(await read(async () => 'read')).toBe('read');
});

it('a read that the caller may not make is not made', async () => {
  const work = async () => expect.fail('it was made');
  expect(await read(work, denied)).toBeUndefined();
});

it('a read that the endpoint rejects returns nothing, and any other fault is not hidden', async () => {
  const rejected = new FinspaceError({
    operation: 'ListKxEnvironments',
    code: 'AccessDenied',
    detail: 'no',
    reason: null,
    retryable: false,
    advice: '',
  } as never);
  expect(await read(() => Promise.reject(rejected))).toBeUndefined();
  await expect(read(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
});
