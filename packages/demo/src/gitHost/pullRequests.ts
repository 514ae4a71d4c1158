import { CommitStatuses } from './commitStatuses';
import { EmulatedApi, Json, PORTAL_LOGIN } from './emulatedApi';
import { Refusal } from './front';
import { Repositories } from './repositories';
import { Repository } from './repository';
import { Merge, mergeTrees } from './threeWayMerge';

/** How a pull request ended; from then on it shows what it showed then, whatever becomes of its branches. */
interface End {
  headSha: string;
  baseSha: string;
  closedAt: string;
  closedBy: string;
  merge?: { sha: string; method: 'merge' | 'squash' };
}

/** What a merge is asked with, as GitHub's API has it. */
export interface MergeWish {
  method: 'merge' | 'squash';
  title?: string;
  message?: string;
  /** The head that was looked at; another one is not merged. */
  sha?: string;
}

/** A status that has to be there, and a success, before some branches are merged. */
export interface RequiredStatus {
  context: string;
  /** How the names of these branches begin. GitHub itself goes by the branch that is merged into alone. */
  ofBranches: string;
}

/**
 * Pull requests as GitHub keeps them. The emulated GitHub stores title, body, reviews and people; what depends on commits is
 * told here, from the branches as they are: it would take the head of the moment at which the pull request was opened, and
 * its merge takes the head's tree whole, which reverts what was merged in the meantime.
 */
export class PullRequests {
  readonly #api: EmulatedApi;
  readonly #repositories: Repositories;
  readonly #statuses: CommitStatuses;
  readonly #required: RequiredStatus | undefined;
  readonly #ends = new Map<string, End>();
  readonly #merges = new Map<string, Promise<Merge>>();

  constructor(
    api: EmulatedApi,
    repositories: Repositories,
    statuses: CommitStatuses,
    required?: RequiredStatus,
  ) {
    this.#api = api;
    this.#repositories = repositories;
    this.#statuses = statuses;
    this.#required = required;
  }

  /** One pull request with everything. Refuses with 404 if there is none. */
  async get(fullName: string, number: number): Promise<Json> {
    return this.complete(
      fullName,
      await this.#api.ask('GET', `/repos/${fullName}/pulls/${number}`),
    );
  }

  /** A pull request as the emulated GitHub tells it, put right as lists have it. */
  async shorten(fullName: string, told: Json): Promise<Json> {
    const {
      merged,
      mergeable,
      mergeable_state: _,
      rebaseable: __,
      merged_by: ___,
      comments: ____,
      review_comments: _____,
      commits,
      additions,
      deletions,
      changed_files: ______,
      maintainer_can_modify: _______,
      ...rest
    } = await this.#withCommits(fullName, told);
    return rest;
  }

  /** A pull request as the emulated GitHub tells it, put right and completed. */
  async complete(fullName: string, told: Json): Promise<Json> {
    const pull = await this.#withCommits(fullName, told);
    const comparison = await this.compare(fullName, pull);
    const end = this.#ends.get(key(fullName, pull.number));
    const files: Json[] = comparison?.files ?? [];
    const sum = (field: 'additions' | 'deletions') =>
      files.reduce((total, file) => total + file[field], 0);
    const mergeable =
      pull.state === 'open' ? await this.#isMergeable(fullName, pull) : null;
    return {
      ...pull,
      merged: end?.merge !== undefined,
      merged_by: end?.merge
        ? await this.#api.find(`/users/${end.closedBy}`)
        : null,
      mergeable,
      mergeable_state: this.#mergeableState(fullName, pull, mergeable),
      commits: comparison?.total_commits ?? 0,
      additions: sum('additions'),
      deletions: sum('deletions'),
      changed_files: files.length,
    };
  }

