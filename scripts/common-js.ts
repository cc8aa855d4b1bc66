import { Script } from 'node:vm';
import {
  type ExportDefaultDeclaration,
  type ExportNamedDeclaration,
  type ImportDeclaration,
  type ImportDeclarationSpecifier,
  type Node,
  type Program,
  parseSync,
  Visitor,
} from 'oxc-parser';

/**
 * A file of a bundle as CommonJS, which Node starts faster than modules. esbuild splits only modules, and in its own conversion a getter
 * reads each import, which takes the time that is saved. So here imports are constants, and what a file exports must not change later.
 */
export function commonJs(file: string, code: string): string {
  const { program, module, errors } = parseSync(file, code, { sourceType: 'module' });
  if (errors[0] !== undefined) throw new Error(`${file}: ${errors[0].message}`);
  const imports = program.body.filter((statement) => statement.type === 'ImportDeclaration');
  const exports = program.body.filter(isExport);
  const exported = exports.flatMap((statement) => valuesOf(file, statement, code));
  requireUnchanged(file, code, program, new Set(exported.map(({ value }) => value)));
  const removed = [...imports, ...exports].map(({ start, end }) => ({ start, end, text: '' }));
  const dynamic = module.dynamicImports
    .map(({ start, end, moduleRequest }) => ({ start, end, path: code.slice(moduleRequest.start, moduleRequest.end) }))
    .filter(({ path }) => path.startsWith('"./'))
    .map(({ path, ...range }) => ({ ...range, text: `Promise.resolve().then(()=>require(${path}))` }));
  const top = program.hashbang?.end ?? 0;
  const head = { start: top, end: top, text: `\n"use strict";${imports.map(required).join('')}` };
  const members = exported.map(({ name, value }) => `${name}:${value}`);
  const tail = members.length > 0 ? `module.exports={${members}};\n` : '';
  const converted = replaced(code, [head, ...removed, ...dynamic]) + tail;
  requireCompiles(file, converted.slice(top));
  return converted;
}

type Export = ExportNamedDeclaration | ExportDefaultDeclaration;

const isExport = (statement: Program['body'][number]): statement is Export =>
  statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration';

/** The values that a statement exports, in code. Throws if the statement also declares or imports them, which esbuild does separately. */
function valuesOf(file: string, statement: Export, code: string): { readonly name: string; readonly value: string }[] {
  if (statement.type === 'ExportDefaultDeclaration') {
    const { type, start, end } = statement.declaration;
    if (!type.endsWith('Declaration')) return [{ name: 'default', value: code.slice(start, end) }];
  } else if (statement.declaration === null && statement.source === null)
    return statement.specifiers.map(({ local, exported }) => ({ name: nameOf(exported), value: nameOf(local) }));
  throw new Error(`${file}: this export also declares or imports: ${code.slice(statement.start, statement.end)}`);
}

/** The statements that bind an import. The default export of what is not a file of the bundle is the whole of it. */
function required({ source, specifiers }: ImportDeclaration): string {
  const value = `require(${JSON.stringify(source.value)});`;
  const members: string[] = [];
  const statements: string[] = [];
  for (const specifier of specifiers) {
    const imported = importedName(specifier);
    const isWhole = imported === '*' || (imported === 'default' && !source.value.startsWith('.'));
    if (isWhole) statements.push(`const ${specifier.local.name}=${value}`);
    else members.push(`${imported}:${specifier.local.name}`);
  }
  if (members.length > 0) statements.push(`const{${members}}=${value}`);
  return specifiers.length > 0 ? statements.join('') : value;
}

function importedName(specifier: ImportDeclarationSpecifier): string {
  if (specifier.type === 'ImportNamespaceSpecifier') return '*';
  return specifier.type === 'ImportDefaultSpecifier' ? 'default' : nameOf(specifier.imported);
}

const nameOf = (node: { readonly name: string } | { readonly value: string }): string =>
  'name' in node ? node.name : node.value;

/** Throws if a function of the file assigns to an exported variable. */
function requireUnchanged(file: string, code: string, program: Program, exported: ReadonlySet<string>): void {
  let depth = 0;
  const enter = () => void depth++;
  const leave = () => void depth--;
  const check = ({ type, start, end }: Node) => {
    if (depth === 0 || type === 'MemberExpression') return;
    const name = code
      .slice(start, end)
      .match(/[\w$]+/g)
      ?.find((word) => exported.has(word));
    if (name !== undefined) throw new Error(`${file}: a function assigns to ${name}, which the file exports.`);
  };
  new Visitor({
    FunctionDeclaration: enter,
    'FunctionDeclaration:exit': leave,
    FunctionExpression: enter,
    'FunctionExpression:exit': leave,
    ArrowFunctionExpression: enter,
    'ArrowFunctionExpression:exit': leave,
    // An initial value is computed for each object.
    PropertyDefinition: enter,
    'PropertyDefinition:exit': leave,
    AssignmentExpression: ({ left }) => check(left),
    UpdateExpression: ({ argument }) => check(argument),
    ForInStatement: ({ left }) => check(left),
    ForOfStatement: ({ left }) => check(left),
  }).visit(program);
}

/** Throws if Node could not compile the file, or if the file declares a name that CommonJS gives a meaning. */
function requireCompiles(file: string, code: string): void {
  try {
    new Script(`"use strict";let exports,require,module,__filename,__dirname;${code}`);
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`);
  }
}

interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function replaced(code: string, replacements: readonly Replacement[]): string {
  const parts: string[] = [];
  let from = 0;
  for (const { start, end, text } of replacements.toSorted((a, b) => a.start - b.start)) {
    parts.push(code.slice(from, start), text);
    from = end;
  }
  return [...parts, code.slice(from)].join('');
}
