/** What one check of `finspace-mcp doctor` found. */
export interface DoctorFinding {
  readonly check: string;
  /** `failed`: the server does not work with these settings. `warning`: it works, but a person should know. */
  readonly status: 'ok' | 'warning' | 'failed';
  readonly detail: string;
  /** What a person can do about it. */
  readonly advice?: string | undefined;
}

const finding =
  (status: DoctorFinding['status']) =>
  (check: string, detail: string, advice?: string): DoctorFinding => ({
    check,
    status,
    detail,
    ...(advice === undefined ? {} : { advice }),
  });

export const ok = finding('ok');
export const warning = finding('warning');
export const failed = finding('failed');

/** The result of a check, which has failed if it rejects. */
export const orFailed = (check: string, run: () => Promise<DoctorFinding>): Promise<DoctorFinding> =>
  run().catch((error: Error) => failed(check, error.message));
