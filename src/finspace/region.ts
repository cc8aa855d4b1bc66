/** The region that the environment names, which counts before that of a profile, as it does for the AWS CLI. */
export const environmentRegion = (env: NodeJS.ProcessEnv): string | undefined =>
  env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || undefined;
