import { createHash } from 'node:crypto';
import type {
  ChangeImpact,
  UnderClusterFacts,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { z } from 'zod/v3';
import { branchName, GitOpsError } from '../gitops';
import { LONGEST_BRANCH } from '../gitops/branchName';
import { RepositoryDraft } from '../gitops/repositoryDraft';
import { unifiedDiff, type FileChange } from '../gitops/unifiedDiff';
import type {
  ChangeGate,
  ChangePlan,
  ChangeWarning,
  PlannedFile,
} from './changePlan';
import { dnsLabel, dnsSubdomain } from './checkedName';
import { storageChangeBody } from './storageChangeDescription';
import type { GitOpsRepository } from './gitOpsRepository';
import { quotaReason } from './quotaRequest';
import { refusalOf, tried } from './refusal';
import type { PlannableChange, StorageChange } from './storageChange';

/**
 * What a plan for a change of an under cluster's storage is made from.
 *
 * @public
 */
export interface StorageChangePlanInput {
  underCluster: string;
  /** The change's own fields. */
  input: Record<string, unknown>;
  reason: string;
  /** Entity reference of who asks. */
  requester: string;
  /** The repositories of the under cluster, at the head of the target branch. */
  repositories: readonly GitOpsRepository[];
  facts: UnderClusterFacts;
  /**
   * Inputs of changes of the same kind that the same task proposes first. The plan takes them for asked for before they are recorded, as in a preview;
   * no gate does.
   */
  after?: readonly Record<string, unknown>[];
}

/**
 * A plan for a change of an under cluster's storage.
 *
 * @public
 */
export interface StorageChangePlan extends ChangePlan {
  impact: ChangeImpact[];
}

function wordsOf(issue: z.ZodIssue): { problem: string; remedy: string } {
  switch (issue.code) {
    case 'invalid_type':
      return issue.received === 'undefined'
        ? { problem: 'It is missing.', remedy: 'Fill it in.' }
        : {
            problem: `It is ${issue.received}, not ${issue.expected}.`,
            remedy: `Give ${issue.expected}.`,
          };
    case 'invalid_enum_value':
      return {
        problem: 'It is none of the choices.',
        remedy: `Choose one of ${issue.options.join(', ')}.`,
      };
    case 'unrecognized_keys':
      return {
        problem: 'It is not known.',
        remedy: 'Leave it out, or correct its name.',
      };
    default:
      return { problem: `${issue.message}.`, remedy: 'Correct it.' };
  }
}

/**
 * Reads the input of a change: its shape by its fields, then what fields alone can't tell.
 *
 * @throws GitOpsError that names the field; of several faults, the first.
 * @public
 */
export function readStorageChange<Request>(
  change: StorageChange<Request>,
  input: Record<string, unknown>,
): Request {
  const shape = Object.fromEntries(
    Object.entries(change.fields).map(([name, field]) => [name, field(z)]),
  );
  // A form sends what was left empty, too: an empty text or list is no answer to what need not be answered.
  const given = Object.entries(input).filter(
    ([name, value]) =>
      !(
        (value === '' || (Array.isArray(value) && value.length === 0)) &&
        Object.hasOwn(shape, name) &&
        shape[name].isOptional()
      ),
  );
  // Own names only: `__proto__` and `constructor` are no fields.
  const parsed = z.object(shape).strict().safeParse(Object.fromEntries(given));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : [];
    throw new GitOpsError({
      code: 'inputInvalid',
      field: [...issue.path, ...(Array.isArray(unknown) ? [] : [unknown])].join(
        '.',
      ),
      ...wordsOf(issue),
    });
  }
  return change.read(parsed.data);
}

/**
 * What a wish is, in 12 hexadecimal digits: the same input has the same, whatever the order of its keys.
 *
 * @public
 */
export function storageChangeFingerprint(
  input: Record<string, unknown>,
): string {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted);
    if (typeof value !== 'object' || value === null) return value;
    return Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]);
  };
  return createHash('sha256')
    .update(JSON.stringify(sorted(input)))
    .digest('hex')
    .slice(0, 12);
}

/**
 * The one branch for an object that is changed.
 *
 * @throws GitOpsError `nameInvalid`, with the field.
 * @public
 */
export function storageChangeBranch(
  change: Pick<StorageChange, 'kind'>,
  underCluster: string,
  object: string,
): string {
  const branch = `kmetal-storage.${dnsLabel(
    underCluster,
    'underCluster',
    'an under cluster',
  )}.${dnsSubdomain(object, 'name', 'an object')}.${change.kind}`;
  const tooLong = branch.length - LONGEST_BRANCH;
  if (tooLong > 0) {
    throw new GitOpsError({
      code: 'nameInvalid',
      field: 'name',
      problem: `The name has ${object.length} characters, and the branch of the request, which has it in its name, would be too long for Git hosts.`,
      remedy: `Give one of ${object.length - tooLong} characters at most.`,
    });
  }
  return branchName(branch, 'branch');
}

function plannedFile({ path, before, after }: FileChange): PlannedFile {
  if (after === undefined) return { path, status: 'deleted', content: null };
  return {
    path,
    status: before === undefined ? 'created' : 'changed',
    content: after,
  };
}

