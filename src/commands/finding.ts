/** What one check of `finspace-mcp doctor` found. */
export interface Finding {
  readonly check: string;
  /** `failed`: the server does not work with these settings. `warning`: it works, but a person should know. */
  readonly status: 'ok' | 'warning' | 'failed';
  readonly detail: string;
  /** What a person can do about it. */
  readonly advice?: string | undefined;
}

/** The findings of one check, named. */
export const ok = (check: string, detail: string): Finding => ({ check, status: 'ok', detail });
export const warning = (check: string, detail: string, advice?: string): Finding => ({
  ...{ check, status: 'warning', detail },
  ...(advice === undefined ? {} : { advice }),
});
export const failed = (check: string, detail: string, advice?: string): Finding => ({
  ...{ check, status: 'failed', detail },
  ...(advice === undefined ? {} : { advice }),
});
