import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readJsonFile } from '../../src/json-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-json-'));
afterAll(() => rmSync(folder, { recursive: true }));
const read = (content: Uint8Array) => {
  const path = join(folder, 'file.json');
  writeFileSync(path, content);
  return readJsonFile(path, (why) => new Error(why));
};

const TEXT = '{"region":"us-east-1","note":"Zürich"}';
it.each([
  ['UTF-8', Buffer.from(TEXT)],
  ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${TEXT}`)],
  ['UTF-16, as Windows PowerShell writes it', Buffer.from(`\uFEFF${TEXT}`, 'utf16le')],
])('a file in %s is read', (_, content) => {
  expect(read(content)).toEqual(JSON.parse(TEXT));
});

it('a key that an object has twice is rejected, because only its last value would count', () => {
  const twice = (text: string) => () => read(Buffer.from(text));
  expect(twice('{"readOnly": true, "readOnly" : false}')).toThrow('has a key twice in one object');
  expect(twice('{"targets":{"lab":{"deny":["a"]},"lab":{}}}')).toThrow('has a key twice in one object');
  expect(twice('{"targets":{"a":{"deny":["a\\":"]},"b":{"deny":"\\\\"}},"deny":[]}')).not.toThrow();
});

it('another file is not JSON', () => {
  expect(() => read(Buffer.from([0xff, 0xfe, 0x00]))).toThrow('is not JSON');
});
