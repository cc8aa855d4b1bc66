/** The account and region of every caller, unless the service or the request has others. */
export const DEFAULT_ACCOUNT = '111122223333';
export const DEFAULT_REGION = 'us-east-1';
