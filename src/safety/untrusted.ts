export { plainJson, quoted } from '../untrusted.ts';
