/** A repository at its Git host. */
export interface HostedRepository {
  /** For people and for finding the integration, without credentials, such as https://github.com/acme/fleet. */
  url: string;
  /** As under `integrations`, with the port if there is one. */
  host: string;
  /** Such as acme/fleet. */
  repository: string;
}

/** A pull request, or a merge request. Times are milliseconds since the epoch. */
export interface Proposal {
  number: number;
  /** Its page. */
  url: string;
  title: string;
  /** The branch in the repository itself; those of forks are never told. */
  branch: string;
  state: 'open' | 'merged' | 'closed';
  /** The newest commit on the branch. */
  head: string;
  /** Who opened it, as the Git host calls them. */
  author: string | null;
  createdAt: number;
  mergedAt: number | null;
  closedAt: number | null;
  /** The commit of the target branch that it became; null until it is merged. */
  mergeCommit: string | null;
}

/** What a reviewer said last. */
export interface Review {
  by: string;
  at: number;
  verdict: 'approved' | 'changesRequested' | 'withdrawn';
  /** Plain text; empty if there are none. */
  words: string;
}

/** Who ended a proposal and who was asked to review it. */
export interface ProposalEnd {
  by: string | null;
  reviewers: string[];
}

/** A commit on a branch that proposals are made from. */
export interface ProposedCommit {
  sha: string;
  message: string;
  author: string;
  parents: string[];
}

/** One commit by itself. */
export interface HostedCommit extends ProposedCommit {
  /** When its change was made, which a rebase keeps; milliseconds since the epoch, null if the host doesn't say. */
  authoredAt: number | null;
}

/** A branch as it is now. */
export interface HostedBranch {
  /** The newest commit on it. */
  head: string;
  /** Those that the target branch does not have. */
  commits: ProposedCommit[];
}

/** What is said beside a commit. */
export interface CommitStatus {
  context: string;
  state: 'success' | 'failure' | 'pending';
  /** At most 140 characters. */
  description: string;
  targetUrl?: string;
}

/**
 * What following a change needs of a Git host. Every method asks the host, conditionally where the answer is known, and throws GitHostError if
 * there is no answer.
 */
export interface GitHost {
  readonly host: string;
  /** The proposals on these branches of the repository, newest first; one call for all as a rule. */
  proposals(
    repository: HostedRepository,
    branches: readonly string[],
  ): Promise<Map<string, Proposal[]>>;
  /** What each reviewer said last. */
  reviews(repository: HostedRepository, proposal: Proposal): Promise<Review[]>;
  /** Of a proposal that is merged or closed. */
  end(repository: HostedRepository, proposal: Proposal): Promise<ProposalEnd>;
  /** false = it conflicts with the target branch; null = the host does not know yet. */
  mergeable(
    repository: HostedRepository,
    proposal: Proposal,
  ): Promise<boolean | null>;
  /**
   * A branch of the repository, whether anything is proposed from it or not; undefined if there is none of this name.
   *
   * @param names - `target`: what its commits are compared with; null = the repository's default branch.
   */
  branch(
    repository: HostedRepository,
    names: { branch: string; target: string | null },
  ): Promise<HostedBranch | undefined>;
  /** A commit of the repository. */
  commit(repository: HostedRepository, sha: string): Promise<HostedCommit>;
  /** Whether a commit is, or comes after, another one; false for commits that the repository doesn't have. */
  contains(
    repository: HostedRepository,
    commit: string,
    ancestor: string,
  ): Promise<boolean>;
  publishStatus(
    repository: HostedRepository,
    commit: string,
    status: CommitStatus,
  ): Promise<void>;
}
