import type { FormEvent, FormHistory } from './ledger.ts';

/** How long a form that was not approved counts, and how long a client that answered without a person gets no forms. */
const WINDOW_MS = 10 * 60_000;
export const MAX_UNAPPROVED = 5;
const MAX_CANCELS = 2;
/** No person reads and declines a form in less time. */
const HASTY_MS = 1_000;

/** Why a client gets no forms for now. */
export type FormStop = 'unapproved' | 'no-decision';

type Event = FormEvent & { readonly at: number };

/** Whether the client gave the last answer without a person. No approval counts as given without one. */
export function lastWasAutomatic({ events }: FormHistory): boolean {
  const last = events.at(-1) as Event;
  const shown = events.findLast(({ kind, nonce }) => kind === 'shown' && nonce === last.nonce);
  return isAutomatic(last, shown?.at);
}

/**
 * Why a client gets no further forms; undefined if it gets them. The forms that are about to be shown (`toShow`) count as not approved,
 * too. Two cancels in a row, or one other answer without a person, stop forms for a while.
 */
export function formStop({ now, events }: FormHistory, { toShow }: { readonly toShow: number }): FormStop | undefined {
  const judged = judgedEvents(events);
  if (lastStop(judged) > now - WINDOW_MS) return 'no-decision';
  const unapproved = unapprovedForms(judged).filter(({ at }) => at > now - WINDOW_MS).length;
  return unapproved + toShow > MAX_UNAPPROVED ? 'unapproved' : undefined;
}

/** An event, and whether the client caused it without a person. */
type JudgedEvent = Event & { readonly wasAutomatic: boolean };

function judgedEvents(events: readonly Event[]): JudgedEvent[] {
  const shownAt = new Map<string, number>();
  return events.map((event) => {
    if (event.kind === 'shown') shownAt.set(event.nonce, event.at);
    return { ...event, wasAutomatic: isAutomatic(event, shownAt.get(event.nonce)) };
  });
}

/** When answers without a person last stopped forms. */
function lastStop(events: readonly JudgedEvent[]): number {
  let cancels = 0;
  let stoppedAt = Number.NEGATIVE_INFINITY;
  for (const { kind, at, wasAutomatic } of events) {
    if (kind === 'shown' || kind === 'withdrawn') continue;
    cancels = kind === 'cancelled' ? cancels + 1 : 0;
    const stops = kind === 'cancelled' ? cancels >= MAX_CANCELS : wasAutomatic;
    if (!stops) continue;
    stoppedAt = at;
    cancels = 0;
  }
  return stoppedAt;
}

/** The forms that were shown and not approved; those that were not sent, or answered without a person, do not count. */
function unapprovedForms(events: readonly JudgedEvent[]): Event[] {
  let unapproved: Event[] = [];
  for (const event of events) {
    const { kind, nonce, wasAutomatic } = event;
    if (kind === 'shown') unapproved.push(event);
    else if (kind === 'accepted') unapproved = unapproved.filter((shown) => shown.nonce !== nonce);
    else if (kind === 'withdrawn' || wasAutomatic) unapproved = withoutLast(unapproved, nonce);
  }
  return unapproved;
}

const isAutomatic = ({ kind, at }: Event, shownAt: number | undefined): boolean =>
  kind === 'cancelled' ||
  kind === 'unusable' ||
  (kind === 'declined' && shownAt !== undefined && at - shownAt < HASTY_MS);

function withoutLast(forms: readonly Event[], nonce: string): Event[] {
  const last = forms.findLastIndex((shown) => shown.nonce === nonce);
  return forms.filter((_, at) => at !== last);
}
