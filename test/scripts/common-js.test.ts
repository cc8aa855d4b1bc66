import * as fs from 'node:fs';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { commonJs } from '../../scripts/common-js.ts';

const folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-common-js-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Converts the modules and returns what the one of this name exports. */
function exportsOf(name: string, modules: Readonly<Record<string, string>>): unknown {
  writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}');
  for (const [file, code] of Object.entries(modules)) writeFileSync(join(folder, file), commonJs(file, code));
  return createRequire(import.meta.url)(join(folder, name));
}

test('a converted file imports and exports what its module does', async () => {
  const entry = exportsOf('entry.js', {
    'part.js': '#!/usr/bin/env node\nvar a=1;var inner=()=>a;a=2;export{a,inner as outer};',
    'later.js': 'export default (()=>3)();',
    'entry.js': [
      'import{a as renamed,outer}from"./part.js";import"./part.js";',
      'import whole,{existsSync}from"node:fs";import*as all from"node:fs";',
      'var load=()=>import("./later.js");var strict=(function(){return this===void 0})();',
      'export{renamed,outer,whole,all,existsSync,load,strict};',
    ].join(''),
  }) as Record<string, unknown> & { outer: () => number; load: () => Promise<unknown> };
  expect(entry).toMatchObject({ renamed: 2, existsSync: fs.existsSync, strict: true });
  expect(entry.outer()).toBe(2);
  expect(entry['whole']).toBe(entry['all']);
  expect(entry['whole']).toHaveProperty('existsSync', fs.existsSync);
  await expect(entry.load()).resolves.toEqual({ default: 3 });
});

test('the default import of a CommonJS package is what the package exports', () => {
  const shared = join(folder, 'node_modules', 'shared');
  mkdirSync(shared, { recursive: true });
  writeFileSync(join(shared, 'index.js'), 'module.exports={value:4};');
  expect(exportsOf('user.js', { 'user.js': 'import shared,{value}from"shared";export{shared,value};' })).toEqual({
    shared: { value: 4 },
    value: 4,
  });
});

test.each([
  'var a=1;export{a};function change(){a=2}',
  'var a=1;export{a};var change=()=>a++;',
  'var a=1;export{a as b};var change=function(){[,{x:a}]=[0,{x:1}]};',
  'var a=1;export{a};class Change{change(){for(a of[1]);}}',
  'var a=1;export{a};class Change{changed=a++}',
])('a file is rejected in which a function assigns to an exported variable: %s', (code) => {
  expect(() => commonJs('part.js', code)).toThrow('part.js: a function assigns to a, which the file exports.');
});

test.each([
  'export{',
  'export{a}from"./other.js";',
  'export*from"./other.js";',
  'export const a=1;',
  'a();export default function a(){}',
  'export default class{}',
  'import module from"node:module";export{module};',
  'import exports from"node:os";export{exports};',
  '{var module=1}export{module};',
  'function require(){}export{require};',
  'var a=1;export{a as"a-b"};',
  'import{"a-b"as a}from"./other.js";export{a};',
  'var a=import.meta.url;export{a};',
  'var a=await 1;export{a};',
  'var a=()=>import("./"+import("./other.js"));export{a};',
])('a file is rejected that cannot be converted: %s', (code) => {
  expect(() => commonJs('part.js', code)).toThrow(/^part\.js: /);
});
