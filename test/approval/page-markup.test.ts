import { describe, expect, it } from 'vitest';
import { SHOWN } from './support.ts';
import { openedPage, visitor } from './visitor.ts';

describe('every response of the approval page', () => {
  it('forbids framing, scripts, sniffing, caching and referrers', async () => {
    const { person, path, page } = await openedPage();
    const stranger = visitor(page);
    const answers = [
      await person.get(person.home),
      await person.get(path),
      await stranger.get(path),
      await stranger.get('/'),
      await person.post(path, {}),
    ];
    for (const { headers, text } of answers) {
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|script-src|\*|https?:/);
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('referrer-policy')).toMatch(/^(no-referrer|same-origin)$/);
      expect(text).not.toMatch(/<script|\son\w+=|javascript:|\sstyle=|src=|https?:\/\//i);
    }
  });

  const HOSTILE = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus='alert(1)",
    '</title><h1>Approved</h1>',
    '</style><style>*{display:none}',
    '</svg><form action=//evil.example>',
    '<!-- ',
    '&#60;b&#62;',
    '\u202egnp.exe\u2066',
    'a\u0000b\u0007\u001b[2J',
    '`{{7*7}}',
  ];
  it.each(HOSTILE)('shows %j as plain text', async (text) => {
    const { person, ask } = await openedPage();
    const item = { kind: text, name: text, detail: text };
    const told = `DELETE ${text}\nregion: "${text}"\n${text}`;
    const { code } = await ask({ name: text, noun: text, text: told, lost: [item], interrupted: [item] });
    for (const { status, text: markup } of [await person.get(person.home), await person.get(`${person.home}${code}`)]) {
      expect(status).toBe(200);
      expect(markup).not.toMatch(/<script|<img|<b>alert|<form action=\/\/|<!-- /);
      for (const hidden of '\u202e\u2066\u0000\u0007\u001b') expect(markup).not.toContain(hidden);
      expect(markup.match(/<h1>/g)).toHaveLength(1);
      expect(markup.match(/<style>/g)).toHaveLength(1);
    }
  });

  it('counts what does not fit into the picture, and lists everything', async () => {
    const { ask, person } = await openedPage();
    const lost = Array.from({ length: 40 }, (_, at) => ({
      kind: 'database',
      name: `database-${at}`,
      detail: 'of a length that no single line in a small box could ever hold',
    }));
    const interrupted = [{ kind: 'volume', name: 'x'.repeat(80), detail: 'y'.repeat(80) }];
    const { code } = await ask({ name: 'everything', lost, interrupted });
    const { text } = await person.get(`${person.home}${code}`);
    expect(text).toContain('40 databases');
    expect(text).toContain('database-0, database-1, ');
    expect(text).not.toContain('<details open>');
    for (const { name } of lost) expect(text).toContain(`<li>database <b>${name}</b>`);
  });

  it('lists many entities by kind, in pages', async () => {
    const { ask, person } = await openedPage();
    const users = Array.from({ length: 250 }, (_, at) => ({ kind: 'user', name: `user-${at}` }));
    const lost = [{ kind: 'volume', name: 'fast' }, ...users];
    const { code } = await ask({ name: 'everything', lost, interrupted: [] });
    const { text } = await person.get(`${person.home}${code}`);
    const titles = [...text.matchAll(/<details><summary>([^<]*)<\/summary><ul>/g)].map(([, title]) => title);
    expect(titles).toEqual(['1 volume', '250 users, 1 to 100', '250 users, 101 to 200', '250 users, 201 to 250']);
    for (const { name } of lost) expect(text).toContain(`<b>${name}</b>`);
  });

  const KINDS = ['cluster', 'dataview', 'volume', 'database', 'group', 'user', 'node', 'cache', 'host'];

  it('draws the kinds of many entities', async () => {
    const { ask, person } = await openedPage();
    const lost = [...KINDS, 'cluster'].map((kind, at) => ({ kind, name: `${kind}-${at}` }));
    const { code } = await ask({ name: 'prod', lost, interrupted: [] });
    const { text } = await person.get(`${person.home}${code}`);
    expect(text).toContain('2 clusters');
    expect(text.match(/<g><title>/g)).toHaveLength(8);
    expect(text).toContain('2 more');
  });

  it.each([
    ['files', '9 files'],
    ['user', '9 users'],
  ])('counts many items of the kind %s as %s', async (kind, title) => {
    const { ask, person } = await openedPage();
    const lost = Array.from({ length: 9 }, (_, at) => ({ kind, name: `name-${at}` }));
    for (const inOrder of [undefined, true] as const) {
      const { code } = await ask({ name: `trades-${inOrder}`, lost, inOrder });
      expect((await person.get(`${person.home}${code}`)).text).toContain(`>${title}</text>`);
    }
  });

  it.each([
    [['cluster', 'cluster', 'user'], ['1', '2', '3'], 'cluster c-0, cluster c-1, user u-2'],
    [
      [...Array(9).fill('cluster'), 'user', 'kdb environment'],
      ['1\u20139', '10', '11'],
      '9 clusters, user u-9, kdb environment k-10',
    ],
  ])('shows the steps of a plan in order', async (kinds: string[], numbers, words) => {
    const { ask, person } = await openedPage();
    const lost = kinds.map((kind, at) => ({
      kind,
      name: `${kind[0]}-${at}`,
      detail: at === 0 ? 'RUNNING' : undefined,
    }));
    const steps = lost.map(({ kind, name }, at) => `${at + 1}. ${kind} "${name}"`);
    const told = [
      `DELETE ${kinds.length} entities of kdb environment prod (abcd)`,
      `Permanent loss of ${kinds.length} entities.`,
      'Type prod abcd to approve.',
      'This cannot be undone.',
      'Lost for good, in this order:',
      ...steps,
    ];
    const { code } = await ask({ name: 'prod abcd', inOrder: true, lost, interrupted: [], text: told.join('\n') });
    const { text } = await person.get(`${person.home}${code}`);
    expect(text).toContain(`Delete ${kinds.length} entities of kdb environment`);
    expect(text).toMatch(/<p class="final">.*This cannot be undone.<\/p>/);
    expect([...text.matchAll(/<text class="order"[^>]*>([^<]*)</g)].map(([, number]) => number)).toEqual(numbers);
    expect(text).toContain(`aria-label="Removed in this order: ${words}"`);
    expect(text).toContain(`In this order (${kinds.length})`);
    expect(text).toMatch(/<ol><li>cluster <b>c-0<\/b> .*?<\/li><li>cluster <b>c-1/);
  });

  it('shows new settings as a table, and the location without quotes', async () => {
    const { ask, person } = await openedPage();
    const told = [
      'CHANGE THE NETWORK OF kdb environment prod (abcd)',
      'Interrupts: cluster rdb.',
      'Type prod abcd to approve.',
      'account: "111122223333", region: "us-east-1", backend: "a \\"b\\"".',
      'This cannot be undone.',
      'Changes:',
      'gateway.id: not set -> "tgw-1".',
      'note: "short" -> "long" (cut, 900 characters in all).',
      'server: stays "10.0.0.9".',
      '"a name": not set -> "a\\", in place of \\"b".',
      'server.1: "10.0.0.2" -> removed.',
      'A sentence of another kind.',
      'creationTimestamp: "2026-01-13T09:30:00.000Z".',
    ];
    const { code } = await ask({ name: 'prod', lost: [], interrupted: [], text: told.join('\n') });
    const { text } = await person.get(`${person.home}${code}`);
    expect(text).toContain('<dt>account</dt><dd>111122223333</dd>');
    expect(text).toContain('<dd>a &#34;b&#34;</dd>');
    const set = (path: string, before: string, after: string) =>
      expect(text).toContain(`<dt>${path}</dt><dd><span class="soft">${before} →</span> ${after}</dd>`);
    set('gateway.<wbr>id', 'not set', 'tgw-1');
    set('note', 'short', '&#34;long&#34; (cut, 900 characters in all)');
    expect(text).toContain('<dt>server</dt><dd>stays 10.0.0.9</dd>');
    set('a name', 'not set', 'a&#34;, in place of &#34;b');
    set('server.<wbr>1', '10.0.0.2', 'removed');
    expect(text).toContain('<li>A sentence of another kind.</li>');
    expect(text).toContain('<dt>created</dt><dd>2026-01-13 09:30 UTC</dd>');
    expect(text).toContain('Approve change');
  });

  it('is accessible by keyboard and screen reader', async () => {
    const { person, path } = await openedPage();
    const { text } = await person.get(path);
    expect(text).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(text).toMatch(/<title>Delete database trades in kdb-prod \(m5cn\) \(\w{5}\)<\/title>/);
    expect(text).toMatch(/<body><a class="skip" href="#decide">/);
    for (const [, id] of text.matchAll(/(?:for|aria-describedby|aria-labelledby)="([^"]+)"/g))
      expect(text).toContain(` id="${id}"`);
    for (const [input] of text.matchAll(/<input (?!type="hidden")[^>]*>/g))
      expect(text).toContain(`<label for="${/ id="([^"]+)"/.exec(input)?.[1]}">`);
  });

  it('draws a plan with only one kind of effect, and entities without details', async () => {
    const { ask, person } = await openedPage();
    const items = ['first', 'second', 'third'].map((name) => ({ kind: 'user', name }));
    const sides = {
      lost: await ask({ name: 'a', lost: items, interrupted: [] }),
      wait: await ask({ name: 'b', lost: [], interrupted: items }),
    };
    const drawn = async (side: 'lost' | 'wait') => (await person.get(`${person.home}${sides[side].code}`)).text;
    expect(await drawn('lost')).toMatch(/What is lost[\s\S]*class="group lost"/);
    expect(await drawn('lost')).not.toContain('class="group wait"');
    expect(await drawn('wait')).toMatch(/What it interrupts[\s\S]*class="group wait"/);
    expect(await drawn('wait')).not.toContain('class="group lost"');
  });

  it.each([
    ['kdb-pr\u043ed', '\u043e', 'Cyrillic'],
    ['\u0440\u0430\u0443ments', '\u0440', 'Cyrillic'],
    ['tr\u03b1des', '\u03b1', 'Greek'],
    ['tra\uff44es', '\uff44', 'fullwidth'],
    ['\u{1d4ed}ata', '\u{1d4ed}', 'mathematical'],
  ])('highlights letters of %s from another script than the other letters', async (name, letter, script) => {
    const { ask, person } = await openedPage();
    const { code } = await ask({ name, lost: [{ kind: 'database', name }], interrupted: [] });
    const { text } = await person.get(`${person.home}${code}`);
    const mark = `<mark class="odd" title="${script} letter">${letter}</mark>`;
    expect(/<label for="name">.*<\/label>/.exec(text)?.[0]).toContain(mark);
    expect(/<li>database <b>.*<\/b>/.exec(text)?.[0]).toContain(mark);
    expect(text).toContain(`<tspan class="odd">${letter}</tspan>`);
    expect(text).toContain(`such as ${letter} (${script} letter)`);
  });

  it.each([
    'kdb-prod',
    '\u65e5\u672c\u306e\u30c7\u30fc\u30bf',
    '\u0434\u0430\u043d\u043d\u044b\u0435 equities',
    '\u00fcber-nacht',
  ])('highlights nothing in %s', async (name) => {
    const { ask, person } = await openedPage();
    const { code } = await ask({ name, lost: [{ kind: 'database', name }], interrupted: [] });
    expect((await person.get(`${person.home}${code}`)).text).not.toContain('class="odd"');
  });

  it('says that nothing depends on the target, and draws nothing', async () => {
    const { ask, person } = await openedPage();
    const { code } = await ask({
      name: 'alone',
      lost: [],
      interrupted: [],
      text: 'INTERRUPT cluster "alone"',
    });
    const { text } = await person.get(`${person.home}${code}`);
    expect(text).toContain('nothing else is lost or interrupted');
    expect(text).not.toContain('This cannot be undone.');
    expect(text).not.toContain('role="img"');
  });

  it('contains the complete text of a plan', async () => {
    const { person, path } = await openedPage();
    const { text } = await person.get(path);
    for (const line of SHOWN.text.split('\n')) expect(text).toContain(line.replaceAll('"', '&#34;'));
  });
});
