import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Plugin, transform } from 'esbuild';
import { block, declaration, lazyBuild, lazyLiteral, lazyTable, parts, replaced } from './lazy-source.ts';

/**
 * Makes the bundle build each protocol schema of the MCP SDK on its first use. The SDK builds them all when it is loaded and at the
 * first message, which takes more time than the rest of a start. The build fails if a file of the SDK is not one of `HASHES`: check the
 * new files with `test/scripts/lazy-schemas.ci.test.ts` and the conformance suite, then enter their hashes.
 */
export function lazySchemas(known: Readonly<Record<string, string>> = HASHES): Plugin {
  return {
    name: 'lazy-schemas',
    setup({ onStart, onLoad, onEnd }) {
      const changed = new Set<string>();
      onStart(() => changed.clear());
      const load = (filter: RegExp, change: (path: string, read: Read) => Promise<string>) =>
        onLoad({ filter }, async ({ path }) => {
          changed.add(path);
          return { loader: 'js', contents: await change(path, (file) => printed(file, known)) };
        });
      load(/@modelcontextprotocol[\\/]core[\\/]dist[\\/]internal\.mjs$/, coreModule);
      load(/@modelcontextprotocol[\\/]server[\\/]dist[\\/]src-[\w-]+\.mjs$/, serverModule);
      onEnd(({ errors }) => (errors.length > 0 || changed.size === 2 ? {} : { errors: [{ text: MOVED }] }));
    },
  };
}

const MOVED = 'The MCP SDK does not have its schemas in the files that scripts/lazy-schemas.ts changes.';

/** SHA-256 of each file that is changed, and of each file from which a changed one takes schemas. */
const HASHES: Readonly<Record<string, string>> = {
  'internal.mjs': 'c2ce2d072c43d3b8be0ce76642f7d5c19f98127ff705dac566a84fae331f6341',
  'schemas-DscsoNZN.mjs': 'e4419e9d2c8059c512b28e57d4dbdf4daee773ecfce698c389585a0cbea2fd73',
  'auth-UMQCo-ad.mjs': '6ea7a63dfceca17fd7ab5325947bcd4d4602b5c40f2736d406de69d906559db8',
  'src-DdvbAHrR.mjs': 'f4d33527f049feccb3183d749039072deaa21528b6ba85d05e3a5fa68b2060ad',
};

type Read = (path: string) => Promise<string>;

/** The code of a known file, as esbuild prints it: two spaces for each level, no comments between statements. */
async function printed(path: string, known: Readonly<Record<string, string>>): Promise<string> {
  const source = await readFile(path);
  const hash = createHash('sha256').update(source).digest('hex');
  if (known[basename(path)] !== hash)
    throw new Error(`scripts/lazy-schemas.ts does not know this version of ${basename(path)} (SHA-256 ${hash}).`);
  return (await transform(source, { legalComments: 'none' })).code;
}

/** Exports the constants of the core as they are, and its schemas as one table. */
async function coreModule(path: string, read: Read): Promise<string> {
  const entry = await read(path);
  const files = Array.from(entry.matchAll(/from "\.\/([\w-]+\.mjs)"/g), ([, file = '']) => join(dirname(path), file));
  const statements = (await Promise.all(files.map(read))).flatMap((code) => parts(code, 0));
  const declared = statements.filter((statement) => statement.startsWith('const '));
  const isSchema = (statement: string) => /^const \w+Schema = /.test(statement);
  return [
    'import * as z from "zod/v4";',
    LAZY,
    ...declared.filter((statement) => !isSchema(statement)).map((statement) => `export ${statement}`),
    `export ${await lazyTable('schemas', declared.filter(isSchema).map(declaration))}`,
  ].join('\n');
}

/** Makes an object whose properties are computed when they are first read. */
const LAZY = `export function lazy(properties) {
  const table = {};
  for (const name of Object.keys(properties)) Object.defineProperty(table, name, { configurable: true, enumerable: true, get() {
    const value = properties[name]();
    Object.defineProperty(table, name, { value });
    return value;
  } });
  return table;
}
/** Stands for a value that is built when it is first used. */
export const later = (build) => new Proxy({}, { get: (_, name) => build()[name] });`;

/** What the SDK derives from schemas when it is loaded, and needs only for forms. */
const DERIVED = ['ROOT_KEYS', 'PROPERTY_KEYS_BY_TYPE', 'SUPPORTED_STRING_FORMATS'];
/** Maps from methods to schemas. */
const MAPS = [
  'requestSchemas: {',
  'notificationSchemas: {',
  'resultSchemas: {',
  'request: {',
  'response: {',
  'wireResultSchemasMemo = {',
];
/** Code with which the SDK fills `specTypeSchemas`, and what replaces it: the same with schemas that are built on first use. */
const REGISTRATION = [
  [
    '_specTypeSchemas[name] = schema;',
    'Object.defineProperty(_specTypeSchemas, name, { enumerable: true, get: schema });',
  ],
  ['schema.safeParse(v).success;', 'schema().safeParse(v).success;'],
  ['register(key, schemas_exports[key]);', 'register(key, () => schemas[key]);'],
  [
    'const [key, schema] of Object.entries(authSchemas)) register(key, schema);',
    'const key of authSchemas) register(key, () => schemas[key]);',
  ],
] as const;

/** Takes the schemas from the table of the core, and builds those of both protocol revisions one by one. */
async function serverModule(path: string, read: Read): Promise<string> {
  let code = await read(path);
  for (const opening of MAPS) code = replaced(code, block(code, opening), lazyLiteral(block(code, opening)));
  for (const name of ['build$1', 'build']) {
    const built = block(code, `function ${name}() {`);
    code = replaced(code, built, await lazyBuild(built));
  }
  for (const [before, after] of REGISTRATION) code = replaced(code, before, after);
  const auth = block(code, 'const authSchemas = {');
  code = replaced(code, auth, `const authSchemas = ${JSON.stringify(auth.match(/\w+Schema\b/g))};`);
  const derived = parts(code, 0).filter((part) => DERIVED.some((name) => part.startsWith(`const ${name} = `)));
  for (const statement of derived) code = replaced(code, statement, '');
  code += await lazyTable('derived', derived.map(declaration));

  const [imports = ''] = /^import \{[^}]*\} from "@modelcontextprotocol\/core\/internal";$/m.exec(code) ?? [];
  const names = imports.match(/\b\w+Schema\b/g) ?? [];
  code = replaced(
    code,
    imports,
    imports.replaceAll(/\b\w+Schema, |, \w+Schema\b/g, '').replace('{', '{ later, lazy, schemas,'),
  );
  const exported = /^export \{[^}]*\};$/m.exec(code)?.[0] ?? '';
  const isExported = (name: string) => new RegExp(`\\b${name}\\b`).test(exported);
  const define = Object.fromEntries([
    ...names.filter((name) => !isExported(name)).map((name) => [name, `schemas.${name}`]),
    ...DERIVED.map((name) => [name, `derived.${name}`]),
  ]);
  const standIn = (name: string) => `const ${name} = later(() => schemas.${name});`;
  return (await transform([code, ...names.filter(isExported).map(standIn)].join('\n'), { define })).code;
}
