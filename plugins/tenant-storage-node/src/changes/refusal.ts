import { GitOpsError } from '../gitops';
import type { ChangeRefusal, PlanAudience } from './changePlan';

/**
 * A refusal as a plan tells it.
 *
 * @param audience - approvers are told what may be about other tenants, too.
 * @public
 */
export function refusalOf(
  error: GitOpsError,
  audience: PlanAudience,
): ChangeRefusal {
  const more =
    audience === 'approver' && error.fleetDetail ? ` ${error.fleetDetail}` : '';
  return {
    code: error.code,
    field: error.field ?? null,
    message: `${error.problem}${more}`,
    remedy: error.remedy,
    file: error.file ?? null,
    line: error.line ?? null,
  };
}

/** The value of `run`, or undefined with what it was refused with, noted. */
export function tried<T>(refused: GitOpsError[], run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof GitOpsError)) throw error;
    refused.push(error);
    return undefined;
  }
}
