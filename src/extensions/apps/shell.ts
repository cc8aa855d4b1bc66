import { VERSION } from '../../version.ts';

/**
 * A self-contained page that a host shows beside the result of a tool (SEP-1865). Its script defines `show(result)`, and may use
 * `ask(method, params)`, `host` (what the host can do), `theme` with `repaint`, `root`, `add(tag, text, to)` and `plain(result, why)`.
 */
export const appPage = (title: string, script: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title><style>${STYLE}</style></head>
<body><main id="root" aria-live="polite"></main><script>
${BRIDGE}
${script}
${START}
</script></body></html>
`;

const STYLE = `:root{color-scheme:light dark}
body{margin:0;font:14px system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.1em;margin:0 0 .5em}h2{font-size:1em;margin:.8em 0 .2em}ul{margin:0;padding-left:1.2em}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1em .8em;margin:0}dt{opacity:.7}dd{margin:0}
pre{white-space:pre-wrap;margin:0}p{margin:.3em 0}.note{opacity:.7}svg{display:block;max-width:100%;height:auto}
button{font:inherit;padding:.4em .8em;margin-top:.6em}`;

/** Messages to the host and back. Only the host, which is the parent window, is listened to. */
const BRIDGE = `const root = document.getElementById('root');
const waiting = new Map();
let host = {}, last = 0;
const post = (message) => parent.postMessage({ jsonrpc: '2.0', ...message }, '*');
const ask = (method, params) => new Promise((resolve, reject) => {
  waiting.set(++last, [resolve, reject]);
  post({ id: last, method, params });
});
const add = (tag, text, to = root) => {
  const element = document.createElement(tag);
  element.textContent = text;
  to.append(element);
  return element;
};
const plain = ({ content = [] }, why) => {
  root.replaceChildren();
  if (why) add('p', why).className = 'note';
  for (const { text } of content) if (text) add('pre', text);
};
let theme, repaint = () => {};
const themed = (context) => {
  theme = context?.theme ?? theme;
  document.documentElement.style.colorScheme = theme ?? 'light dark';
  repaint();
};
addEventListener('message', ({ source, data }) => {
  if (source !== parent || data?.jsonrpc !== '2.0') return;
  const { id, method, params, result, error } = data;
  if (method === undefined) {
    const [resolve, reject] = waiting.get(id) ?? [];
    waiting.delete(id);
    error ? reject?.(new Error(error.message)) : resolve?.(result);
  } else if (method === 'ui/notifications/tool-result') show(params);
  else if (method === 'ui/notifications/host-context-changed') themed(params);
  else if (method === 'ping' || method === 'ui/resource-teardown') post({ id, result: {} });
  else if (id !== undefined) post({ id, error: { code: -32601, message: 'Method not found' } });
});`;

const START = `const resized = new ResizeObserver(() => {
  const { scrollWidth: width } = document.documentElement;
  post({ method: 'ui/notifications/size-changed', params: { width, height: Math.ceil(root.getBoundingClientRect().height) } });
});
ask('ui/initialize', {
  appInfo: { name: 'finspace-mcp', version: '${VERSION}' }, appCapabilities: {}, protocolVersion: '2026-01-26',
}).then(({ hostCapabilities = {}, hostContext }) => {
  host = hostCapabilities;
  themed(hostContext);
  post({ method: 'ui/notifications/initialized' });
  resized.observe(root);
});`;
