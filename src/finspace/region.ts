/** The region from the environment, which overrides that of a profile, as in the AWS CLI. */
export const environmentRegion = (env: NodeJS.ProcessEnv): string | undefined =>
  env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || undefined;

/** Whether a text has the form of a region's name. The region becomes part of a host name, so it is validated whatever its source. */
export const isRegion = (text: string): boolean => /^[a-z0-9]+(?:-[a-z0-9]+){1,5}$/.test(text);
