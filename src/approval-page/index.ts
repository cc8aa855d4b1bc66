import type { Desk } from '../safety/approver-desk.ts';
import { planText } from '../safety/approver-text.ts';
import type { Question } from '../safety/ledger.ts';
import { type Entrance, entrance } from './entrance.ts';
import { fieldsOf } from './fields.ts';
import { type NoticeName, notice } from './notices.ts';
import { clock, listPage, planPage, sentence } from './views.ts';

export interface ApprovalPageOptions {
  readonly desk: Desk;
  readonly now: () => number;
  /** What the page is served under, for example `http://127.0.0.1:4000`. */
  readonly origins: readonly string[];
  /** Code of the plan that the link opens; the list of plans when left out. */
  readonly first?: string | undefined;
  /** Told what went wrong behind a page that says only that something did. */
  readonly onerror: (error: unknown) => void;
}

export interface ApprovalPage {
  /** Path of the link for the person's browser. It opens once. */
  readonly link: string;
  handle(request: Request): Promise<Response>;
}

type Ended = 'approved' | 'declined' | 'wrong-name';

/** What this page knows of a plan that it has shown. */
interface Known {
  readonly question: Question;
  ended?: Ended;
}

const MOST_KNOWN = 500;

/** The approval page: shows what waits for a person, and takes their passphrase and the name of what they mean. Runs without scripts. */
export function approvalPage({ desk, now, origins, first, onerror }: ApprovalPageOptions): ApprovalPage {
  const door = entrance(origins);
  const known = new Map<string, Known>();
  const { home } = door;

  const waiting = async () => {
    const questions = await desk.waiting();
    for (const question of questions) known.set(question.code, { question });
    for (const oldest of [...known.keys()].slice(0, -MOST_KNOWN)) known.delete(oldest);
    return questions;
  };
  const gone = (code: string, again: boolean): Response => {
    const found = known.get(code);
    const expired = found !== undefined && found.question.expires <= now();
    const name: NoticeName = found?.ended === undefined ? (expired ? 'expired' : 'closed') : found.ended;
    const about = found === undefined ? {} : { code, more: sentence(planText(found.question).headline) };
    return notice(again ? (AGAIN[name] ?? name) : name, { home, ...about });
  };
  const show = (question: Question, again?: { error: string; typed: string }) =>
    planPage({
      question,
      home,
      now: now(),
      token: door.token(question),
      keyed: desk.keyed,
      ...(again === undefined ? {} : { again }),
    });
  const ended = (question: Question, how: Ended | 'closed') => {
    if (how === 'closed') return gone(question.code, true);
    known.set(question.code, { question, ended: how });
    return new Response(null, {
      status: 303,
      headers: { location: `${home}${question.code}`, 'cache-control': 'no-store' },
    });
  };

  const answer = async (question: Question, fields: URLSearchParams): Promise<Response> => {
    const field = (name: string) => fields.get(name) ?? '';
    if (!door.same(field('token'), door.token(question))) return notice('not-this-form', { home, code: question.code });
    if (field('act') === 'decline') return ended(question, await desk.decline(question));
    if (field('act') !== 'approve') return notice('not-a-form', { home });
    const unlocked = await desk.unlock(field('passphrase'));
    if (unlocked.kind === 'wrong')
      return show(question, { error: 'That is not the passphrase. Nothing was approved yet.', typed: field('name') });
    if (unlocked.kind === 'locked')
      return notice('too-many', {
        home,
        code: question.code,
        more: `The passphrase is taken again at ${clock(unlocked.until)}.`,
      });
    return ended(question, await desk.approve(question, field('name'), unlocked.approver));
  };

  const route = async (request: Request): Promise<Response> => {
    const turnedAway = door.stop(request);
    if (turnedAway !== undefined) return notice(turnedAway);
    const entering = door.enter(request, `${home}${first ?? ''}`);
    if (entering !== undefined) return entering;
    if (!door.knows(request)) return notice('stranger');
    return plans(request, door, {
      list: async () => listPage(await waiting(), home, now()),
      find: async (wanted) => (await waiting()).find(({ code }) => code === wanted),
      gone,
      show,
      answer,
    });
  };
  return {
    link: door.link,
    handle: (request) =>
      route(request).catch((error: unknown) => {
        onerror(error);
        return notice('failed', { home });
      }),
  };
}

/** What an ending is called when the form is sent once more. */
const AGAIN: Partial<Record<NoticeName, NoticeName>> = { approved: 'already-approved', declined: 'already-declined' };

interface Routes {
  list(): Promise<Response>;
  find(code: string): Promise<Question | undefined>;
  gone(code: string, again: boolean): Response;
  show(question: Question): Response;
  answer(question: Question, fields: URLSearchParams): Promise<Response>;
}

async function plans(request: Request, { home }: Entrance, routes: Routes): Promise<Response> {
  const code = new URL(request.url).pathname.slice(home.length);
  const isGet = request.method === 'GET';
  if (code === '') return isGet ? routes.list() : notice('no-such-method', { home });
  if (!/^[A-Z0-9]{1,16}$/.test(code)) return notice('not-found', { home });
  const fields = isGet ? undefined : await fieldsOf(request);
  if (!isGet && fields === undefined) return notice('not-a-form', { home });
  const question = await routes.find(code);
  if (question === undefined) return routes.gone(code, !isGet);
  return fields === undefined ? routes.show(question) : routes.answer(question, fields);
}
