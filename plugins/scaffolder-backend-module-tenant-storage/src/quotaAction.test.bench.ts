import { UrlReaders } from '@backstage/backend-defaults/urlReader';
import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import {
  createMockDirectory,
  mockCredentials,
  mockServices,
} from '@backstage/backend-test-utils';
import { ScmIntegrations } from '@backstage/integration';
import { createMockActionContext } from '@backstage/plugin-scaffolder-node-test-utils';
import type { ManifestRepository } from '@kmetal/backstage-plugin-tenant-storage-common';
import { createQuotaAction } from './actions/quota';
import { GitHubServer } from './gitHub.test.server';
import { KEY, TenantStorageBackend } from './tenantStorageBackend.test.server';

/** The quota of alpha as its repository has it; others are in the same file. */
export const MANIFEST = `# Agreed with team alpha in May.
apiVersion: v1
kind: ResourceQuota
metadata:
  name: alpha-storage
  namespace: alpha
spec:
  hard:
    ${KEY}: 50Gi # was 20Gi
---
# The neighbours' secret plans
apiVersion: v1
kind: ResourceQuota
metadata:
  name: beta-storage
  namespace: beta
spec:
  hard:
    ${KEY}: 900Gi
`;

export const PORTAL_TOKEN = 'ghp_thePortalsOwnToken';

/** What a form sends. */
export interface Wish {
  underCluster: string;
  tenant: string;
  size: string;
  reason: string;
  allowBelowUse?: boolean;
  token?: string;
  providers?: string[];
}

export const WISH: Wish = {
  underCluster: 'muc-1',
  tenant: 'alpha',
  size: '60Gi',
  reason: 'The database grows.',
};

/** The action between a backend and a Git host that are real HTTP servers. */
export class QuotaActionBench {
  readonly gitHost = new GitHubServer();
  readonly backend = new TenantStorageBackend();
  readonly workspace = createMockDirectory();
  readonly #log: string[] = [];

  async start(): Promise<void> {
    await this.gitHost.start();
    await this.backend.start();
  }

  async stop(): Promise<void> {
    await this.gitHost.stop();
    await this.backend.stop();
    this.workspace.remove();
  }

  /** One repository with the quota of alpha, and nothing asked yet. */
  reset(): void {
    this.workspace.clear();
    this.#log.length = 0;
    this.gitHost.calls.length = 0;
    this.gitHost.tokens.clear();
    this.gitHost.trouble = undefined;
    this.gitHost.branches.clear();
    this.gitHost.branches.set('main', { 'tenants/alpha.yaml': MANIFEST });
    const { backend } = this;
    backend.calls.length = 0;
    backend.authorizations.length = 0;
    backend.recorded.length = 0;
    backend.errors.clear();
    backend.openRequest = null;
    backend.commitsOfOthers.clear();
    backend.reviewers = { users: [], teams: [] };
    backend.repositories = [this.repository()];
  }

  repository(parts: Partial<ManifestRepository> = {}): ManifestRepository {
    const { host } = this.gitHost;
    return {
      url: `http://${host}/acme/fleet`,
      host,
      repository: 'acme/fleet',
      branch: 'main',
      root: null,
      locators: {},
      newFiles: {},
      ...parts,
    };
  }

  /** All that the task's log says. */
  get log(): string {
    return this.#log.join('\n');
  }

  /** What the action wrote, by path in the repository. */
  files(): unknown {
    return this.workspace.content({ path: 'kmetal-storage-change' });
  }

  integrations() {
    return mockServices.rootConfig({
      data: {
        integrations: {
          github: [
            {
              host: this.gitHost.host,
              apiBaseUrl: `${this.gitHost.url}/api`,
              token: PORTAL_TOKEN,
            },
          ],
        },
      },
    });
  }

  async run(
    wish: Partial<Wish> = {},
    options: {
      isDryRun?: boolean;
      requireScmUserCredentials?: boolean;
      timeoutMs?: number;
      credentials?: BackstageCredentials;
    } = {},
  ): Promise<Record<string, unknown>> {
    const config = this.integrations();
    const logger = mockServices.logger.mock();
    for (const level of ['info', 'warn', 'error'] as const) {
      logger[level].mockImplementation(line => this.#log.push(String(line)));
    }
    const action = createQuotaAction({
      auth: mockServices.auth({ pluginId: 'scaffolder' }),
      discovery: mockServices.discovery.mock({
        getBaseUrl: async () => this.backend.url,
      }),
      urlReader: UrlReaders.default({ config, logger }),
      integrations: ScmIntegrations.fromConfig(config),
      requireScmUserCredentials: options.requireScmUserCredentials ?? false,
      timeoutMs: options.timeoutMs,
    });
    const outputs: Record<string, unknown> = {};
    await action.handler({
      ...createMockActionContext({
        input: { ...WISH, ...wish },
        workspacePath: this.workspace.path,
      }),
      logger,
      isDryRun: options.isDryRun,
      output: (name, value) => {
        outputs[name] = value;
      },
      getInitiatorCredentials: async () =>
        options.credentials ?? mockCredentials.user('user:default/alice'),
    });
    return outputs;
  }

  /** How the action fails; an error if it doesn't. */
  async failure(...args: Parameters<QuotaActionBench['run']>): Promise<Error> {
    try {
      await this.run(...args);
    } catch (error) {
      if (error instanceof Error) return error;
      throw error;
    }
    throw new Error('The action did not fail');
  }
}
