import { createRequesterFn } from '@gitbeaker/requester-utils';
import {
  Branches,
  Commits,
  MergeRequestApprovals,
  MergeRequestNotes,
  MergeRequests,
  Projects,
  Repositories,
} from '@gitbeaker/rest';
import { conditionalFetch } from './conditionalFetch';
import type {
  CommitStatus,
  GitHost,
  HostedBranch,
  HostedCommit,
  HostedRepository,
  Proposal,
  ProposalEnd,
  ProposedCommit,
  Review,
} from './gitHost';
import {
  answeredWith,
  GitHostError,
  unlessNotFound,
  unreachable,
} from './gitHostError';
import { reviewWords } from './reviewWords';

const PAGE = 100;

/** A branch with more commits of its own than these pages hold is nothing that the portal made. */
const MOST_PAGES = 10;

/** The fields of a merge request that are used (docs.gitlab.com, "Merge requests API"). */
interface MergeRequest {
  iid: number;
  web_url: string;
  title: string;
  source_branch: string;
  source_project_id: number;
  target_project_id: number;
  state: string;
  sha: string;
  author: { username: string } | null;
  created_at: string;
  updated_at: string;
  merged_at: string | null;
  closed_at: string | null;
  merge_commit_sha: string | null;
  squash_commit_sha: string | null;
}

/** As GitLab tells a commit; not every endpoint tells the parents. */
function commitOf(commit: {
  id: string;
  message: string;
  author_name: string;
  parent_ids?: string[] | null;
}): ProposedCommit {
  return {
    sha: commit.id,
    message: commit.message,
    author: commit.author_name,
    parents: commit.parent_ids ?? [],
  };
}

function time(text: string | null | undefined): number | null {
  return text ? Date.parse(text) : null;
}

function proposalOf(request: MergeRequest): Proposal {
  let state: Proposal['state'] = 'open';
  if (request.state === 'merged') state = 'merged';
  else if (request.state === 'closed') state = 'closed';
  return {
    number: request.iid,
    url: request.web_url,
    title: request.title,
    branch: request.source_branch,
    state,
    head: request.sha,
    author: request.author?.username ?? null,
    createdAt: Date.parse(request.created_at),
    mergedAt:
      state === 'merged'
        ? time(request.merged_at) ?? Date.parse(request.updated_at)
        : null,
    closedAt:
      state === 'closed'
        ? time(request.closed_at) ?? Date.parse(request.updated_at)
        : null,
    // Fast-forward merges make no commit: the branch's own is in the target branch.
    mergeCommit:
      state === 'merged'
        ? request.merge_commit_sha ?? request.squash_commit_sha ?? request.sha
        : null,
  };
}

/** A branch of a fork may have any name, and is nobody's request. */
function isOfProject(request: MergeRequest): boolean {
  return request.source_project_id === request.target_project_id;
}

/** GitLab, its own or gitlab.com. */
export class GitLabHost implements GitHost {
  readonly host: string;
  readonly #resourceOptions;
  readonly #now: () => number;

  static create(options: {
    host: string;
    /** Such as https://gitlab.com/api/v4. */
    apiBaseUrl: string;
    /** Nobody in particular if absent. */
    token?: string;
    timeoutMs: number;
    now: () => number;
  }): GitLabHost {
    return new GitLabHost(options);
  }

