import { appPage } from './shell.ts';

/** Shows the picture to which the result of `describe_kx_environment` links. The host reads it; it never enters the model's context. */
export const topologyPage = (): string => appPage('kdb environment', SCRIPT);

/**
 * The picture becomes part of the page, so nothing that can run or load anything may be in it: no scripts, links, images or
 * elements that animate, no event handlers (`on…`) or `href`, no `url()` except of something in the picture itself (`#…`), no other function
 * or rule of CSS that loads, and no escapes (`\`), which could spell one.
 */
const SCRIPT = `const loads = /@import|\\b(src|image|image-set)\\(|\\\\/i;
const isSafe = (svg) => svg.localName === 'svg' && [svg, ...svg.querySelectorAll('*')].every((element) =>
  element.namespaceURI === 'http://www.w3.org/2000/svg' &&
  !/^(script|foreignObject|image|use|a|animate\\w*|set)$/i.test(element.localName) &&
  [...element.attributes].every(({ name, value }) =>
    !/^on|href$/i.test(name) && !loads.test(value) && !/url\\(\\s*['"]?[^#'"\\s]/i.test(value)) &&
  (element.localName !== 'style' || !(loads.test(element.textContent) || /url\\(/i.test(element.textContent))));
const show = async (result) => {
  const link = (result.content ?? []).find(({ type, mimeType }) => type === 'resource_link' && mimeType === 'image/svg+xml');
  if (!link) return plain(result);
  if (!host.serverResources) return plain(result, 'This client shows no pictures from servers.');
  try {
    const { contents: [{ text }] } = await ask('resources/read', { uri: link.uri });
    const svg = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
    if (!isSafe(svg)) throw new Error('it contains more than shapes and text');
    const style = svg.querySelector('style'), css = style?.textContent;
    // The host's theme decides, not that of the browser.
    repaint = () => {
      if (style && theme) style.textContent = css.replaceAll(/@media *\\(prefers-color-scheme: *dark\\)/g, theme === 'dark' ? '@media all' : '@media not all');
    };
    repaint();
    root.replaceChildren(document.adoptNode(svg));
  } catch (error) {
    plain(result, 'The picture cannot be shown: ' + error.message);
  }
};`;
