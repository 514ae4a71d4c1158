import { InputError } from '@backstage/errors';
import type { ScmIntegrationRegistry } from '@backstage/integration';
import { targetBranchName } from '@kmetal/backstage-plugin-tenant-storage-node';
import type { ManifestRepository } from '@kmetal/backstage-plugin-tenant-storage-common';

/** Where Backstage's own actions publish to. */
export interface PublishTarget {
  /** The type of the integration, such as `github`. */
  provider: string;
  /** In the Scaffolder's form, such as `github.com?owner=acme&repo=fleet`. */
  repoUrl: string;
}

/** User tokens exist for these, as for Backstage's own `scaffolder.requireScmUserCredentials`. */
const PROVIDERS_WITH_USER_TOKENS = new Set(['github', 'gitlab']);

function repositoryParts(
  provider: string,
  path: string,
): Record<string, string> {
  const parts = path.split('/').filter(part => part !== '');
  const repo = parts.at(-1) ?? '';
  const above = parts.slice(0, -1);
  switch (provider) {
    case 'azure': {
      const [organization = '', project = ''] = above;
      return { organization, project, repo };
    }
    case 'bitbucketCloud':
      return { workspace: above.join('/'), repo };
    case 'bitbucketServer':
      return { project: above.filter(part => part !== 'projects')[0], repo };
    case 'gerrit':
      return { repo: parts.join('/') };
    default:
      return { owner: above.join('/'), repo };
  }
}

/**
 * Where changes to a repository are published, after its settings were checked: nothing is asked of a host before.
 *
 * @param field - where the settings come from, for messages, such as `gitOps.repositories[0]`.
 * @throws InputError that names the field; it never repeats credentials.
 */
function publishTarget(
  repository: ManifestRepository,
  field: string,
  integrations: ScmIntegrationRegistry,
): PublishTarget {
  let url: URL;
  try {
    url = new URL(repository.url);
  } catch {
    throw new InputError(
      `${field}.url: It is no address of a repository. The platform team corrects it to one such as https://github.com/acme/fleet.`,
    );
  }
  if (url.username || url.password) {
    throw new InputError(
      `${field}.url: There are credentials in the address of ${repository.repository} on ${url.host}. The platform team takes them out, and gives them under integrations.`,
    );
  }
  const integration = integrations.byUrl(repository.url);
  if (!integration) {
    throw new InputError(
      `${field}.url: The portal does not know the Git host ${url.host}. The platform team adds it under integrations.`,
    );
  }
  if (repository.branch !== null) {
    targetBranchName(repository.branch, `${field}.branch`);
  }
  const query = new URLSearchParams(
    repositoryParts(integration.type, repository.repository),
  );
  return { provider: integration.type, repoUrl: `${url.host}?${query}` };
}

/**
 * Refuses to go on with the portal's own credentials where the portal says that users' are needed, as Backstage's own actions do.
 *
 * @throws InputError
 */
function assertUserCredentials(options: {
  provider: string;
  host: string;
  token: string | undefined;
  requireScmUserCredentials: boolean;
}): void {
  const { provider, host, token, requireScmUserCredentials } = options;
  if (
    requireScmUserCredentials &&
    !token &&
    PROVIDERS_WITH_USER_TOKENS.has(provider)
  ) {
    throw new InputError(
      `token: No user credentials provided for host ${host}, but scaffolder.requireScmUserCredentials is enabled. Sign in to ${host} in the form, then ask again.`,
    );
  }
}

/**
 * Where changes of each of the repositories of an under cluster are published. Nothing is asked of a Git host before.
 *
 * @throws InputError that names the field and what to do.
 */
export function publishTargets(
  told: readonly ManifestRepository[],
  input: { underCluster: string; token?: string; providers?: string[] },
  options: {
    integrations: ScmIntegrationRegistry;
    requireScmUserCredentials: boolean;
  },
): PublishTarget[] {
  const { underCluster, token, providers } = input;
  const { integrations, requireScmUserCredentials } = options;
  if (told.length === 0) {
    throw new InputError(
      `underCluster: There is no repository to propose changes of ${underCluster} in. The platform team sets gitOps.repositories for it.`,
    );
  }
  if (token && new Set(told.map(({ host }) => host)).size > 1) {
    throw new InputError(
      `token: The repositories of ${underCluster} are on several Git hosts, and a token is for one of them only. Leave it out.`,
    );
  }
  return told.map((repository, index) => {
    const field = `gitOps.repositories[${index}]`;
    const target = publishTarget(repository, field, integrations);
    const { provider } = target;
    if (providers && !providers.includes(provider)) {
      throw new InputError(
        `${field}.url: This template can't propose a change on ${
          repository.host
        } (${provider}); it can on ${providers.join(
          ' and ',
        )}. The platform team adds a step that publishes there.`,
      );
    }
    assertUserCredentials({
      provider,
      host: repository.host,
      token,
      requireScmUserCredentials,
    });
    return target;
  });
}