/** A change can't be in two repositories: no pull request holds both. */
function onlyRepository(draft: RepositoryDraft) {
  const changes = draft.changes();
  if (changes.length > 1) {
    throw new GitOpsError({
      code: 'severalRepositories',
      problem: `The change is in several repositories: ${changes
        .map(({ repository }) => repository.settings.repository)
        .join(' and ')}.`,
      remedy:
        'Move the manifests that it is about to one of them, or make the change by hand.',
    });
  }
  return changes.at(0);
}

type OpenChange = UnderClusterFacts['openChanges'][number];

/**
 * Changes of the same kind that the same task proposes first, as they are recorded once it does.
 *
 * @throws GitOpsError that names the field, such as `after.0.stage`.
 * @public
 */
export function readEarlierChanges<Request>(
  change: StorageChange<Request>,
  after: readonly Record<string, unknown>[],
): UnderClusterFacts['openChanges'] {
  return after.map((input, index) => {
    try {
      return {
        change: change.kind,
        object: change.objectOf(readStorageChange(change, input)),
        state: 'preparing',
        merged: false,
        input,
      };
    } catch (error) {
      if (!(error instanceof GitOpsError)) throw error;
      const { code, problem, remedy, field } = error;
      throw new GitOpsError({
        code,
        problem,
        remedy,
        field: ['after', index, ...(field === undefined ? [] : [field])].join(
          '.',
        ),
      });
    }
  });
}

/** The facts once these changes are recorded: each takes the place of what is open for its object and not merged. */
function onceAskedFor(
  facts: UnderClusterFacts,
  earlier: readonly OpenChange[],
): UnderClusterFacts {
  if (earlier.length === 0) return facts;
  const isReplaced = ({ change, object, merged }: OpenChange) =>
    !merged &&
    earlier.some(each => each.change === change && each.object === object);
  return {
    ...facts,
    openChanges: [
      ...earlier,
      ...facts.openChanges.filter(open => !isReplaced(open)),
    ],
  };
}

/** Gates as they are judged now; what is about to be asked for may explain them, and opens none. */
function gatesNow<Request>(
  change: StorageChange<Request>,
  request: Request,
  { now, then }: { now: UnderClusterFacts; then: UnderClusterFacts },
): ChangeGate[] {
  const explained = change.gatesOf(request, then);
  return change
    .gatesOf(request, now)
    .map(
      gate =>
        explained.find(
          ({ id, state }) => id === gate.id && state === gate.state,
        ) ?? gate,
    );
}

/**
 * Plans a change of an under cluster's storage. Pure; the preview and the action that proposes the change both call it.
 *
 * @returns a plan with `refusals` if it can't or must not be done, with `changed: false` if Git says so already.
 * @public
 */
export function planStorageChange<Request>(
  change: StorageChange<Request>,
  given: StorageChangePlanInput,
): StorageChangePlan {
  const { underCluster } = given;
  const refused: GitOpsError[] = [];
  const warnings: ChangeWarning[] = [];
  const request = tried(refused, () => readStorageChange(change, given.input));
  const reason = tried(refused, () => quotaReason(given.reason));
  // A form gives them what it gives the change itself: what is wrong with that is said once.
  const earlier =
    request === undefined
      ? undefined
      : tried(refused, () => readEarlierChanges(change, given.after ?? []));
  const facts = onceAskedFor(given.facts, earlier ?? []);
  const branch =
    request === undefined
      ? undefined
      : tried(refused, () =>
          storageChangeBranch(change, underCluster, change.objectOf(request)),
        );
  const nothing = {
    changed: false,
    repository: null,
    files: [],
    diff: '',
    title: '',
    body: '',
    branch: branch ?? null,
    warnings,
    refusals: [],
    gates:
      request === undefined
        ? []
        : gatesNow(change, request, { now: given.facts, then: facts }),
    impact: [],
  };
  const refusedPlan = (impact: ChangeImpact[]): StorageChangePlan => {
    const refusals = refused.map(error => refusalOf(error, 'approver'));
    return { ...nothing, impact, refusals, summary: refusals[0].message };
  };
  if (
    request === undefined ||
    reason === undefined ||
    earlier === undefined ||
    branch === undefined
  ) {
    return refusedPlan([]);
  }

  const draft = new RepositoryDraft(given.repositories, {
    underCluster,
    storageClass: facts.storageClass,
  });
  // Every kind is made in this package, with its planner.
  const planned = tried(refused, () =>
    (change as PlannableChange<Request>).plan({
      underCluster,
      request,
      facts,
      draft,
      refuse: parts => refused.push(new GitOpsError(parts)),
      warn: (code, message) => warnings.push({ code, message }),
    }),
  );
  const made = planned && tried(refused, () => onlyRepository(draft));
  if (refused.length > 0 || !planned) return refusedPlan(planned?.impact ?? []);
  if (!made) {
    return {
      ...nothing,
      impact: planned.impact,
      summary: planned.alreadyThere,
    };
  }
  const { host, repository } = made.repository.settings;
  return {
    changed: true,
    summary: `${planned.title}.`,
    repository: { host, repository },
    files: made.changes.map(plannedFile),
    diff: unifiedDiff(made.changes),
    title: planned.title,
    body: storageChangeBody({
      change,
      underCluster,
      requester: given.requester,
      reason,
      planned,
      warnings,
      gates: nothing.gates,
    }),
    branch,
    warnings,
    refusals: [],
    gates: nothing.gates,
    impact: planned.impact,
  };
}