  /** A pull request as GitHub tells it where it is asked for as an issue. Refuses one that is not there. */
  async asIssue(fullName: string, number: number): Promise<Json> {
    const pull = await this.get(fullName, number);
    const end = this.#ends.get(key(fullName, number));
    return {
      id: pull.id,
      number,
      title: pull.title,
      body: pull.body,
      user: pull.user,
      labels: pull.labels,
      html_url: pull.html_url,
      state: pull.state,
      created_at: pull.created_at,
      updated_at: pull.updated_at,
      closed_at: pull.closed_at,
      closed_by: end ? await this.#api.find(`/users/${end.closedBy}`) : null,
      pull_request: { url: pull.url, html_url: pull.html_url },
    };
  }

  /** GitHub's comparison of a pull request's head with where it left its base; undefined if they have nothing in common. */
  async compare(fullName: string, pull: Json): Promise<Json | undefined> {
    try {
      return await this.#repositories
        .get(fullName)
        .compare(pull.base.sha, pull.head.sha);
    } catch (error) {
      if (error instanceof Refusal && error.status === 404) {
        return undefined;
      }
      throw error;
    }
  }

  /** Refuses, as GitHub does, what can't become a pull request. */
  async checkNew(fullName: string, wish: Json): Promise<void> {
    const invalid = (field: string) =>
      new Refusal(422, 'Validation Failed', [
        { resource: 'PullRequest', field, code: 'invalid' },
      ]);
    const repository = this.#repositories.get(fullName);
    const head = `${wish.head ?? ''}`.replace(/^[^:]*:/, '');
    const headSha = await repository.branchHead(head);
    if (!headSha) {
      throw invalid('head');
    }
    const baseSha = await repository.branchHead(`${wish.base ?? ''}`);
    if (!baseSha) {
      throw invalid('base');
    }
    const problem = (message: string) =>
      new Refusal(422, 'Validation Failed', [
        { resource: 'PullRequest', code: 'custom', message },
      ]);
    const open = await this.openFrom(fullName, head);
    if (open.some(({ base }) => base.ref === wish.base)) {
      const [owner] = fullName.split('/');
      throw problem(`A pull request already exists for ${owner}:${head}.`);
    }
    const { ahead_by: ahead } = await repository.compare(baseSha, headSha);
    if (ahead === 0) {
      throw problem(`No commits between ${wish.base} and ${head}`);
    }
  }

