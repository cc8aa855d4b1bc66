/** In place of `undici`, for the bundle: only its agent, because the rest, such as `fetch` and WebSockets, takes twice as long to load. */
export { default as Agent } from '../node_modules/undici/lib/dispatcher/agent.js';
