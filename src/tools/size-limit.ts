import type { CallToolResult } from '@modelcontextprotocol/server';
import { bytesOf, MAX_DATA, MAX_TEXT, shortened, shortenedLines } from '../answer-size.ts';
import { visible } from '../untrusted.ts';
import type { ToolResult } from './dependencies.ts';

/**
 * Limits the text of a result to what an answer may have. Large data is shortened, with `omitted`, in text and structured
 * content alike; other texts lose their middle.
 */
export function limitSize(result: ToolResult): ToolResult {
  if ('inputRequests' in result) return result;
  const { structuredContent, content } = result as CallToolResult;
  if (textBytes(content) <= MAX_TEXT) return result;
  const [first, ...rest] = content;
  const isData = first?.type === 'text' && first.text === JSON.stringify(structuredContent);
  if (!isData) return { ...result, content: shortenedTexts(content, MAX_TEXT) };
  const render = (some: unknown) => visible(some).json;
  const { value, json } = visible(shortened(structuredContent as Record<string, unknown>, MAX_DATA, render));
  const notes = shortenedTexts(rest, MAX_TEXT - bytesOf(json) - SHORTENED.length);
  return {
    ...result,
    structuredContent: value,
    content: [{ ...first, text: json }, ...notes, { type: 'text', text: SHORTENED }],
  };
}

const SHORTENED = `This answer was larger than ${MAX_TEXT / 1_000} kB. The member \`omitted\` lists what was left out.`;

type Content = CallToolResult['content'];

const textBytes = (content: Content) =>
  content.reduce((sum, block) => sum + (block.type === 'text' ? bytesOf(block.text) : 0), 0);

/** The notes at the end are short and say how to continue, so the first text is cut. */
function shortenedTexts(content: Content, maxBytes: number): Content {
  let left = maxBytes;
  const texts = content.toReversed().map((block, at) => {
    if (block.type !== 'text') return block;
    const text = shortenedLines(block.text, at === content.length - 1 ? left : left / 2);
    left -= bytesOf(text);
    return { ...block, text };
  });
  return texts.toReversed();
}
