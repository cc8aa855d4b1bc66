import { compareStarts } from './starts.ts';

/** From spawn to the answer of `tools/list` on this Node. */
export const main = (): Promise<void> => compareStarts(process.execPath);
