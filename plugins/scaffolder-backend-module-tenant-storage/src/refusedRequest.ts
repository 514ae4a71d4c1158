import { InputError } from '@backstage/errors';
import {
  planQuota,
  refusalText,
  RepositoryFiles,
  type ChangeRefusal,
  type QuotaFacts,
  type QuotaRequest,
} from '@kmetal/backstage-plugin-tenant-storage-node';

/** Of an under cluster that nobody has asked yet. */
const NOTHING_KNOWN: QuotaFacts = {
  isTenant: true,
  storageClass: 'unknown',
  quotaState: 'unknown',
  limits: [],
  quotas: {},
  charged: null,
  headroom: {
    state: 'unknown',
    bytes: null,
    explanation: '',
    limitedBy: null,
    overhead: null,
    doubled: null,
    inFlight: null,
  },
  headroomAfter: null,
  pending: null,
  underWay: null,
  fleet: null,
};

/** What no repository can change. */
const ABOUT_THE_REQUEST: ReadonlySet<string> = new Set([
  'belowUse',
  'nameInvalid',
  'reasonInvalid',
  'sizeInvalid',
]);

/**
 * What is wrong with a request whatever is in Git: it is planned on an empty repository, so that no Git host needs to be asked.
 *
 * @param facts - of the under cluster; without them only names, size and reason are looked at.
 */
export function refusalsOfRequest(
  request: QuotaRequest,
  facts: QuotaFacts = NOTHING_KNOWN,
): ChangeRefusal[] {
  const { refusals } = planQuota({
    request,
    repositories: [
      {
        settings: {
          host: '',
          repository: '',
          newFiles: { quota: 'quota.yaml' },
        },
        files: RepositoryFiles.from([]),
      },
    ],
    // Who owns the live quota is a matter of what is in Git.
    facts: { ...facts, quotas: {} },
    audience: 'requester',
  });
  return refusals.filter(({ code }) => ABOUT_THE_REQUEST.has(code));
}

/** What only a template can say; the shipped form has no field for it. */
const BELOW_USE_IS_MEANT =
  'Where that is meant, the template sets allowBelowUse to true.';

/** For the task's log: one line for each refusal. */
function lineOf({ message, ...about }: ChangeRefusal): string {
  const text = refusalText({ ...about, problem: message });
  return about.code === 'belowUse' || about.code === 'useUnknown'
    ? `${text} ${BELOW_USE_IS_MEANT}`
    : text;
}

/**
 * @throws InputError with every field and remedy, if there is a refusal.
 */
export function assertNotRefused(refusals: readonly ChangeRefusal[]): void {
  if (refusals.length > 0) {
    throw new InputError(refusals.map(lineOf).join('\n'));
  }
}
