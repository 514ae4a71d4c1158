import type { GithubCredentialsProvider } from '@backstage/integration';
import { Octokit } from '@octokit/rest';
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

/** A branch with a thousand commits of its own is nothing that the portal made; reviews beyond a thousand say nothing new. */
const MOST_PAGES = 10;

type PullRequest = Awaited<
  ReturnType<Octokit['rest']['pulls']['list']>
>['data'][number];

const VERDICTS: Record<string, Review['verdict']> = {
  APPROVED: 'approved',
  CHANGES_REQUESTED: 'changesRequested',
  DISMISSED: 'withdrawn',
};

function time(text: string | null | undefined): number | null {
  return text ? Date.parse(text) : null;
}

function proposalOf(pull: PullRequest): Proposal {
  const mergedAt = time(pull.merged_at);
  let state: Proposal['state'] = 'open';
  if (mergedAt !== null) state = 'merged';
  else if (pull.state === 'closed') state = 'closed';
  return {
    number: pull.number,
    url: pull.html_url,
    title: pull.title,
    branch: pull.head.ref,
    state,
    head: pull.head.sha,
    author: pull.user?.login ?? null,
    createdAt: Date.parse(pull.created_at),
    mergedAt,
    closedAt: time(pull.closed_at),
    // Before the merge it is a commit that GitHub makes to see whether it conflicts.
    mergeCommit: state === 'merged' ? pull.merge_commit_sha : null,
  };
}

/** A branch of a fork may have any name, and is nobody's request. */
function isOfRepository(pull: PullRequest): boolean {
  return (
    pull.head.repo !== null &&
    pull.head.repo?.full_name === pull.base.repo.full_name
  );
}

/** Octokit's own pagination doesn't take the endpoints of its other packages' versions that are installed beside it. */
async function allPages<T>(
  ask: (page: number) => Promise<{ data: T[] }>,
): Promise<T[]> {
  const all: T[] = [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const { data } = await ask(page);
    all.push(...data);
    if (data.length < PAGE) break;
  }
  return all;
}

function commitOf({
  sha,
  commit,
  author,
  parents,
}: Awaited<
  ReturnType<Octokit['rest']['repos']['listCommits']>
>['data'][number]): ProposedCommit {
  return {
    sha,
    message: commit.message,
    author: author?.login ?? commit.author?.name ?? 'unknown',
    parents: parents.map(parent => parent.sha),
  };
}

function newestFirst(a: Proposal, b: Proposal): number {
  return b.number - a.number;
}

/** GitHub and GitHub Enterprise. */
export class GitHubHost implements GitHost {
  readonly host: string;
  readonly #apiBaseUrl: string;
  readonly #credentials: GithubCredentialsProvider;
  readonly #fetch: ReturnType<typeof conditionalFetch>;
  readonly #now: () => number;

  static create(options: {
    host: string;
    apiBaseUrl: string;
    credentials: GithubCredentialsProvider;
    timeoutMs: number;
    now: () => number;
  }): GitHubHost {
    return new GitHubHost(options);
  }

  private constructor(options: Parameters<typeof GitHubHost.create>[0]) {
    this.host = options.host;
    this.#apiBaseUrl = options.apiBaseUrl;
    this.#credentials = options.credentials;
    this.#fetch = conditionalFetch(options);
    this.#now = options.now;
  }

