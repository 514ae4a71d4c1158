import type { RootConfigService } from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import {
  getGitLabIntegrationRelativePath,
  ScmIntegrations,
} from '@backstage/integration';
import type { ManifestRepository } from '@kmetal/backstage-plugin-tenant-storage-common';
import {
  repositoryPath,
  targetBranchName,
  type GitOpsDefinition,
  type GitOpsRepositoryDefinition,
  type UnderClusterDefinition,
  type ValueLocator,
  type YamlPathStep,
} from '@kmetal/backstage-plugin-tenant-storage-node';
import { capacityOf } from './capacity';
import { ConfigSection } from './configSection';

/** Whose archives are tarballs: what a repository is read from. */
const READABLE = [
  'github',
  'gitlab',
  'bitbucketCloud',
  'bitbucketServer',
  'gitea',
];
/** Whose URL readers find a branch behind `/tree/`. */
const READABLE_AT_A_BRANCH = ['github', 'gitlab'];

const ACCOUNT = {
  pattern: /^[\w.@-]+$/,
  is: 'the name of an account at the Git host, such as petra',
};
const TEAM = {
  pattern: /^[\w.@-]+(\/[\w.@-]+)*$/,
  is: 'the name of a team at the Git host, such as acme/platform',
};

/** What a repository's URL says. */
interface RepositoryAddress {
  url: string;
  host: string;
  repository: string;
}

/** @throws InputError that names the key, and shows nothing of the URL: it may hold credentials. */
function addressOf(url: string, key: string): RepositoryAddress {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new InputError(
      `${key} must be the URL of a repository, such as https://github.com/acme/fleet`,
    );
  }
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') {
    throw new InputError(
      `${key} must begin with https://, such as https://github.com/acme/fleet: the portal reads and proposes through the Git host's API`,
    );
  }
  if (parsed.username || parsed.password) {
    throw new InputError(
      `${key} must have no user, password or token in it: those are set for the host under integrations`,
    );
  }
  const repository = parsed.pathname
    .replace(/^\/+|\/+$/g, '')
    .replace(/\.git$/, '');
  if (
    parsed.search ||
    parsed.hash ||
    /\/(-|tree|blob|src|raw|edit)\//.test(`/${repository}/`) ||
    !/^[\w.~-]+(\/[\w.~-]+)+$/.test(repository) ||
    repository.split('/').some(part => /^\.+$/.test(part))
  ) {
    throw new InputError(
      `${key} must be the URL of the repository alone, such as https://github.com/acme/fleet: branch and folder are set beside it, as branch and root`,
    );
  }
  return {
    url: `${parsed.origin}/${repository}`,
    host: parsed.host,
    repository,
  };
}

/** Refuses a `{word}` that nobody fills in. */
function refuseUnknownPlaceholders(
  text: string,
  key: string,
  known: readonly string[],
): void {
  for (const [whole, word] of text.matchAll(/\{(\w+)\}/g)) {
    if (!known.includes(word)) {
      throw new InputError(
        `${key} has ${whole} in it, which nobody fills in: use ${known
          .map(each => `{${each}}`)
          .join(', ')}`,
      );
    }
  }
}

const EVERY_PLACEHOLDER = ['tenant', 'underCluster', 'storageClass'];

/** Values that may be elsewhere than in the manifest of their object. */
const LOCATORS = ['quota', 'localPath', 'nodePathMap', 'webhook'] as const;

/** New files: what is filled in, what has to be, and why. */
const NEW_FILES = {
  quota: {
    known: EVERY_PLACEHOLDER,
    required: ['tenant'],
    example: 'tenants/{underCluster}/{tenant}/quota.yaml',
    because: 'each tenant has a file of its own',
  },
  storage: {
    known: ['underCluster', 'storageClass', 'change', 'object'],
    required: ['change', 'object'],
    example: 'clusters/{underCluster}/storage/{change}-{object}.yaml',
    because: 'each object has a file of its own',
  },
} as const;

function readStep(key: string, value: unknown): YamlPathStep {
  if (typeof value === 'string' && value !== '') {
    refuseUnknownPlaceholders(value, key, EVERY_PLACEHOLDER);
    return value;
  }
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) {
    return value;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const where: unknown = new ConfigSection(key, value, ['where']).value(
      'where',
    );
    const entries = Object.entries(
      typeof where === 'object' && where !== null ? where : {},
    );
    if (entries.length > 0) {
      return {
        where: Object.fromEntries(
          entries.map(([name, text]: [string, unknown]) => {
            if (typeof text !== 'string') {
              throw new InputError(`${key}.where.${name} must be a text`);
            }
            refuseUnknownPlaceholders(
              text,
              `${key}.where.${name}`,
              EVERY_PLACEHOLDER,
            );
            return [name, text];
          }),
        ),
      };
    }
  }
  throw new InputError(
    `${key} must be a key, an index from 0, or {where: {key: value}} for the element of a list`,
  );
}

