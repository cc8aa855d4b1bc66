import { describe, expect, it } from 'vitest';
import { ORIGIN, openedPage, pageIn, visitor } from './visitor.ts';

const approve = { act: 'approve', name: 'trades' };

describe('a visitor without access to the approval page', () => {
  it('finds nothing without the secret path', async () => {
    const { person, path } = await openedPage();
    for (const guess of ['/', '/favicon.ico', `/x${path}`, `${path.slice(0, 20)}/`, '/open/'])
      expect((await person.get(guess)).status).toBe(404);
    expect((await person.get(`${person.home}open/guess`)).status).toBe(404);
    expect((await person.get(`${person.home}no/such`)).status).toBe(404);
  });

  it('sees nothing with the path but no cookie', async () => {
    const { page, path, person } = await openedPage();
    const stranger = visitor(page);
    for (const { status, text } of [
      await stranger.get(path),
      await stranger.get(person.home),
      await stranger.post(path, approve),
    ]) {
      expect(status).toBe(403);
      expect(text).not.toContain('trades');
    }
  });

  it('cannot reuse the link, and the person is warned', async () => {
    const { page, person } = await openedPage();
    const stranger = visitor(page);
    const again = await stranger.open();
    expect([again.status, again.headers.get('set-cookie')]).toEqual([410, null]);
    expect((await person.get(page.link)).status).toBe(200);
  });

  it('does not consume the link by prefetching it', async () => {
    const { page } = await pageIn();
    const browser = visitor(page);
    expect((await browser.get(page.link, { 'sec-purpose': 'prefetch' })).status).toBe(403);
    expect((await browser.request(page.link, { method: 'HEAD' })).status).toBe(405);
    expect((await browser.open()).headers.get('set-cookie')).toMatch(
      /^finspace_mcp_approval=[\w-]{43}; Path=\/[\w-]{43}\/; HttpOnly; SameSite=Strict$/,
    );
  });

  it.each(['evil.example', 'evil.example:4000', '127.0.0.1:4001', 'localhost:4000', '127.0.0.1'])(
    'is rejected under the host %s',
    async (host) => {
      const { person, path } = await openedPage();
      const answer = await person.get(path, { host });
      expect([answer.status, answer.text]).toEqual([421, expect.not.stringContaining('trades')]);
    },
  );

  it.each<[string, Record<string, string>]>([
    ['another origin', { origin: 'https://evil.example' }],
    ['another port', { origin: 'http://127.0.0.1:4001' }],
    ['an opaque origin', { origin: 'null' }],
    ['another site, by its metadata', { 'sec-fetch-site': 'cross-site' }],
    ['another port, by its metadata', { 'sec-fetch-site': 'same-site' }],
    ['a frame', { 'sec-fetch-dest': 'iframe' }],
    ['a script', { 'sec-fetch-dest': 'empty' }],
  ])('cannot submit the form from %s', async (_, headers) => {
    const { person, path, granted } = await openedPage();
    const { text } = await person.get(path);
    const token = /name="token" value="([^"]+)"/.exec(text)?.[1] as string;
    expect((await person.post(path, { token, ...approve }, headers)).status).toBe(403);
    expect(await granted()).toBeUndefined();
  });

  it('cannot submit the form without an origin, or read pages from another origin', async () => {
    const { person, path } = await openedPage();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await person.request(path, { method: 'POST', body: 'act=approve', headers })).status).toBe(403);
    expect((await person.get(path, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await person.get(path, { 'sec-fetch-dest': 'iframe' })).status).toBe(403);
  });

  it.each<[string, RequestInit, number]>([
    ['JSON', { body: '{"act":"approve"}', headers: { 'content-type': 'application/json' } }, 415],
    ['text', { body: 'act=approve', headers: { 'content-type': 'text/plain' } }, 415],
    ['no type', { body: new Uint8Array(4), headers: {} }, 415],
    [
      'more than a person types',
      { body: `act=${'a'.repeat(20_000)}`, headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
    ],
  ])('cannot send %s', async (_, init, status) => {
    const { person, path } = await openedPage();
    const answer = await person.request(path, {
      method: 'POST',
      ...init,
      headers: { origin: ORIGIN, ...(init.headers as object) },
    });
    expect(answer.status).toBe(status);
  });

  it('is rejected with other methods, other actions and empty forms', async () => {
    const { person, path } = await openedPage();
    for (const method of ['PUT', 'DELETE', 'OPTIONS', 'PATCH'])
      expect((await person.request(path, { method })).status).toBe(405);
    expect((await person.post(person.home, {})).status).toBe(405);
    expect((await person.send(path, { act: 'both' })).status).toBe(415);
    expect(
      (
        await person.request(path, {
          method: 'POST',
          headers: { origin: ORIGIN, 'content-type': 'application/x-www-form-urlencoded' },
        })
      ).status,
    ).toBe(403);
  });
});
