import { GitOpsError } from './gitOpsError';

/** The refusal that something ends in. */
export function refusalOf(run: () => unknown): GitOpsError {
  try {
    run();
  } catch (error) {
    if (error instanceof GitOpsError) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}