function readLocator(section: ConfigSection): ValueLocator {
  const { key } = section;
  const files = section.text('files');
  if (files === undefined) {
    throw new InputError(
      `${key}.files is missing: a path or a glob in the repository, such as clusters/*/kmetal-values.yaml`,
    );
  }
  refuseUnknownPlaceholders(files, `${key}.files`, EVERY_PLACEHOLDER);
  repositoryPath(files, `${key}.files`);
  const path = section.list('path');
  if (path.length === 0) {
    throw new InputError(
      `${key}.path is missing: the way to the value, such as [tenants, '{tenant}', quota]`,
    );
  }
  const object = section.section('object', [
    'apiGroup',
    'kind',
    'namespace',
    'name',
  ]);
  const apiGroup = object?.value('apiGroup');
  if (apiGroup !== undefined && typeof apiGroup !== 'string') {
    throw new InputError(
      `${key}.object.apiGroup must be a text; the core group is the empty one`,
    );
  }
  const named = (name: 'kind' | 'namespace' | 'name') => {
    const text = object?.text(name);
    if (text !== undefined) {
      refuseUnknownPlaceholders(
        text,
        `${key}.object.${name}`,
        EVERY_PLACEHOLDER,
      );
    }
    return text === undefined ? {} : { [name]: text };
  };
  return {
    files,
    ...(object && {
      object: {
        ...(apiGroup !== undefined && { apiGroup }),
        ...named('kind'),
        ...named('namespace'),
        ...named('name'),
      },
    }),
    path: path.map(step => readStep(step.key, step.value)),
  };
}

/** A folder of the repository; undefined is the repository itself. */
function readRoot(section: ConfigSection): string | undefined {
  const text = section.text('root');
  if (text === undefined || text === '.' || text === './') return undefined;
  const key = `${section.key}.root`;
  refuseUnknownPlaceholders(text, key, ['underCluster']);
  return repositoryPath(text.replace(/\/+$/, '') || text, key);
}

function readNewFile(
  section: ConfigSection,
  root: string | undefined,
  name: keyof typeof NEW_FILES,
): string | undefined {
  const text = section.text(name);
  if (text === undefined) return undefined;
  const key = `${section.key}.${name}`;
  const { known, required, example, because } = NEW_FILES[name];
  refuseUnknownPlaceholders(text, key, known);
  const path = repositoryPath(text, key);
  for (const placeholder of required) {
    if (!path.includes(`{${placeholder}}`)) {
      throw new InputError(
        `${key} must have {${placeholder}} in it, such as ${example}: ${because}`,
      );
    }
  }
  if (!/\.ya?ml$/.test(path)) {
    throw new InputError(`${key} must end with .yaml`);
  }
  if (root !== undefined && !path.startsWith(`${root}/`)) {
    throw new InputError(
      `${key} must be under root (${root}), or what is written there is never found again`,
    );
  }
  return path;
}

function readLocators(
  repository: ConfigSection,
): GitOpsRepositoryDefinition['locators'] {
  const section = repository.section('locators', LOCATORS);
  if (!section) return undefined;
  const locators: NonNullable<GitOpsRepositoryDefinition['locators']> = {};
  for (const name of LOCATORS) {
    const locator = section.section(name, ['files', 'object', 'path']);
    if (locator) locators[name] = readLocator(locator);
  }
  return locators;
}

function readNewFiles(
  repository: ConfigSection,
  root: string | undefined,
): GitOpsRepositoryDefinition['newFiles'] {
  const section = repository.section('newFiles', Object.keys(NEW_FILES));
  if (!section) return undefined;
  const quota = readNewFile(section, root, 'quota');
  const storage = readNewFile(section, root, 'storage');
  return {
    ...(quota !== undefined && { quota }),
    ...(storage !== undefined && { storage }),
  };
}

/** Reads `gitOps` wherever it is, with what is known of Git hosts. */
export class GitOpsConfig {
  readonly #integrations: ScmIntegrations;

  static of(config: RootConfigService): GitOpsConfig {
    return new GitOpsConfig(ScmIntegrations.fromConfig(config));
  }

