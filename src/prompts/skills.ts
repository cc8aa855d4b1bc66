import type { ToolsNote } from './runbook.ts';
import { RUNBOOKS, type Runbook } from './runbooks.ts';

/** A runbook in the form in which agents load it when a task calls for it. */
export interface Skill {
  /** The folder that contains it, and its name. */
  readonly name: string;
  readonly description: string;
  /** The content of its only file, `SKILL.md`. */
  readonly text: string;
}

/** The runbooks as skills, each with a note about its tools. */
export const skills = (noteOn: ToolsNote = () => ''): Skill[] => RUNBOOKS.map((runbook) => skillOf(runbook, noteOn));

function skillOf(runbook: Runbook, noteOn: ToolsNote): Skill {
  const name = skillName(runbook);
  const description = `${runbook.description} ${runbook.when}`;
  const filled = Object.fromEntries(
    runbook.arguments.map(({ name, required }) => [name, `\`${name}\`${required ? '' : ' (if given)'}`]),
  );
  const inputs = runbook.arguments.map(
    (argument) => `- \`${argument.name}\`${argument.required ? '' : ' (optional)'}: ${argument.description}`,
  );
  const head = `---\nname: ${name}\ndescription: ${JSON.stringify(description)}\n---\n\n# ${runbook.title}`;
  const steps = runbook.text(filled);
  const body = [
    head,
    'Ask the person for the values that you do not know yet:',
    inputs.join('\n'),
    withSkillNames(steps),
    noteOn(steps),
  ];
  return { name, description, text: `${body.filter(Boolean).join('\n\n')}\n` };
}

const skillName = ({ name }: Runbook) => name.replaceAll('_', '-');

/** The text, with the names of other runbooks replaced by those of their skills. */
const withSkillNames = (text: string) =>
  RUNBOOKS.reduce((named, each) => named.replaceAll(`runbook ${each.name}`, `skill ${skillName(each)}`), text);
