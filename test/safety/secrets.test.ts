import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileSink, inlineSink, refusingSink } from '../../src/safety/secrets.ts';
import { HOUR, START, standingClock } from './support/backend.ts';

const signed = (date: string, seconds: string) =>
  `:host:443:ann:x?X-Amz-Date=${date}&X-Amz-Expires=${seconds}&X-Amz-Signature=abc`;
const INPUT = {
  clusterName: 'gateway',
  userArn: 'arn:aws:finspace:us-east-1:111122223333:kxEnvironment/abc/kxUser/ann',
};
const reply = (signedConnectionString: string) => ({ signedConnectionString });

describe('a connection string', () => {
  let folder: string;
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'safety-')), 'secrets');
  });
  afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

  const clock = standingClock(Date.now());
  const keep = async (text: string) => {
    const delivered = await fileSink(folder, clock.now).deliver('GetKxConnectionString', INPUT, reply(text));
    return delivered.output;
  };

  it('is written to a file that only its user can read; the caller gets its path, the address, and instructions', async () => {
    const text = signed('20260317T093000Z', '900');
    const output = await keep(text);
    expect(output).toEqual({
      path: expect.stringMatching(/gateway-[0-9a-f]{12}\.txt$/),
      clusterName: 'gateway',
      user: 'ann',
      host: 'host',
      port: 443,
      use: expect.stringContaining(`h:hopen \`$first read0 hsym \`$"${output['path']}"`),
      expires: new Date(START + 15 * 60_000).toISOString(),
    });
    const path = String(output['path']);
    expect(readFileSync(path, 'utf8')).toBe(`${text}\n`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it.each([
    ['', ''],
    ['20260317T093000Z', ''],
    ['20260317T093000Z', '9'.repeat(300)],
    ['20260317T093000Z', '9'.repeat(17)],
  ])('without a valid expiry has none (%s, %s)', async (date, seconds) => {
    expect(await keep(signed(date, seconds))).not.toHaveProperty('expires');
  });

  it('is removed after an hour, when the next one is written', async () => {
    const old = String((await keep('old'))['path']);
    const before = new Date(clock.now() - HOUR - 1_000);
    utimesSync(old, before, before);
    const recent = String((await keep('recent'))['path']);
    // As when another server removed a file that was listed a moment ago.
    symlinkSync(join(folder, 'gone'), join(folder, 'link'));
    await keep('new');
    rmSync(join(folder, 'link'));
    expect(readdirSync(folder)).toHaveLength(2);
    expect(readFileSync(recent, 'utf8')).toBe('recent\n');
  });

  it('can be written by many callers at once', async () => {
    for (let at = 0; at < 20; at += 1) {
      const path = String((await keep('old'))['path']);
      utimesSync(path, 0, 0);
    }
    await Promise.all(Array.from({ length: 20 }, () => keep('new')));
    expect(readdirSync(folder)).toHaveLength(20);
  });

  it('is returned inline for the user, if the operator allows it', async () => {
    const output = reply('secret');
    expect(await inlineSink.deliver('GetKxConnectionString', INPUT, output)).toEqual({
      output,
      audience: 'user',
    });
  });

  it('is in no output if the caller could not read a file', async () => {
    expect(await refusingSink.deliver('GetKxConnectionString', INPUT, reply('secret'))).toEqual({ output: {} });
  });

  it('is the only value that a sink removes from an output', async () => {
    for (const sink of [fileSink(folder, clock.now), inlineSink, refusingSink])
      expect(await sink.deliver('GetKxUser', INPUT, { userName: 'ann' })).toEqual({
        output: { userName: 'ann' },
      });
    expect(await fileSink(folder, clock.now).deliver('GetKxConnectionString', INPUT, {})).toEqual({
      output: {},
    });
  });
});
