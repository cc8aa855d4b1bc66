/**
 * What the MCP SDK imports for the platform it runs on, for the bundle: its own smaller JSON Schema validator in place of
 * Ajv, which alone costs about a tenth of a cold start and is needed only to check the answers of forms.
 */
export { default as process } from 'node:process';
export { CfWorkerJsonSchemaValidator as DefaultJsonSchemaValidator } from '@modelcontextprotocol/server/validators/cf-worker';
