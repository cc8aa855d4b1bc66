import { didYouMean } from '../../nearest.ts';
import { quoteUntrusted } from '../../untrusted.ts';
import { type ReadGap, textOf } from './read-gaps.ts';

/** An argument that names nothing; the message shows what exists. */
export class NotFound extends Error {
  override readonly name = 'NotFound';
}

/** Says that something was not found in a place, as far as everything could be read, with what was probably meant. */
export function notFound(
  noun: string,
  wanted: string,
  existing: readonly string[],
  [gap, ...gaps]: readonly ReadGap[] = [],
  advice = '',
  place = '',
): NotFound {
  const like = existing.filter((name) => name.toLowerCase().includes(wanted.toLowerCase()));
  const otherwise = `. Existing ones: ${quotedList(like.length > 0 ? like : existing)}.`;
  const meant = like.length > 0 ? otherwise : didYouMean(wanted, existing, { otherwise, shown: quoteUntrusted });
  const more = gaps.length === 0 ? '' : ` and ${gaps.length} more`;
  const unread =
    gap === undefined
      ? ''
      : ` It may be in a part that could not be read: ${quoteUntrusted(gap.environment)}, ${quoteUntrusted(textOf(gap), 200)}${more}.`;
  return new NotFound(
    `There is no ${noun} ${quoteUntrusted(wanted)}${place && ` in ${quoteUntrusted(place)}`}${meant}${unread}${advice && ` ${advice}`}`,
  );
}

const MAX_QUOTED = 12;

export function quotedList(names: readonly string[]): string {
  const quoted = names.slice(0, MAX_QUOTED).map((name) => quoteUntrusted(name));
  return `${quoted.join(', ') || 'none'}${names.length > MAX_QUOTED ? ', …' : ''}`;
}
