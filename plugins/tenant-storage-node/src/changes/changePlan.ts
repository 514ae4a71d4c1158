import type { GitOpsErrorCode } from '../gitops';

/**
 * Who reads a plan. An approver (and the pull request) sees the fleet; a requester sees nothing of other tenants.
 *
 * @public
 */
export type PlanAudience = 'approver' | 'requester';

/**
 * A file that a change writes.
 *
 * @public
 */
export interface PlannedFile {
  /** Relative to the repository, with slashes. */
  path: string;
  status: 'created' | 'changed' | 'deleted';
  /** The whole text after the change; null for a deleted file, and for a requester, because others may be in the file. */
  content: string | null;
}

/**
 * Something to know before a change is asked for or approved.
 *
 * @public
 */
export interface ChangeWarning {
  /** Stable: `belowUse`, `capacityExceeded`, ... */
  code: string;
  message: string;
}

/**
 * Why there is no change.
 *
 * @public
 */
export interface ChangeRefusal {
  code: GitOpsErrorCode;
  /** The field of the request or of the settings that is wrong, if it is one. */
  field: string | null;
  /** What is wrong, alone: the field, the file and the remedy are told beside it. */
  message: string;
  /** What to do. */
  remedy: string;
  /** The file that is in the way. */
  file: string | null;
  line: number | null;
}

/**
 * A condition that the live state must meet; judged when the change is planned, and again while the pull request is open.
 *
 * @public
 */
export interface ChangeGate {
  /** Stable: `quotaCoversUse`, `classGone`, ... */
  id: string;
  title: string;
  state: 'passed' | 'failed' | 'unknown';
  detail: string;
}

/**
 * What a change would do. Same input, same plan.
 *
 * @public
 */
export interface ChangePlan {
  /** Whether there is anything to propose: false if it is refused, or if all is there already. */
  changed: boolean;
  /** What the plan comes to, in one sentence for people; of a refused one, the first thing that is wrong. */
  summary: string;
  /** The repository to propose it in; null if there is nothing to propose. */
  repository: { host: string; repository: string } | null;
  files: PlannedFile[];
  /** A unified diff, as git prints it. */
  diff: string;
  /** Of the pull request, and of the commit: one line of plain text. */
  title: string;
  /** Of the pull request, as Markdown in which nothing from a form is more than text. */
  body: string;
  /** One branch for one object, so that asking twice is one pull request; null for names that can't be. */
  branch: string | null;
  warnings: ChangeWarning[];
  refusals: ChangeRefusal[];
  gates: ChangeGate[];
}
