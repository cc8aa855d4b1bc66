// The marker of a reply that was sent by other means has to be made before any HTTP server of a process replaces `Response`.
import '@hono/node-server/utils/response';