  /** The open pull requests from a branch, as the emulated GitHub tells them. */
  async openFrom(fullName: string, branch: string): Promise<Json[]> {
    const [owner] = fullName.split('/');
    return this.#api.ask(
      'GET',
      `/repos/${fullName}/pulls?state=open&per_page=100&head=${encodeURIComponent(
        `${owner}:${branch}`,
      )}`,
    );
  }

  /** Notes how a pull request is as somebody closes it. */
  async noteClosing(fullName: string, number: number, login: string) {
    const id = key(fullName, number);
    if (this.#ends.has(id)) {
      return;
    }
    const { head, base } = await this.get(fullName, number);
    this.#ends.set(id, {
      headSha: head.sha,
      baseSha: base.sha,
      closedAt: new Date().toISOString(),
      closedBy: login,
    });
  }

  /** Refuses what can't be opened again; forgets that it was closed. */
  async noteReopening(fullName: string, number: number) {
    const id = key(fullName, number);
    const end = this.#ends.get(id);
    if (!end) {
      return;
    }
    const { head } = await this.get(fullName, number);
    if (
      end.merge ||
      !(await this.#repositories.get(fullName).branchHead(head.ref))
    ) {
      throw new Refusal(422, 'Validation Failed', [
        {
          resource: 'PullRequest',
          field: 'state',
          code: 'invalid',
          message: 'state cannot be changed.',
        },
      ]);
    }
    this.#ends.delete(id);
  }

  /** Closes a pull request without merging it. */
  async close(fullName: string, number: number, login: string): Promise<void> {
    await this.noteClosing(fullName, number, login);
    await this.#api.ask(
      'PATCH',
      `/repos/${fullName}/pulls/${number}`,
      { state: 'closed' },
      login,
    );
  }

  /** Merges three ways from the merge base, or refuses; resolves to the commit on the base branch. */
  async merge(
    fullName: string,
    number: number,
    wish: MergeWish,
    login: string,
  ): Promise<string> {
    const repository = this.#repositories.get(fullName);
    return repository.oneAtATime(async () => {
      const pull = await this.get(fullName, number);
      if (pull.state !== 'open') {
        throw new Refusal(405, 'Pull Request is not mergeable');
      }
      if (pull.draft) {
        throw new Refusal(405, 'Pull Request is still a draft');
      }
      if (wish.sha && wish.sha !== pull.head.sha) {
        throw new Refusal(
          409,
          'Head branch was modified. Review and try the merge again.',
        );
      }
      if (pull.mergeable_state === 'blocked') {
        throw new Refusal(
          405,
          `Required status check ${this.#unmet(fullName, pull)}.`,
        );
      }
      const merge = await this.#mergeOf(fullName, pull);
      if (!merge.merged) {
        throw new Refusal(
          409,
          `Merge conflict in ${merge.conflicts.join(', ')}`,
        );
      }
      const sha = await this.#commitMerge(repository, pull, merge, wish, login);
      await repository.advance(pull.base.ref, sha, login);
      this.#ends.set(key(fullName, number), {
        headSha: pull.head.sha,
        baseSha: pull.base.sha,
        closedAt: new Date().toISOString(),
        closedBy: login,
        merge: { sha, method: wish.method },
      });
      await this.#api.ask(
        'PATCH',
        `/repos/${fullName}/pulls/${number}`,
        { state: 'closed' },
        login,
      );
      return sha;
    });
  }

  async #commitMerge(
    repository: Repository,
    pull: Json,
    merge: Extract<Merge, { merged: true }>,
    wish: MergeWish,
    login: string,
  ): Promise<string> {
    const squash = wish.method === 'squash';
    const title =
      wish.title ??
      (squash
        ? `${pull.title} (#${pull.number})`
        : `Merge pull request #${pull.number} from ${pull.head.label.replace(
            ':',
            '/',
          )}`);
    const message =
      wish.message ??
      (squash ? await this.#squashedMessage(repository, pull) : pull.title);
    const base = await repository.commit(pull.base.sha);
    const { name, email } = await this.#api.ask('GET', `/users/${login}`);
    return repository.commitChanges({
      parents: squash ? [pull.base.sha] : [pull.base.sha, pull.head.sha],
      tree: base!.tree,
      changes: merge.changes,
      message: message ? `${title}\n\n${message}` : title,
      login,
      author: {
        name: name ?? login,
        email: email ?? `${login}@users.noreply.github.com`,
      },
    });
  }

  /** One commit's message without its first line, or every commit's as a list, as GitHub proposes it. */
  async #squashedMessage(repository: Repository, pull: Json): Promise<string> {
    const { commits } = await repository.compare(pull.base.sha, pull.head.sha);
    const messages: string[] = commits.map(
      ({ commit }: Json) => commit.message,
    );
    return messages.length === 1
      ? messages[0].split('\n').slice(1).join('\n').trim()
      : messages.map(message => `* ${message}`).join('\n\n');
  }

  async #withCommits(fullName: string, told: Json): Promise<Json> {
    const end = this.#ends.get(key(fullName, told.number));
    const repository = this.#repositories.get(fullName);
    const [head, base] = end
      ? [end.headSha, end.baseSha]
      : await Promise.all([
          repository.branchHead(told.head.ref),
          repository.branchHead(told.base.ref),
        ]);
    const headSha = head ?? told.head.sha;
    const statusesUrl = told.statuses_url.replace(/[^/]+$/, headSha);
    return {
      ...told,
      state: end ? 'closed' : told.state,
      head: { ...told.head, sha: headSha },
      base: { ...told.base, sha: base ?? told.base.sha },
      closed_at: end ? end.closedAt : told.closed_at,
      merged_at: end?.merge ? end.closedAt : null,
      merge_commit_sha: end?.merge?.sha ?? null,
      statuses_url: statusesUrl,
      _links: { ...told._links, statuses: { href: statusesUrl } },
    };
  }

  async #isMergeable(fullName: string, pull: Json): Promise<boolean> {
    return (await this.#mergeOf(fullName, pull)).merged;
  }

  /** A conflict stops a merge, and so does a status that is no success: as on a branch that is protected by its checks. */
  #mergeableState(fullName: string, pull: Json, mergeable: boolean | null) {
    if (mergeable === null) {
      return 'unknown';
    }
    if (!mergeable) {
      return 'dirty';
    }
    if (pull.draft) {
      return 'draft';
    }
    return this.#unmet(fullName, pull) === undefined ? 'clean' : 'blocked';
  }

  /** The check that stops a merge, and how it is. */
  #unmet(fullName: string, pull: Json): string | undefined {
    const latest = this.#statuses.latestOf(fullName, pull.head.sha);
    const unmet = latest.find(({ state }) => state !== 'success');
    if (unmet) {
      return `"${unmet.context}" is ${
        unmet.state === 'pending' ? 'pending' : 'failing'
      }`;
    }
    const required =
      this.#required && pull.head.ref.startsWith(this.#required.ofBranches)
        ? this.#required.context
        : undefined;
    return required && !latest.some(({ context }) => context === required)
      ? `"${required}" is expected`
      : undefined;
  }

  async #mergeOf(fullName: string, pull: Json): Promise<Merge> {
    const id = `${fullName} ${pull.base.sha} ${pull.head.sha}`;
    let merge = this.#merges.get(id);
    if (!merge) {
      merge = this.#computeMerge(fullName, pull);
      this.#merges.set(id, merge);
      merge.catch(() => this.#merges.delete(id));
    }
    return merge;
  }

  async #computeMerge(fullName: string, pull: Json): Promise<Merge> {
    const repository = this.#repositories.get(fullName);
    const comparison = await this.compare(fullName, pull);
    if (!comparison) {
      return { merged: false, conflicts: ['the whole history'] };
    }
    const [base, ours, theirs] = await Promise.all(
      [comparison.merge_base_commit.sha, pull.base.sha, pull.head.sha].map(
        async sha => repository.files((await repository.commit(sha))!.tree),
      ),
    );
    return mergeTrees({
      base,
      ours,
      theirs,
      contentOf: sha => repository.content(sha),
    });
  }
}

