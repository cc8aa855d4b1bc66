/** The text that a form asks a person to type, from its third line. */
export const typedIn = (message: string): string =>
  /^Type (.+) to approve\.$/.exec(message.split('\n')[2] ?? '')?.[1] ?? '';
