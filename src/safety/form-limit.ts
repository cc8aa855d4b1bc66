import type { FormEvent, FormHistory } from './ledger.ts';

/** How long unanswered forms count, and how long a client without a decision gets no forms. */
const WINDOW_MS = 10 * 60_000;
export const MAX_UNANSWERED = 5;
const MAX_CANCELS = 2;
/** No person reads and declines a form in less time. */
const HASTY_MS = 1_000;

/** Why a client gets no forms for now. */
export type FormStop = 'unanswered' | 'no-decision';

type Event = FormEvent & { readonly at: number };

/** Whether the client gave the last answer without a person. An approval never counts as such. */
export function isNoDecision({ events }: FormHistory): boolean {
  const last = events.at(-1) as Event;
  const shown = events.findLast(({ kind, nonce }) => kind === 'shown' && nonce === last.nonce);
  return isAutomatic(last, shown?.at);
}

/**
 * Why a client gets no further forms, if `coming` ones count as unanswered, too; undefined if it gets them. Forms that were
 * answered without a person do not count as unanswered, but two cancels in a row, or one other answer without a person, stop forms for ten minutes.
 */
export function formStop({ now, events }: FormHistory, coming: number): FormStop | undefined {
  const shownAt = new Map<string, number>();
  let waiting: Event[] = [];
  let cancels = 0;
  let stoppedAt = Number.NEGATIVE_INFINITY;
  for (const event of events) {
    const { kind, nonce, at } = event;
    if (kind === 'shown') {
      waiting.push(event);
      shownAt.set(nonce, at);
      continue;
    }
    const wasAutomatic = isAutomatic(event, shownAt.get(nonce));
    if (kind === 'accepted') waiting = waiting.filter((shown) => shown.nonce !== nonce);
    else if (kind === 'withdrawn' || wasAutomatic) waiting = withoutLast(waiting, nonce);
    if (kind === 'withdrawn') continue;
    cancels = kind === 'cancelled' ? cancels + 1 : 0;
    const stops = kind === 'cancelled' ? cancels >= MAX_CANCELS : wasAutomatic;
    if (!stops) continue;
    stoppedAt = at;
    cancels = 0;
  }
  if (stoppedAt > now - WINDOW_MS) return 'no-decision';
  const unanswered = waiting.filter(({ at }) => at > now - WINDOW_MS).length;
  return unanswered + coming > MAX_UNANSWERED ? 'unanswered' : undefined;
}

const isAutomatic = ({ kind, at }: Event, shownAt: number | undefined): boolean =>
  kind === 'cancelled' ||
  kind === 'unusable' ||
  (kind === 'declined' && shownAt !== undefined && at - shownAt < HASTY_MS);

function withoutLast(waiting: readonly Event[], nonce: string): Event[] {
  const last = waiting.findLastIndex((shown) => shown.nonce === nonce);
  return waiting.filter((_, at) => at !== last);
}