function key(fullName: string, number: number): string {
  return `${fullName}#${number}`;
}

/** Writes a review, as GitHub takes it: words are needed unless it approves, and nobody reviews what is their own. */
export async function writeReview(
  api: EmulatedApi,
  pulls: PullRequests,
  fullName: string,
  number: number,
  review: Json,
  login: string,
): Promise<Json> {
  const pull = await pulls.get(fullName, number);
  const { event } = review;
  if (
    (event === 'REQUEST_CHANGES' || event === 'COMMENT') &&
    !`${review.body ?? ''}`.trim()
  ) {
    throw new Refusal(422, 'Unprocessable Entity', [
      { resource: 'PullRequestReview', field: 'body', code: 'missing_field' },
    ]);
  }
  if (
    pull.user?.login === login &&
    (event === 'APPROVE' || event === 'REQUEST_CHANGES')
  ) {
    throw new Refusal(
      422,
      event === 'APPROVE'
        ? 'Can not approve your own pull request'
        : 'Can not request changes on your own pull request',
    );
  }
  const path = `/repos/${fullName}/pulls/${number}`;
  const written = await api.ask(
    'POST',
    `${path}/reviews`,
    { ...review, commit_id: review.commit_id ?? pull.head.sha },
    login,
  );
  const isAsked = pull.requested_reviewers.some(
    (reviewer: Json) => reviewer.login === login,
  );
  if (event && isAsked) {
    await api.ask(
      'DELETE',
      `${path}/requested_reviewers`,
      { reviewers: [login] },
      PORTAL_LOGIN,
    );
  }
  return written;
}
