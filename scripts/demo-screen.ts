/** What the demo prints with: at most 96 columns, fewer in a narrower terminal, and colours only where a terminal shows them. */
const WIDTH = Math.max(40, Math.min(96, process.stdout.columns || 96));
const colours = process.stdout.isTTY && !process.env['NO_COLOR'];
const paint = (code: number) => (text: string) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
const bold = paint(1);
const dim = paint(2);
const cyan = paint(36);

/** The colours that the demo gives to words. */
export const PAINT = { bold, dim, red: paint(31), green: paint(32), yellow: paint(33) };
type Paint = (text: string) => string;

export const say = (text = '') => console.log(text);

let steps = 0;
/** The heading of the next step: what a person would ask their agent. */
export const step = (question: string) => {
  steps += 1;
  say();
  print(`${steps}  ${question}`, { indent: '', hang: '   ', painted: (line) => bold(cyan(line)) });
};

/** Text as paragraphs of whole words; each line after the first is indented by two more columns, or by `hang`. */
export function print(text: string, { indent = '   ', hang = '  ', painted = (line: string) => line } = {}): void {
  for (const paragraph of text.split('\n')) {
    for (const [at, line] of wrapped(paragraph, WIDTH - indent.length - hang.length).entries())
      say(`${indent}${at === 0 ? '' : hang}${painted(line)}`);
  }
}

/** Breaks lines between words; a longer word, such as a URI, stays whole so that it can be copied. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (let rest = text; ; ) {
    const space = rest.lastIndexOf(' ', width);
    const breakAt = space > 0 ? space : rest.indexOf(' ', width);
    if (rest.length <= width || breakAt < 0) return [...lines, rest];
    lines.push(rest.slice(0, breakAt));
    rest = rest.slice(breakAt).trimStart();
  }
}

/** A cell of a row, with the colour of its text. */
export type Cell = string | readonly [text: string, painted: Paint];
/** Rows in columns as wide as they need; the last one may be as long as the line. */
export function table(rows: readonly (readonly Cell[])[]): void {
  const cells = rows.map((row) =>
    row.map((cell): readonly [string, Paint] => (typeof cell === 'string' ? [cell, same] : cell)),
  );
  const widths = cells.reduce<number[]>(
    (most, row) => row.map(([text], at) => Math.max(most[at] ?? 0, text.length)),
    [],
  );
  for (const row of cells) {
    const before = row.slice(0, -1).reduce((sum, _, at) => sum + (widths[at] ?? 0) + 2, 3);
    const [last = '', paintLast = same] = row.at(-1) ?? [];
    const [first = '', ...more] = wrapped(last, WIDTH - before);
    // If the other columns leave little space, the last one goes below.
    if (WIDTH - before < 24 && row.length > 1) {
      table([row.slice(0, -1)]);
      print(last, { indent: '     ', hang: '', painted: paintLast });
      continue;
    }
    const front = row
      .slice(0, -1)
      .map(([text, painted], at) => painted(text) + ' '.repeat((widths[at] ?? 0) - text.length + 2));
    say(`   ${front.join('')}${paintLast(first)}`);
    for (const line of more) say(' '.repeat(before) + paintLast(line));
  }
}

const same: Paint = (text) => text;

/** The form as a client would show it, and what the person does with it. */
export function showForm(message: string, action: string): void {
  say(dim('   ┌─ a form in the client '.padEnd(Math.min(WIDTH, 79), '─')));
  print(message, { indent: '   │ ', painted: PAINT.yellow });
  print(`└─ ${action}`, { hang: '   ', painted: bold });
}
