import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import * as z from 'zod';

/** The reference of the cold-start bench: the smallest useful server built with the SDK. */
serveStdio(() => {
  const server = new McpServer({ name: 'reference', version: '1.0.0' });
  server.registerTool(
    'echo',
    { description: 'Echo a text.', inputSchema: z.object({ text: z.string() }) },
    ({ text }) => ({
      content: [{ type: 'text', text }],
    }),
  );
  return server;
});