  private constructor(options: Parameters<typeof GitLabHost.create>[0]) {
    this.host = options.host;
    this.#now = options.now;
    const ask = conditionalFetch(options);
    // The library's own requester asks ten times in a row when the rate is limited, and tells no headers.
    const requesterFn = createRequesterFn(
      async (_, request) => request,
      async (endpoint, request = {}) => {
        const { method, headers, body, searchParams, prefixUrl } = request as {
          method?: string;
          headers?: Record<string, string>;
          body?: string;
          searchParams?: string;
          prefixUrl?: string;
        };
        const url = new URL(
          endpoint,
          prefixUrl?.endsWith('/') ? prefixUrl : `${prefixUrl}/`,
        );
        url.search = searchParams ?? '';
        const response = await ask(url.href, { method, headers, body });
        const text = await response.text();
        if (!response.ok) {
          throw answeredWith({
            host: options.host,
            status: response.status,
            header: name => response.headers.get(name) ?? undefined,
            body: text,
            subject: `the project ${decodeURIComponent(
              /projects\/([^/]+)/.exec(endpoint)?.[1] ?? '',
            )}`,
            now: this.#now(),
          });
        }
        return {
          body: text === '' ? null : JSON.parse(text),
          headers: Object.fromEntries(response.headers),
          status: response.status,
        };
      },
    );
    this.#resourceOptions = {
      host: options.apiBaseUrl.replace(/\/api\/v4\/?$/, ''),
      requesterFn,
      rateLimits: {},
      ...(options.token ? { oauthToken: options.token } : {}),
    };
  }

  async proposals(
    { repository }: HostedRepository,
    branches: readonly string[],
  ): Promise<Map<string, Proposal[]>> {
    return this.#ask(async () => {
      const api = new MergeRequests(this.#resourceOptions);
      const found = new Map<string, Proposal[]>(
        branches.map(branch => [branch, []]),
      );
      const add = (requests: MergeRequest[]) => {
        for (const request of requests.filter(isOfProject)) {
          found.get(request.source_branch)?.push(proposalOf(request));
        }
      };
      const latest = await api.all({
        projectId: repository,
        scope: 'all',
        orderBy: 'updated_at',
        sort: 'desc',
        perPage: PAGE,
        maxPages: 1,
      });
      add(latest);
      if (latest.length >= PAGE) {
        // What is not among the latest has to be asked for by its branch.
        for (const sourceBranch of branches) {
          if (found.get(sourceBranch)?.length) continue;
          add(
            await api.all({
              projectId: repository,
              scope: 'all',
              sourceBranch,
              perPage: PAGE,
              maxPages: 1,
            }),
          );
        }
      }
      for (const proposals of found.values()) {
        proposals.sort((a, b) => b.number - a.number);
      }
      return found;
    });
  }

  async reviews(
    { repository }: HostedRepository,
    { number, createdAt }: Proposal,
  ): Promise<Review[]> {
    return this.#ask(async () => {
      const [reviewers, approvals, notes] = await Promise.all([
        new MergeRequests(this.#resourceOptions).showReviewers(
          repository,
          number,
        ),
        new MergeRequestApprovals(this.#resourceOptions).showConfiguration(
          repository,
          { mergerequestIId: number },
        ),
        new MergeRequestNotes(this.#resourceOptions).all(repository, number, {
          orderBy: 'created_at',
          sort: 'desc',
          perPage: PAGE,
          maxPages: 1,
        }),
      ]);
      const said = (
        by: string,
        matches: (note: (typeof notes)[number]) => boolean,
      ) => notes.find(note => note.author.username === by && matches(note));
      // Who approves or asks for changes leaves a note of the system, which tells when.
      const when = (by: string, what: RegExp) =>
        time(
          said(by, ({ system, body }) => system && what.test(body))?.created_at,
        );

      const reviews = new Map<string, Review>();
      for (const { user } of approvals.approved_by ?? []) {
        reviews.set(user.username, {
          by: user.username,
          at: when(user.username, /^approved this/) ?? createdAt,
          verdict: 'approved',
          words: '',
        });
      }
      for (const { user, state, created_at } of reviewers) {
        if (state !== 'requested_changes') continue;
        const by = user.username;
        const words = said(by, ({ system }) => !system);
        reviews.set(by, {
          by,
          at:
            when(by, /requested changes/) ??
            time(words?.created_at) ??
            Date.parse(created_at),
          verdict: 'changesRequested',
          words: reviewWords(words?.body ?? ''),
        });
      }
      return [...reviews.values()];
    });
  }

  async end(
    { repository }: HostedRepository,
    { number, state }: Proposal,
  ): Promise<ProposalEnd> {
    return this.#ask(async () => {
      const request = await new MergeRequests(this.#resourceOptions).show(
        repository,
        number,
      );
      // merge_user is the newer name of merged_by, which GitLab is about to take away.
      const { merge_user: mergeUser } = request as {
        merge_user?: { username: string } | null;
      };
      const by =
        state === 'merged' ? mergeUser ?? request.merged_by : request.closed_by;
      return {
        by: by?.username ?? null,
        reviewers: (request.reviewers ?? []).map(({ username }) => username),
      };
    });
  }

  async mergeable(
    { repository }: HostedRepository,
    { number }: Proposal,
  ): Promise<boolean | null> {
    return this.#ask(async () => {
      const request = await new MergeRequests(this.#resourceOptions).show(
        repository,
        number,
      );
      if (request.has_conflicts) return false;
      return ['unchecked', 'checking'].includes(request.merge_status)
        ? null
        : true;
    });
  }

  async branch(
    { repository }: HostedRepository,
    { branch, target }: { branch: string; target: string | null },
  ): Promise<HostedBranch | undefined> {
    // Asked even if the target is told: then a branch that is not found is no project that the portal may not see.
    const project = await this.#ask(() =>
      new Projects(this.#resourceOptions).show(repository),
    );
    const found = await unlessNotFound(
      this.#ask(() =>
        new Branches(this.#resourceOptions).show(repository, branch),
      ),
    );
    if (!found) return undefined;
    const head = found.commit.id;
    const commits = await this.#ask(() =>
      new Commits(this.#resourceOptions).all(repository, {
        refName: `${target ?? project.default_branch}..${head}`,
        perPage: PAGE,
        maxPages: MOST_PAGES,
      }),
    );
    return { head, commits: commits.map(commitOf) };
  }

  async commit(
    { repository }: HostedRepository,
    sha: string,
  ): Promise<HostedCommit> {
    return this.#ask(async () => {
      const commit = await new Commits(this.#resourceOptions).show(
        repository,
        sha,
      );
      return { ...commitOf(commit), authoredAt: time(commit.authored_date) };
    });
  }

  async contains(
    { repository }: HostedRepository,
    commit: string,
    ancestor: string,
  ): Promise<boolean> {
    if (commit === ancestor) return true;
    try {
      return await this.#ask(async () => {
        const base = await new Repositories(this.#resourceOptions).mergeBase(
          repository,
          [ancestor, commit],
        );
        return base.id === ancestor;
      });
    } catch (error) {
      // It answers 400 for a commit that it doesn't have, and 404 for two with nothing in common.
      if (
        error instanceof GitHostError &&
        (error.fault === 'notFound' || error.fault === 'refused')
      ) {
        return false;
      }
      throw error;
    }
  }

  async publishStatus(
    { repository }: HostedRepository,
    commit: string,
    status: CommitStatus,
  ): Promise<void> {
    await this.#ask(() =>
      new Commits(this.#resourceOptions).editStatus(
        repository,
        commit,
        status.state === 'failure' ? 'failed' : status.state,
        {
          context: status.context,
          description: status.description,
          targetUrl: status.targetUrl,
        },
      ),
    );
  }

  async #ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (error) {
      throw error instanceof GitHostError
        ? error
        : unreachable(this.host, error);
    }
  }
}
