/** The region from the environment, which overrides that of a profile, as in the AWS CLI. */
export const environmentRegion = (env: NodeJS.ProcessEnv): string | undefined =>
  env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || undefined;
