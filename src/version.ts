import manifest from '../package.json' with { type: 'json' };

export const VERSION: string = manifest.version;

/** The lowest version of Node.js that this program supports, such as `20.19`. */
export const LOWEST_NODE: string = manifest.engines.node.replace('>=', '');
