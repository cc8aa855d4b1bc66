/** What a form asks to be typed: it stands on its third line. */
export const typedIn = (message: string): string =>
  /^Type (.+) to approve\.$/.exec(message.split('\n')[2] ?? '')?.[1] ?? '';