  private constructor(integrations: ScmIntegrations) {
    this.#integrations = integrations;
  }

  /**
   * Reads the `gitOps` of a section.
   *
   * @throws InputError that names the whole key of what is malformed, and the remedy.
   */
  read(section: ConfigSection): GitOpsDefinition | undefined {
    const gitOps = section.section('gitOps', ['repositories', 'reviewers']);
    if (!gitOps) return undefined;
    const repositories = gitOps
      .list('repositories')
      .map(({ key, value }) => this.#readRepository(key, value));
    if (repositories.length === 0) {
      throw new InputError(
        `${gitOps.key}.repositories is missing: at least one repository that manifests of the under cluster are in`,
      );
    }
    const reviewers = gitOps.section('reviewers', ['users', 'teams']);
    return {
      repositories,
      ...(reviewers && {
        reviewers: {
          users: reviewers.texts('users', ACCOUNT),
          teams: reviewers.texts('teams', TEAM),
        },
      }),
    };
  }

  #readRepository(key: string, value: unknown): GitOpsRepositoryDefinition {
    const section = new ConfigSection(key, value, [
      'url',
      'branch',
      'root',
      'locators',
      'newFiles',
    ]);
    const url = section.text('url');
    if (url === undefined) {
      throw new InputError(
        `${key}.url is missing: the URL of a repository, such as https://github.com/acme/fleet`,
      );
    }
    const address = addressOf(url, `${key}.url`);
    const integration = this.#integrations.byUrl(address.url);
    if (!integration) {
      throw new InputError(
        `${key}.url has a host, ${address.host}, that is not under integrations: add it there, with a token that may read the repository and propose changes`,
      );
    }
    if (!READABLE.includes(integration.type)) {
      throw new InputError(
        `${key}.url is at a ${
          integration.type
        } host, whose repositories can't be read as one archive (tar): use one of ${READABLE.join(
          ', ',
        )}`,
      );
    }
    const gitLab = this.#integrations.gitlab.byUrl(address.url);
    if (gitLab && getGitLabIntegrationRelativePath(gitLab.config) !== '') {
      throw new InputError(
        `${key}.url is at a GitLab that is not at the root of its host, where changes can't be proposed: use another repository`,
      );
    }
    const branch = section.text('branch');
    if (branch !== undefined) {
      targetBranchName(branch, `${key}.branch`);
      if (!READABLE_AT_A_BRANCH.includes(integration.type)) {
        throw new InputError(
          `${key}.branch can't be told to a ${integration.type} host: leave it out, and the repository's default branch is used`,
        );
      }
    }
    const root = readRoot(section);
    const locators = readLocators(section);
    const newFiles = readNewFiles(section, root);
    return {
      url: address.url,
      ...(branch !== undefined && { branch }),
      ...(root !== undefined && { root }),
      ...(locators && { locators }),
      ...(newFiles && { newFiles }),
    };
  }
}

function manifestRepository(
  definition: GitOpsRepositoryDefinition,
  underCluster: string,
  index: number,
): ManifestRepository {
  const { branch, root, locators, newFiles } = definition;
  const address = addressOf(
    definition.url,
    `gitOps.repositories[${index}].url of the under cluster ${underCluster}`,
  );
  const told: ManifestRepository['locators'] = {};
  for (const name of LOCATORS) {
    const locator = locators?.[name];
    if (locator) told[name] = { ...locator, path: [...locator.path] };
  }
  return {
    ...address,
    branch: branch ?? null,
    root: root?.replaceAll('{underCluster}', underCluster) ?? null,
    locators: told,
    newFiles: { ...newFiles },
  };
}

/**
 * Where changes of an under cluster are proposed, and what it has room for.
 *
 * @throws InputError if a module supplies what the configuration would refuse.
 */
export function changeSettingsOf(
  definition: UnderClusterDefinition,
  general: GitOpsDefinition | undefined,
): {
  repositories: ManifestRepository[];
  reviewers: { users: string[]; teams: string[] };
  capacity?: bigint;
} {
  const gitOps = definition.gitOps ?? general;
  const capacity =
    definition.capacity === undefined
      ? undefined
      : capacityOf(definition.capacity);
  return {
    repositories: (gitOps?.repositories ?? []).map((repository, index) =>
      manifestRepository(repository, definition.name, index),
    ),
    reviewers: {
      users: [...(gitOps?.reviewers?.users ?? [])],
      teams: [...(gitOps?.reviewers?.teams ?? [])],
    },
    ...(capacity !== undefined && { capacity }),
  };
}
