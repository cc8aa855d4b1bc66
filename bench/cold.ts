import { compareStarts } from './starts.ts';

/** The start to `tools/list`, the memory then and the first call, on this Node. */
export const main = (): Promise<void> => compareStarts(process.execPath);
