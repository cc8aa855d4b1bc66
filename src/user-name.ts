import { userInfo } from 'node:os';

/** The name of the user of this process, for records; the user id if the system has no name for it, as in some containers. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.()}`;
  }
}