  async proposals(
    repository: HostedRepository,
    branches: readonly string[],
  ): Promise<Map<string, Proposal[]>> {
    return this.#ask(repository, async (octokit, at) => {
      const found = new Map<string, Proposal[]>(
        branches.map(branch => [branch, []]),
      );
      const add = (pulls: PullRequest[]) => {
        for (const pull of pulls.filter(isOfRepository)) {
          found.get(pull.head.ref)?.push(proposalOf(pull));
        }
      };
      const latest = await octokit.rest.pulls.list({
        ...at,
        state: 'all',
        sort: 'updated',
        direction: 'desc',
        per_page: PAGE,
      });
      add(latest.data);
      if (latest.data.length === PAGE) {
        // What is not among the latest has to be asked for by its branch.
        for (const branch of branches) {
          if (found.get(branch)?.length) continue;
          const named = await octokit.rest.pulls.list({
            ...at,
            state: 'all',
            head: `${at.owner}:${branch}`,
            per_page: PAGE,
          });
          add(named.data);
        }
      }
      for (const proposals of found.values()) proposals.sort(newestFirst);
      return found;
    });
  }

  async reviews(
    repository: HostedRepository,
    { number }: Proposal,
  ): Promise<Review[]> {
    return this.#ask(repository, async (octokit, at) => {
      const reviews = await allPages(page =>
        octokit.rest.pulls.listReviews({
          ...at,
          pull_number: number,
          per_page: PAGE,
          page,
        }),
      );
      const latest = new Map<string, (typeof reviews)[number]>();
      for (const review of reviews) {
        // Comments neither approve nor take an approval back.
        if (review.user && review.state in VERDICTS) {
          latest.set(review.user.login, review);
        }
      }
      return Promise.all(
        [...latest].map(async ([by, review]): Promise<Review> => {
          const verdict = VERDICTS[review.state];
          let words = review.body ?? '';
          if (verdict === 'changesRequested' && words.trim() === '') {
            const comments = await octokit.rest.pulls.listCommentsForReview({
              ...at,
              pull_number: number,
              review_id: review.id,
              per_page: PAGE,
            });
            words = comments.data.map(({ body }) => body).join('\n');
          }
          return {
            by,
            at: time(review.submitted_at) ?? 0,
            verdict,
            words: reviewWords(words),
          };
        }),
      );
    });
  }

  async end(
    repository: HostedRepository,
    { number, state }: Proposal,
  ): Promise<ProposalEnd> {
    const end = await this.#ask(repository, async (octokit, at) => {
      const { data: pull } = await octokit.rest.pulls.get({
        ...at,
        pull_number: number,
      });
      const reviewers = (pull.requested_reviewers ?? []).map(
        ({ login }) => login,
      );
      if (state === 'merged') {
        return { by: pull.merged_by?.login ?? null, reviewers };
      }
      return { by: null, reviewers };
    });
    if (state === 'merged') return end;
    // Only the issue that every pull request also is knows who closed it, and a repository may have its issues switched off (410).
    const issue = await unlessNotFound(
      this.#ask(repository, (octokit, at) =>
        octokit.rest.issues.get({ ...at, issue_number: number }),
      ),
    );
    return { ...end, by: issue?.data.closed_by?.login ?? null };
  }

  async mergeable(
    repository: HostedRepository,
    { number }: Proposal,
  ): Promise<boolean | null> {
    return this.#ask(repository, async (octokit, at) => {
      const { data } = await octokit.rest.pulls.get({
        ...at,
        pull_number: number,
      });
      return data.mergeable;
    });
  }

  async branch(
    repository: HostedRepository,
    { branch, target }: { branch: string; target: string | null },
  ): Promise<HostedBranch | undefined> {
    // Asked even if the target is told: then a branch that is not found is no repository that the portal may not see.
    const defaultBranch = await this.#ask(
      repository,
      async (octokit, at) =>
        (
          await octokit.rest.repos.get(at)
        ).data.default_branch,
    );
    const head = await unlessNotFound(
      this.#ask(
        repository,
        async (octokit, at) =>
          (
            await octokit.rest.git.getRef({ ...at, ref: `heads/${branch}` })
          ).data.object.sha,
      ),
    );
    if (head === undefined) return undefined;
    const basehead = `${target ?? defaultBranch}...${head}`;
    const compared = await unlessNotFound(
      this.#ask(repository, (octokit, at) =>
        allPages(async page => {
          const { data } = await octokit.rest.repos.compareCommitsWithBasehead({
            ...at,
            basehead,
            per_page: PAGE,
            page,
          });
          return { data: data.commits };
        }),
      ),
    );
    // Branches with nothing in common can't be compared (404): all on this one is its own.
    const commits =
      compared ??
      (await this.#ask(repository, (octokit, at) =>
        allPages(page =>
          octokit.rest.repos.listCommits({
            ...at,
            sha: head,
            per_page: PAGE,
            page,
          }),
        ),
      ));
    return { head, commits: commits.map(commitOf) };
  }

  async commit(
    repository: HostedRepository,
    sha: string,
  ): Promise<HostedCommit> {
    return this.#ask(repository, async (octokit, at) => {
      // Of Git itself: the other one tells every changed line, too.
      const { data } = await octokit.rest.git.getCommit({
        ...at,
        commit_sha: sha,
      });
      return {
        sha: data.sha,
        message: data.message,
        author: data.author.name,
        parents: data.parents.map(parent => parent.sha),
        authoredAt: time(data.author.date),
      };
    });
  }

  async contains(
    repository: HostedRepository,
    commit: string,
    ancestor: string,
  ): Promise<boolean> {
    if (commit === ancestor) return true;
    try {
      return await this.#ask(repository, async (octokit, at) => {
        const { data } = await octokit.rest.repos.compareCommitsWithBasehead({
          ...at,
          basehead: `${ancestor}...${commit}`,
          per_page: 1,
        });
        return data.status === 'ahead' || data.status === 'identical';
      });
    } catch (error) {
      if (error instanceof GitHostError && error.fault === 'notFound') {
        return false;
      }
      throw error;
    }
  }

  async publishStatus(
    repository: HostedRepository,
    commit: string,
    status: CommitStatus,
  ): Promise<void> {
    await this.#ask(repository, (octokit, at) =>
      octokit.rest.repos.createCommitStatus({
        ...at,
        sha: commit,
        context: status.context,
        state: status.state,
        description: status.description,
        target_url: status.targetUrl,
      }),
    );
  }

  async #ask<T>(
    repository: HostedRepository,
    question: (
      octokit: Octokit,
      at: { owner: string; repo: string },
    ) => Promise<T>,
  ): Promise<T> {
    const [owner, repo] = repository.repository.split('/');
    // Octokit replaces what its fetch throws by an error of its own, which keeps nothing but the message.
    let lost: GitHostError | undefined;
    try {
      // A GitHub App's token is made for the repository, and lasts an hour; the provider keeps it.
      const { token } = await this.#credentials.getCredentials({
        url: repository.url,
      });
      const octokit = new Octokit({
        baseUrl: this.#apiBaseUrl,
        auth: token,
        request: {
          fetch: (url: string, init: RequestInit) =>
            this.#fetch(url, init).catch(error => {
              if (error instanceof GitHostError) lost = error;
              throw error;
            }),
        },
      });
      return await question(octokit, { owner, repo });
    } catch (error) {
      throw lost ?? this.#errorOf(error, repository);
    }
  }

  #errorOf(error: unknown, { repository }: HostedRepository): GitHostError {
    if (error instanceof GitHostError) return error;
    const { status, response } = error as {
      status?: unknown;
      response?: { headers?: Record<string, unknown>; data?: unknown };
    };
    if (typeof status !== 'number' || !response) {
      return unreachable(this.host, error);
    }
    return answeredWith({
      host: this.host,
      status,
      header: name => {
        const value = response.headers?.[name];
        return value === undefined ? undefined : String(value);
      },
      body: JSON.stringify(response.data ?? ''),
      subject: `the repository ${repository}`,
      now: this.#now(),
    });
  }
}
