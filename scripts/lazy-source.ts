import { transform } from 'esbuild';

/** One `name: expression` of JavaScript. */
interface Declaration {
  readonly name: string;
  readonly expression: string;
}

/**
 * Cuts code at each line that begins with a word after exactly `indent` spaces; what follows, including closing brackets, belongs to it.
 */
export const parts = (code: string, indent: number): string[] =>
  code.split(new RegExp(`^(?= {${indent}}[\\w$"])`, 'm'));

/** The statement or property that begins with `opening` and ends with the bracket at the same indentation. Throws unless there is one. */
export function block(code: string, opening: string): string {
  const found = new RegExp(`^( *)${escaped(opening)}\\n[\\s\\S]*?\\n\\1\\}[;,]?$`, 'm').exec(code)?.[0];
  if (found === undefined) throw new Error(`The MCP SDK has no "${opening}" any more.`);
  return found;
}

/** `code` with its only `before` replaced. Throws unless there is exactly one. */
export function replaced(code: string, before: string, after: string): string {
  const [head, tail, ...more] = code.split(before);
  if (before === '' || tail === undefined || more.length > 0) throw new Error(`The MCP SDK has not one "${before}".`);
  return head + after + tail;
}

/** Reads `const name = expression;`. */
export function declaration(statement: string): Declaration {
  const [, name, expression] = /^\s*(?:const|let|var) ([\w$]+) = ([\s\S]*?);?\s*$/.exec(statement) ?? [];
  if (name === undefined || expression === undefined) throw new Error(`This declares nothing: ${statement}`);
  return { name, expression };
}

/** Declares a lazy object with a property for each declaration. In their expressions, each name becomes a read of its property. */
export async function lazyTable(table: string, declarations: readonly Declaration[]): Promise<string> {
  const define = Object.fromEntries(declarations.map(({ name }) => [name, `${table}.${name}`]));
  return (await transform(`const ${table} = ${lazyObject(declarations)};`, { define })).code;
}

/** Makes an object literal, or the one at the end of an expression, lazy. */
export function lazyLiteral(code: string): string {
  const [, inner = '', end = ''] = /^([\s\S]*)\n *\}([;,]?)\s*$/.exec(code) ?? [];
  const [head = '', ...properties] = parts(inner, indentOf(code) + 2);
  return head.replace(/\{\s*$/, '') + lazyObject(properties.map(property)) + end;
}

/** A function that declares schemas and returns some of them: its declarations become a table, from which it returns. */
export async function lazyBuild(code: string): Promise<string> {
  const [head = '', ...statements] = parts(code.replace(/\n\}$/, '\n'), 2);
  const declares = (statement: string) => /^ {2}(?:const|let|var) /.test(statement);
  const returned = statements.filter((statement) => /^ {2}return \{/.test(statement));
  const rest = statements.filter((statement) => !declares(statement) && !returned.includes(statement));
  const declarations = statements
    .filter(declares)
    .map(declaration)
    .map(({ name, expression }) => {
      return { name, expression: /^\{\s*"/.test(expression) ? lazyLiteral(`  ${expression}`).trim() : expression };
    });
  const short = declarations.map(({ expression }, at) => ({ name: `_${at.toString(36)}`, expression }));
  const define = Object.fromEntries(declarations.map(({ name }, at) => [name, `table._${at.toString(36)}`]));
  const inner = `${rest.join('')}const table = ${lazyObject(short)};\n${returned.map(lazyLiteral).join('')}`;
  return (await transform(`${head}${inner}\n}`, { define })).code;
}

function property(part: string): Declaration {
  const [, name, expression] = /^\s*([\w$]+|"[^"]+")(?:: ([\s\S]*?))?,?\s*$/.exec(part) ?? [];
  if (name === undefined) throw new Error(`This is no property: ${part}`);
  return { name, expression: expression ?? name };
}

/** The code of an object whose properties are computed when they are first read. */
const lazyObject = (declarations: readonly Declaration[]): string =>
  `lazy({\n${declarations.map(({ name, expression }) => `${name}: () => ${grouped(expression)}`).join(',\n')}\n})`;

const grouped = (expression: string) => (expression.startsWith('{') ? `(${expression})` : expression);
const indentOf = (code: string) => /^ */.exec(code)?.[0].length ?? 0;
const escaped = (text: string) => text.replaceAll(/[$(){}.]/g, '\\$&');
