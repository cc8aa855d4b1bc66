import { DESCRIBED_KINDS } from '../../safety/item-text.ts';
import { APPROVAL_PAGE } from '../../tools/approval-form.ts';
import { appPage } from './shell.ts';

/**
 * Shows the result of `plan_change`, and of a call that waits for a person, with the link to the approval page. It never approves: a host
 * relays what a page says, so nothing that a person enters here would prove that it was a person.
 */
export const planPage = (): string => appPage('Plan', SCRIPT);

const SCRIPT = `const words = (name) => name.replace(/[A-Z]/g, (letter) => ' ' + letter.toLowerCase());
const brief = (value) => Array.isArray(value) ? value.map(brief).join('; ')
  : value && typeof value === 'object' ? Object.values(value).map(brief).join(' ') : String(value);
const item = (row) => ${JSON.stringify(DESCRIBED_KINDS)}.includes(row.kind) ? brief({ ...row, kind: '' }).trim() : brief(row);
const addFooter = (link) => {
  if (link && host.openLinks) add('button', 'Open the approval page').onclick = () => ask('ui/open-link', { url: link });
  add('p', 'This view approves nothing.').className = 'note';
};
const show = (result) => {
  const { structuredContent: plan, isError, _meta = {} } = result;
  if (isError || !plan) {
    plain(result);
    return addFooter(_meta[${JSON.stringify(APPROVAL_PAGE)}]);
  }
  const { tool, target, dialog = [], ...more } = plan;
  root.replaceChildren();
  add('h1', dialog[0] ?? [tool, brief(target ?? '')].join(': '));
  if (more.needsApproval) add('p', more.blocked ? 'Blocked.' : 'A person must approve it.');
  const list = add('dl', '');
  for (const [name, value] of Object.entries(more)) {
    if (Array.isArray(value)) continue;
    add('dt', words(name), list);
    add('dd', value && typeof value === 'object' ? Object.entries(value).map((pair) => pair.map(brief).join(' ')).join(', ') : value, list);
  }
  for (const [name, rows] of Object.entries(more)) {
    if (!Array.isArray(rows) || rows.length === 0) continue;
    add('h2', words(name));
    const items = add('ul', '');
    for (const row of rows) add('li', item(row), items);
  }
  addFooter();
};`;
