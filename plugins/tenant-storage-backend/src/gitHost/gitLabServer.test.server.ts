import { type Answer, TestServer } from './httpServer.test.server';
import { sha, type TestBranch } from './gitHubServer.test.server';

export interface TestMergeRequest {
  iid: number;
  branch: string;
  head: string;
  state: 'opened' | 'closed' | 'merged' | 'locked';
  createdAt: string;
  updatedAt: string;
  mergedAt: string | null;
  closedAt: string | null;
  mergeCommit: string | null;
  squashCommit: string | null;
  mergedBy: string | null;
  closedBy: string | null;
  conflicts: boolean;
  mergeStatus: string;
  /** Of a fork. */
  fork: boolean;
  reviewers: Array<{ by: string; state: string }>;
  approvedBy: string[];
  /** The newest first. */
  notes: Array<{ by: string; body: string; system: boolean; at: string }>;
}

/** The part of GitLab's REST API (v4) that following takes, with the fields that it has. History is a line. */
export class GitLabServer {
  readonly server: TestServer;
  readonly requests: TestMergeRequest[] = [];
  /** Branches besides the default one. */
  readonly branches = new Map<string, TestBranch>();
  /** Whether the portal may see the project. */
  isVisible = true;
  readonly statuses: Array<Record<string, unknown>> = [];
  history: string[] = [sha('a')];

  constructor() {
    this.server = new TestServer((method, url, body) =>
      this.#answer(method, url, body),
    );
  }

  get url(): string {
    return `http://${this.server.host}`;
  }

  open(
    branch: string,
    parts: Partial<TestMergeRequest> = {},
  ): TestMergeRequest {
    const iid = this.requests.length + 1;
    const at = new Date().toISOString();
    const request: TestMergeRequest = {
      iid,
      branch,
      head: sha(`b${iid}`),
      state: 'opened',
      createdAt: at,
      updatedAt: at,
      mergedAt: null,
      closedAt: null,
      mergeCommit: null,
      squashCommit: null,
      mergedBy: null,
      closedBy: null,
      conflicts: false,
      mergeStatus: 'can_be_merged',
      fork: false,
      reviewers: [],
      approvedBy: [],
      notes: [],
      ...parts,
    };
    this.requests.push(request);
    return request;
  }

  #json(request: TestMergeRequest) {
    const user = (username: string | null) =>
      username ? { id: 1, username, name: username, state: 'active' } : null;
    return {
      id: 100 + request.iid,
      iid: request.iid,
      project_id: 1,
      title: `Change ${request.iid}`,
      state: request.state,
      created_at: request.createdAt,
      updated_at: request.updatedAt,
      merged_by: user(request.mergedBy),
      merge_user: user(request.mergedBy),
      merged_at: request.mergedAt,
      closed_by: user(request.closedBy),
      closed_at: request.closedAt,
      target_branch: 'main',
      source_branch: request.branch,
      author: user('portal-bot'),
      reviewers: request.reviewers.map(({ by }) => user(by)),
      source_project_id: request.fork ? 2 : 1,
      target_project_id: 1,
      draft: false,
      merge_status: request.mergeStatus,
      detailed_merge_status: 'mergeable',
      sha: request.head,
      merge_commit_sha: request.mergeCommit,
      squash_commit_sha: request.squashCommit,
      has_conflicts: request.conflicts,
      web_url: `${this.url}/acme/fleet/-/merge_requests/${request.iid}`,
    };
  }

  #answer(method: string, url: URL, body: unknown): Answer | undefined {
    const prefix = '/api/v4/projects/acme%2Ffleet/';
    if (!this.isVisible) return undefined;
    if (url.pathname === prefix.slice(0, -1)) {
      return { status: 200, body: { id: 1, default_branch: 'main' } };
    }
    if (!url.pathname.startsWith(prefix)) return undefined;
    const path = url.pathname.slice(prefix.length);
    const ok = (answer: unknown) => ({ status: 200, body: answer });
    if (method === 'POST' && path.startsWith('statuses/')) {
      this.statuses.push({
        sha: path.slice('statuses/'.length),
        ...(body as object),
      });
      return { status: 201, body: { id: 1 } };
    }
    if (path === 'merge_requests') {
      const branch = url.searchParams.get('source_branch');
      const found = this.requests
        .filter(it => !branch || it.branch === branch)
        .sort((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1));
      return ok(
        found
          .slice(0, Number(url.searchParams.get('per_page') ?? 20))
          .map(it => this.#json(it)),
      );
    }
    if (path.startsWith('repository/branches/')) {
      const name = decodeURIComponent(
        path.slice('repository/branches/'.length),
      );
      const branch = this.branches.get(name);
      return (
        branch && ok({ name, commit: { id: branch.commits.at(-1)?.sha ?? '' } })
      );
    }
    if (path.startsWith('repository/commits/')) {
      const asked = path.slice('repository/commits/'.length);
      const commit = [...this.branches.values()]
        .flatMap(({ commits }) => commits)
        .find(each => each.sha === asked);
      return (
        commit &&
        ok({
          id: commit.sha,
          message: commit.message,
          author_name: 'Portal',
          authored_date: commit.authoredAt,
          parent_ids: commit.parents,
        })
      );
    }
    if (path === 'repository/commits') {
      // A range of revisions, as git log takes it.
      const [base, head] = (url.searchParams.get('ref_name') ?? '').split('..');
      const branch = [...this.branches.values()].find(
        ({ commits }) => commits.at(-1)?.sha === head,
      );
      if (base !== 'main' || !branch) return undefined;
      return ok(
        branch.commits.map(({ sha: id, message, parents }) => ({
          id,
          short_id: id.slice(0, 8),
          title: message.split('\n')[0],
          message,
          author_name: 'Portal',
          parent_ids: parents,
        })),
      );
    }
    if (path === 'repository/merge_base') {
      const places = url.searchParams
        .getAll('refs[]')
        .map(commit => this.history.indexOf(commit));
      return places.some(place => place < 0)
        ? { status: 400, body: { message: '400 Could not find ref' } }
        : ok({ id: this.history[Math.min(...places)] });
    }
    const [kind, iid, part] = path.split('/');
    const request = this.requests.find(it => it.iid === Number(iid));
    if (kind !== 'merge_requests' || !request) return undefined;
    const user = (username: string) => ({ id: 1, username, name: username });
    switch (part) {
      case undefined:
        return ok(this.#json(request));
      case 'reviewers':
        return ok(
          request.reviewers.map(({ by, state }) => ({
            user: user(by),
            state,
            created_at: request.createdAt,
          })),
        );
      case 'approvals':
        return ok({
          id: 100 + request.iid,
          iid: request.iid,
          approvals_required: 1,
          approvals_left: 0,
          approved_by: request.approvedBy.map(by => ({ user: user(by) })),
        });
      case 'notes':
        return ok(
          request.notes.map((note, index) => ({
            id: index,
            body: note.body,
            author: user(note.by),
            created_at: note.at,
            updated_at: note.at,
            system: note.system,
            noteable_type: 'MergeRequest',
          })),
        );
      default:
        return undefined;
    }
  }
}
