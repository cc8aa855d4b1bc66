// The marker of a reply that was sent by other means must be created before any HTTP server of a process replaces `Response`.
import '@hono/node-server/utils/response';
