/** In place of `undici`, for the bundle: only its client, because the rest, such as `fetch` and WebSockets, takes twice as long to load. */
export { default as buildConnector } from '../node_modules/undici/lib/core/connect.js';
export { default as Client } from '../node_modules/undici/lib/dispatcher/client.js';
