import {
  DefaultGithubCredentialsProvider,
  type ScmIntegrationRegistry,
} from '@backstage/integration';
import { GitHubHost } from './gitHub';
import { GitLabHost } from './gitLab';
import type { GitHost, HostedRepository } from './gitHost';

/** How long a Git host may take for one answer. */
const TIMEOUT_MS = 10_000;

/** Hosts by what they are called, for those that a request can't be followed at. */
const NAMES: Record<string, string> = {
  azure: 'Azure DevOps',
  bitbucketCloud: 'Bitbucket Cloud',
  bitbucketServer: 'Bitbucket Server',
  gerrit: 'Gerrit',
  gitea: 'Gitea',
};

/** A host of a kind that has no way to follow a request; `kind` is for people. */
export interface UnfollowedHost {
  unfollowed: string;
}

/** The Git hosts under `integrations`. */
export interface GitHosts {
  of(repository: HostedRepository): GitHost | UnfollowedHost;
}

/** Git hosts as configured; one connection's worth of known answers each. */
export function createGitHosts(options: {
  integrations: ScmIntegrationRegistry;
  timeoutMs?: number;
  now?: () => number;
}): GitHosts {
  const { integrations } = options;
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const now = options.now ?? Date.now;
  const credentials =
    DefaultGithubCredentialsProvider.fromIntegrations(integrations);
  const known = new Map<string, GitHost>();

  function hostOf({ url, host }: HostedRepository): GitHost | UnfollowedHost {
    const gitHub = integrations.github.byUrl(url);
    if (gitHub) {
      return GitHubHost.create({
        host,
        apiBaseUrl: gitHub.config.apiBaseUrl ?? `https://${host}/api/v3`,
        credentials,
        timeoutMs,
        now,
      });
    }
    const gitLab = integrations.gitlab.byUrl(url);
    if (gitLab) {
      return GitLabHost.create({
        host,
        apiBaseUrl: gitLab.config.apiBaseUrl,
        token: gitLab.config.token,
        timeoutMs,
        now,
      });
    }
    const type = integrations.byUrl(url)?.type;
    return {
      unfollowed: type
        ? NAMES[type] ?? type
        : `${host}, which is not under integrations any more`,
    };
  }

  return {
    of(repository) {
      const found = known.get(repository.host);
      if (found) return found;
      const host = hostOf(repository);
      if (!('unfollowed' in host)) known.set(repository.host, host);
      return host;
    },
  };
}
