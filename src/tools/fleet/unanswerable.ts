import { didYouMean } from '../../nearest.ts';
import { quoteUntrusted } from '../../untrusted.ts';
import { gapText, type ReadGap } from './read-gaps.ts';

/** A question that cannot be answered as it was asked; the message says why, and what exists or what to ask instead. */
export class Unanswerable extends Error {
  override readonly name = 'Unanswerable';
}

/** Says that nothing has a name, with the name that was probably meant or the existing ones, and names a part that could not be read. */
export function notFound(
  noun: string,
  wanted: string,
  existing: readonly string[],
  [gap, ...gaps]: readonly ReadGap[] = [],
  advice = '',
  environment = '',
): Unanswerable {
  const like = existing.filter((name) => name.toLowerCase().includes(wanted.toLowerCase()));
  const otherwise = `. Existing ones: ${quotedList(like.length > 0 ? like : existing)}.`;
  const meant = like.length > 0 ? otherwise : didYouMean(wanted, existing, { otherwise, format: quoteUntrusted });
  const more = gaps.length === 0 ? '' : ` and ${gaps.length} more`;
  const unread =
    gap === undefined
      ? ''
      : ` It may be in a part that could not be read: ${quoteUntrusted(gap.environment)}, ${quoteUntrusted(gapText(gap), 200)}${more}.`;
  return new Unanswerable(
    `There is no ${noun} ${quoteUntrusted(wanted)}${environment && ` in ${quoteUntrusted(environment)}`}${meant}${unread}${advice && ` ${advice}`}`,
  );
}

const MAX_QUOTED = 12;

export function quotedList(names: readonly string[]): string {
  const quoted = names.slice(0, MAX_QUOTED).map((name) => quoteUntrusted(name));
  return `${quoted.join(', ') || 'none'}${names.length > MAX_QUOTED ? ', …' : ''}`;
}
