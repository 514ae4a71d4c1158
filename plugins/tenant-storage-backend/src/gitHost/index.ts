export type {
  CommitStatus,
  GitHost,
  HostedCommit,
  HostedRepository,
  Proposal,
  ProposalEnd,
  ProposedCommit,
  Review,
} from './gitHost';
export {
  GitHostError,
  unlessNotFound,
  type GitHostFault,
} from './gitHostError';
export { createGitHosts, type GitHosts, type UnfollowedHost } from './gitHosts';
