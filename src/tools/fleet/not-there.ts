import { didYouMean } from '../../nearest.ts';
import { quoteUntrusted } from '../../untrusted.ts';
import { textOf, type Unread } from './unread.ts';

/** An argument that names nothing; the message shows what exists. */
export class NotThere extends Error {
  override readonly name = 'NotThere';
}

/** Says that something was not found, as far as everything could be read, with what was probably meant. */
export function noSuch(
  noun: string,
  wanted: string,
  known: readonly string[],
  [gap, ...gaps]: readonly Unread[] = [],
  advice = '',
): NotThere {
  const like = known.filter((name) => name.toLowerCase().includes(wanted.toLowerCase()));
  const otherwise = `. Existing ones: ${listed(like.length > 0 ? like : known)}.`;
  const meant = like.length > 0 ? otherwise : didYouMean(wanted, known, { otherwise, shown: quoteUntrusted });
  const more = gaps.length === 0 ? '' : ` and ${gaps.length} more`;
  const unread =
    gap === undefined
      ? ''
      : ` It may be in a part that could not be read: ${quoteUntrusted(gap.environment)}, ${quoteUntrusted(textOf(gap), 200)}${more}.`;
  return new NotThere(`There is no ${noun} ${quoteUntrusted(wanted)}${meant}${unread}${advice && ` ${advice}`}`);
}

/** The first of some names, quoted, in one line. */
export const listed = (known: readonly string[]) =>
  `${
    known
      .slice(0, 12)
      .map((name) => quoteUntrusted(name))
      .join(', ') || 'none'
  }${known.length > 12 ? ', …' : ''}`;
