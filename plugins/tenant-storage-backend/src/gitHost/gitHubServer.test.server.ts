import { type Answer, TestServer } from './httpServer.test.server';

/** A pull request of the test server, in the terms of its tests. */
export interface TestPull {
  number: number;
  branch: string;
  title: string;
  head: string;
  state: 'open' | 'closed';
  createdAt: string;
  updatedAt: string;
  mergedAt: string | null;
  closedAt: string | null;
  mergeCommit: string | null;
  mergedBy: string | null;
  closedBy: string | null;
  requested: string[];
  mergeable: boolean | null;
  /** Of a fork. */
  fork?: string;
  reviews: Array<{
    id: number;
    by: string;
    state: string;
    body: string;
    at: string;
    comments?: string[];
  }>;
}

export interface TestCommit {
  sha: string;
  message: string;
  parents: string[];
  authoredAt?: string;
}

/** A branch of the test server. */
export interface TestBranch {
  /** Those that the target branch does not have, the oldest first. */
  commits: TestCommit[];
  /** It has nothing in common with the target branch. */
  isUnrelated?: boolean;
}

export interface PublishedStatus {
  sha: string;
  context: string;
  state: string;
  description: string;
  target_url?: string;
}

/** A 40-digit commit of a few digits. */
export function sha(digits: string): string {
  return digits.padEnd(40, '0');
}

/**
 * The part of GitHub's REST API (version 2022-11-28) that following takes, with the fields that it has; served as GitHub Enterprise does, under
 * `/api/v3`. History is a line: a commit contains those before it in `history`.
 */
export class GitHubServer {
  readonly server: TestServer;
  readonly pulls: TestPull[] = [];
  /** Branches besides the default one. */
  readonly branches = new Map<string, TestBranch>();
  readonly statuses: PublishedStatus[] = [];
  history: string[] = [sha('a')];
  repository: string | null = 'acme/fleet';
  hasIssues = true;
  now: () => number;

  constructor(now: () => number = Date.now) {
    this.now = now;
    this.server = new TestServer((method, url, body) =>
      this.#answer(method, url, body),
    );
  }

  get url(): string {
    return `http://${this.server.host}`;
  }

