import { didYouMean } from '../../nearest.ts';
import { quoted } from '../../untrusted.ts';
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
  const meant = like.length > 0 ? otherwise : didYouMean(wanted, known, { otherwise, shown: quoted });
  const more = gaps.length === 0 ? '' : ` and ${gaps.length} more`;
  const unread =
    gap === undefined
      ? ''
      : ` It may be in a part that could not be read: ${quoted(gap.environment)}, ${quoted(textOf(gap), 200)}${more}.`;
  return new NotThere(`There is no ${noun} ${quoted(wanted)}${meant}${unread}${advice && ` ${advice}`}`);
}

/** The first of some names, quoted, in one line. */
export const listed = (known: readonly string[]) =>
  `${
    known
      .slice(0, 12)
      .map((name) => quoted(name))
      .join(', ') || 'none'
  }${known.length > 12 ? ', …' : ''}`;
