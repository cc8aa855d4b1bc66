import { describe, expect, it } from 'vitest';
import { readCommandLine } from '../../src/command-line.ts';
import { COMMANDS } from '../../src/commands/index.ts';

const read = (env: NodeJS.ProcessEnv) => readCommandLine([], env, COMMANDS, 'stdio').config;

describe('an environment variable', () => {
  it('sets its setting', () => {
    expect(read({ FINSPACE_MCP_READ_ONLY: 'true' }).readOnly).toBe(true);
  });

  it.each([
    ['FINSPACE_MCP_READONLY', 'FINSPACE_MCP_READ_ONLY'],
    ['FINSPACE_MCP_ENVIRONMENT', 'FINSPACE_MCP_ENVIRONMENTS'],
    ['FINSPACE_MCP_APROVE', 'FINSPACE_MCP_APPROVE'],
  ])('that looks like a mistyped setting, %s, is rejected', (given, meant) => {
    expect(() => read({ [given]: 'x' })).toThrow(`unknown variable ${given}; did you mean ${meant}?`);
  });

  it.each([
    ['http', 'target', undefined, { FINSPACE_MCP_TARGET: 'prod' }],
    ['journal', 'backend', 'local', { FINSPACE_MCP_BACKEND: 'aws', AWS_ENDPOINT_URL: 'https://other.example' }],
    ['local', 'faults', 'faults.json', { FINSPACE_MCP_BACKEND: 'aws', FINSPACE_MCP_FAULTS: 'faults.json' }],
  ] as const)('has no effect on a command that does not take its setting: %s', (command, setting, value, env) => {
    expect(readCommandLine([command], env, COMMANDS, 'stdio').config[setting]).toBe(value);
  });

  it('names no file for a command that reads none', () => {
    const env = { FINSPACE_MCP_CONFIG: '/missing.json' };
    expect(readCommandLine(['completion', 'bash'], env, COMMANDS, 'stdio').word).toBe('bash');
    expect(() => readCommandLine(['tools'], env, COMMANDS, 'stdio')).toThrow('/missing.json cannot be read');
  });

  it('of a shared Redis is rejected, but help is shown', () => {
    const env = { FINSPACE_MCP_REDIS: 'redis://redis' };
    expect(() => read(env)).toThrow('FINSPACE_MCP_REDIS is set: servers share a PostgreSQL database instead');
    expect(readCommandLine(['world', '--help'], env, COMMANDS, 'stdio').wants).toBe('help');
  });

  it('that Kubernetes sets for a service called finspace-mcp is ignored', () => {
    const ofService = {
      FINSPACE_MCP_SERVICE_HOST: '10.0.0.1',
      FINSPACE_MCP_SERVICE_PORT: '8080',
      FINSPACE_MCP_SERVICE_PORT_HTTP: '8080',
      FINSPACE_MCP_PORT_8080_TCP: 'tcp://10.0.0.1:8080',
      FINSPACE_MCP_PORT_8080_TCP_ADDR: '10.0.0.1',
    };
    expect(read(ofService).backend).toBe('local');
  });
});
