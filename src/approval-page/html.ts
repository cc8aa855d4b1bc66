import { printable } from '../safety/plan-text.ts';
import { scriptRuns } from './writing-systems.ts';

/** Markup that is safe to send. */
export interface Html {
  readonly markup: string;
}

type Value = string | number | Html | readonly Html[] | undefined;

/** Markup from a template; every inserted value is escaped, unless it is markup already. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return { markup: parts.map((part, at) => (at === 0 ? part : render(values[at - 1]) + part)).join('') };
}

/** Text for an element or a quoted attribute, with everything escaped that could hide or reorder the text around it. */
function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A name, with letters marked that belong to another script than most letters of their word. */
export function withMarkedLetters(name: string, element: 'mark' | 'tspan' = 'mark'): Html {
  const runs = scriptRuns(name).map(({ text, script }) =>
    script === undefined
      ? escapeHtml(text)
      : `<${element} class="odd"${element === 'mark' ? ` title="${scriptName(script)}"` : ''}>${escapeHtml(text)}</${element}>`,
  );
  return { markup: runs.join('') };
}

const scriptName = (script: string) => (script === 'another' ? 'letter of another script' : `${script} letter`);

/** A note with some marked letters of the first name that has any; undefined when none has. */
export function markedLettersNote(names: readonly string[]): Html | undefined {
  const found = names.find((name) => scriptRuns(name).some(({ script }) => script !== undefined));
  if (found === undefined) return undefined;
  const letters = scriptRuns(found).flatMap(({ text, script }) =>
    script === undefined ? [] : [`${text} (${scriptName(script)})`],
  );
  return html`<p class="plain">Some names mix scripts, so one may imitate another name. The letters of the other script are marked, such as ${[...new Set(letters)].slice(0, 3).join(', ')} in ${withMarkedLetters(found)}.</p>`;
}

function render(value: Value): string {
  if (value === undefined) return '';
  if (typeof value !== 'object') return escapeHtml(String(value));
  return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('');
}
