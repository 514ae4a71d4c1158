import { Json } from './emulatedApi';
import { Refusal, Route, sendJson } from './front';
import { Repositories } from './repositories';

/** What somebody found out about a commit, such as whether a gate is open. */
export interface CommitStatus {
  id: number;
  context: string;
  state: 'error' | 'failure' | 'pending' | 'success';
  description: string | null;
  target_url: string | null;
  created_at: string;
  updated_at: string;
  creator: { login: string };
}

const STATES = ['error', 'failure', 'pending', 'success'];
// https://docs.github.com/en/rest/commits/statuses: a longer one is refused
const DESCRIPTION_LIMIT = 140;

/** Commit statuses; the emulated GitHub has none. */
export class CommitStatuses {
  readonly #statuses = new Map<string, CommitStatus[]>();
  #last = 0;

  add(
    fullName: string,
    sha: string,
    status: Pick<
      CommitStatus,
      'context' | 'state' | 'description' | 'target_url' | 'creator'
    >,
  ): CommitStatus {
    const now = new Date().toISOString();
    this.#last += 1;
    const added = {
      id: this.#last,
      ...status,
      created_at: now,
      updated_at: now,
    };
    const key = `${fullName} ${sha}`;
    this.#statuses.set(key, [added, ...(this.#statuses.get(key) ?? [])]);
    return added;
  }

  /** All of them, the newest first. */
  of(fullName: string, sha: string): CommitStatus[] {
    return this.#statuses.get(`${fullName} ${sha}`) ?? [];
  }

  /** The newest of each context. */
  latestOf(fullName: string, sha: string): CommitStatus[] {
    const contexts = new Set<string>();
    return this.of(fullName, sha).filter(({ context }) => {
      const isNew = !contexts.has(context);
      contexts.add(context);
      return isNew;
    });
  }

  /** As GitHub sums statuses up: none at all is pending. */
  combinedStateOf(fullName: string, sha: string) {
    const states = this.latestOf(fullName, sha).map(({ state }) => state);
    if (states.some(state => state === 'error' || state === 'failure')) {
      return 'failure';
    }
    return states.length === 0 || states.includes('pending')
      ? 'pending'
      : 'success';
  }
}

export function commitStatusRoutes(
  statuses: CommitStatuses,
  repositories: Repositories,
): Route[] {
  const commitOf = async (fullName: string, ref: string) => {
    const commit = await repositories.get(fullName).commit(ref);
    if (!commit) {
      throw new Refusal(422, `No commit found for SHA: ${ref}`);
    }
    return commit;
  };
  return [
    {
      method: 'GET',
      path: /^\/repos\/([^/]+\/[^/]+)\/commits\/(.+)\/status$/,
      async take(passage, fullName, ref) {
        const { sha } = await commitOf(fullName, ref);
        const repository = await repositories.get(fullName).describe();
        const latest = statuses.latestOf(fullName, sha);
        sendJson(passage, 200, {
          state: statuses.combinedStateOf(fullName, sha),
          statuses: latest,
          sha,
          total_count: latest.length,
          repository,
          commit_url: `${repository.url}/commits/${sha}`,
          url: `${repository.url}/commits/${sha}/status`,
        });
      },
    },
    {
      method: 'GET',
      path: /^\/repos\/([^/]+\/[^/]+)\/(?:commits\/(.+)\/statuses|statuses\/(.+))$/,
      async take(passage, fullName, ref, otherRef) {
        const { sha } = await commitOf(fullName, ref || otherRef);
        sendJson(passage, 200, statuses.of(fullName, sha));
      },
    },
    {
      method: 'POST',
      path: /^\/repos\/([^/]+\/[^/]+)\/statuses\/([0-9a-f]{40})$/,
      async take(passage, fullName, ref) {
        const { sha } = await commitOf(fullName, ref);
        const body: Json = await passage.json();
        if (!STATES.includes(body.state)) {
          throw new Refusal(422, 'Validation Failed', [
            { resource: 'Status', field: 'state', code: 'invalid' },
          ]);
        }
        const description = body.description ?? null;
        if ((description?.length ?? 0) > DESCRIPTION_LIMIT) {
          throw new Refusal(422, 'Validation Failed', [
            {
              resource: 'Status',
              field: 'description',
              code: 'custom',
              message: `description is too long (maximum is ${DESCRIPTION_LIMIT} characters)`,
            },
          ]);
        }
        const added = statuses.add(fullName, sha, {
          state: body.state,
          context: body.context ?? 'default',
          description,
          target_url: body.target_url ?? null,
          creator: { login: passage.login ?? '' },
        });
        sendJson(passage, 201, added);
      },
    },
  ];
}