  #time(): string {
    return new Date(this.now()).toISOString();
  }

  /** Opens a pull request as the portal does. */
  open(branch: string, parts: Partial<TestPull> = {}): TestPull {
    const number = this.pulls.length + 1;
    const pull: TestPull = {
      number,
      branch,
      title: `Change ${number}`,
      head: sha(`b${number}`),
      state: 'open',
      createdAt: this.#time(),
      updatedAt: this.#time(),
      mergedAt: null,
      closedAt: null,
      mergeCommit: null,
      mergedBy: null,
      closedBy: null,
      requested: ['petra'],
      mergeable: true,
      reviews: [],
      ...parts,
    };
    this.pulls.push(pull);
    return pull;
  }

  /** Publishes a commit to a branch in the place of all that were there, and so to the pull request that is open for it. */
  publish(branch: string, digits: string, message: string): TestCommit {
    const commit = {
      sha: sha(digits),
      message,
      parents: [this.history[0]],
      authoredAt: this.#time(),
    };
    this.branches.set(branch, { commits: [commit] });
    for (const pull of this.pulls) {
      if (pull.branch === branch && pull.state === 'open') {
        Object.assign(pull, { head: commit.sha, updatedAt: this.#time() });
      }
    }
    return commit;
  }

  /** Heads that no branch has are commits of somebody. */
  commitOf(commit: string): TestCommit | undefined {
    const known = [...this.branches.values()]
      .flatMap(({ commits }) => commits)
      .find(each => each.sha === commit);
    const isHead = this.pulls.some(({ head }) => head === commit);
    return (
      known ??
      (isHead
        ? { sha: commit, message: 'By hand', parents: [this.history[0]] }
        : undefined)
    );
  }

  review(pull: TestPull, by: string, state: string, body = ''): void {
    pull.reviews.push({
      id: pull.number * 1000 + pull.reviews.length,
      by,
      state,
      body,
      at: this.#time(),
    });
    pull.updatedAt = this.#time();
  }

  merge(pull: TestPull, by = 'petra'): string {
    const commit = sha(`c${pull.number}`);
    this.history.push(commit);
    Object.assign(pull, {
      state: 'closed',
      mergedAt: this.#time(),
      closedAt: this.#time(),
      updatedAt: this.#time(),
      mergeCommit: commit,
      mergedBy: by,
    });
    return commit;
  }

  close(pull: TestPull, by: string): void {
    Object.assign(pull, {
      state: 'closed',
      closedAt: this.#time(),
      updatedAt: this.#time(),
      closedBy: by,
    });
  }

  reopen(pull: TestPull): void {
    Object.assign(pull, {
      state: 'open',
      closedAt: null,
      closedBy: null,
      updatedAt: this.#time(),
    });
  }

  #simple(pull: TestPull) {
    const full = this.repository ?? '';
    return {
      url: `${this.url}/api/v3/repos/${full}/pulls/${pull.number}`,
      id: 1000 + pull.number,
      html_url: `${this.url}/${full}/pull/${pull.number}`,
      number: pull.number,
      state: pull.state,
      locked: false,
      title: pull.title,
      user: { login: 'kmetal-portal[bot]', id: 7, type: 'Bot' },
      body: '',
      created_at: pull.createdAt,
      updated_at: pull.updatedAt,
      closed_at: pull.closedAt,
      merged_at: pull.mergedAt,
      // GitHub tells its test merge here before the merge.
      merge_commit_sha: pull.mergeCommit ?? sha('7e57'),
      requested_reviewers: pull.requested.map(login => ({ login })),
      draft: false,
      head: {
        label: `acme:${pull.branch}`,
        ref: pull.branch,
        sha: pull.head,
        repo: { full_name: pull.fork ?? full },
      },
      base: { ref: 'main', sha: this.history[0], repo: { full_name: full } },
    };
  }

  #answer(method: string, url: URL, body: unknown): Answer | undefined {
    if (!this.repository) return undefined;
    const prefix = `/api/v3/repos/${this.repository}/`;
    if (url.pathname === prefix.slice(0, -1)) {
      return { status: 200, body: { default_branch: 'main' } };
    }
    if (!url.pathname.startsWith(prefix)) return undefined;
    const path = decodeURIComponent(url.pathname.slice(prefix.length));
    const ok = (answer: unknown) => ({ status: 200, body: answer });
    const page = <T>(items: T[]) => {
      const size = Number(url.searchParams.get('per_page') ?? 30);
      const start = (Number(url.searchParams.get('page') ?? 1) - 1) * size;
      return ok(items.slice(start, start + size));
    };
    if (method === 'POST' && path.startsWith('statuses/')) {
      const status = body as Omit<PublishedStatus, 'sha'>;
      this.statuses.push({ sha: path.slice('statuses/'.length), ...status });
      return { status: 201, body: { id: this.statuses.length, ...status } };
    }
    if (path === 'pulls') {
      const head = url.searchParams.get('head');
      const byTime =
        url.searchParams.get('sort') === 'updated' ? 'updatedAt' : 'createdAt';
      const found = this.pulls
        .filter(({ branch }) => !head || head === `acme:${branch}`)
        .sort((a, b) => (a[byTime] < b[byTime] ? 1 : -1));
      return page(found.map(pull => this.#simple(pull)));
    }
    if (path.startsWith('git/ref/heads/')) {
      const branch = this.branches.get(path.slice('git/ref/heads/'.length));
      return branch && ok({ object: { sha: branch.commits.at(-1)?.sha } });
    }
    const commitsOn = (branch: TestBranch) =>
      page(
        branch.commits.map(({ sha: commit, message, parents }) => ({
          sha: commit,
          commit: { message, author: { name: 'Portal' } },
          author: null,
          parents: parents.map(parent => ({ sha: parent })),
        })),
      );
    const at = (head: string | null) =>
      [...this.branches.values()].find(
        ({ commits }) => commits.at(-1)?.sha === head,
      );
    if (path.startsWith('git/commits/')) {
      const commit = this.commitOf(path.slice('git/commits/'.length));
      return (
        commit &&
        ok({
          sha: commit.sha,
          message: commit.message,
          author: { name: 'Portal', date: commit.authoredAt ?? this.#time() },
          parents: commit.parents.map(parent => ({ sha: parent })),
        })
      );
    }
    if (path === 'commits') {
      const branch = at(url.searchParams.get('sha'));
      return branch && commitsOn(branch);
    }
    if (path.startsWith('compare/main...')) {
      const branch = at(path.slice('compare/main...'.length));
      if (!branch || branch.isUnrelated) return undefined;
      const { status, body: commits } = commitsOn(branch);
      return { status, body: { status: 'ahead', commits } };
    }
    const compared = /^compare\/(.*)\.\.\.(.*)$/.exec(path);
    if (compared) {
      const [base, head] = compared
        .slice(1)
        .map(commit => this.history.indexOf(commit));
      if (base < 0 || head < 0) return undefined;
      let status = 'identical';
      if (head > base) status = 'ahead';
      if (head < base) status = 'behind';
      return ok({ status, ahead_by: Math.max(0, head - base), commits: [] });
    }
    const [kind, number, part, id] = path.split('/');
    const pull = this.pulls.find(it => it.number === Number(number));
    if (!pull) return undefined;
    if (kind === 'issues') {
      if (!this.hasIssues) return undefined;
      return ok({
        number: pull.number,
        closed_by: pull.closedBy ? { login: pull.closedBy } : null,
      });
    }
    if (part === undefined) {
      return ok({
        ...this.#simple(pull),
        merged: pull.mergedAt !== null,
        mergeable: pull.mergeable,
        merged_by: pull.mergedBy ? { login: pull.mergedBy } : null,
      });
    }
    if (part === 'reviews' && id === undefined) {
      return page(
        pull.reviews.map(review => ({
          id: review.id,
          user: { login: review.by },
          body: review.body,
          state: review.state,
          submitted_at: review.at,
          commit_id: pull.head,
        })),
      );
    }
    if (part === 'reviews') {
      const review = pull.reviews.find(it => it.id === Number(id));
      return ok((review?.comments ?? []).map(text => ({ body: text })));
    }
    return undefined;
  }
}
