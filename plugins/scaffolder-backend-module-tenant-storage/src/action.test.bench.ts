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
import type { ChangeActionOptions } from './actions/options';
import { GitHubServer, type FleetFile } from './gitHub.test.server';
import { TenantStorageBackend } from './tenantStorageBackend.test.server';

export const PORTAL_TOKEN = 'ghp_thePortalsOwnToken';

/** How an action is run. */
export interface RunOptions {
  isDryRun?: boolean;
  requireScmUserCredentials?: boolean;
  timeoutMs?: number;
  credentials?: BackstageCredentials;
}

/** What is tried, and with what. */
interface Tried<Wish> {
  /** What a form sends, unless told. */
  wish: Wish;
  /** What is on the branch main. */
  files: Record<string, FleetFile>;
  actionOf: (options: ChangeActionOptions) => {
    handler: (context: never) => Promise<void>;
  };
}

/** An action between a backend and a Git host that are real HTTP servers. */
export class ActionBench<Wish extends object> {
  readonly gitHost = new GitHubServer();
  readonly backend = new TenantStorageBackend();
  readonly workspace = createMockDirectory();
  readonly #log: string[] = [];

  readonly #given: Tried<Wish>;

  constructor(given: Tried<Wish>) {
    this.#given = given;
  }

  async start(): Promise<void> {
    await this.gitHost.start();
    await this.backend.start();
  }

  async stop(): Promise<void> {
    await this.gitHost.stop();
    await this.backend.stop();
    this.workspace.remove();
  }

  /** One repository, and nothing asked yet. */
  reset(): void {
    this.workspace.clear();
    this.#log.length = 0;
    this.gitHost.calls.length = 0;
    this.gitHost.tokens.clear();
    this.gitHost.trouble = undefined;
    this.gitHost.branches.clear();
    this.gitHost.branches.set('main', this.#given.files);
    const { backend } = this;
    backend.calls.length = 0;
    backend.authorizations.length = 0;
    backend.recorded.length = 0;
    backend.recordedChanges.length = 0;
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

  actionOptions(options: RunOptions = {}): ChangeActionOptions {
    const config = this.integrations();
    return {
      auth: mockServices.auth({ pluginId: 'scaffolder' }),
      discovery: mockServices.discovery.mock({
        getBaseUrl: async () => this.backend.url,
      }),
      urlReader: UrlReaders.default({
        config,
        logger: mockServices.logger.mock(),
      }),
      integrations: ScmIntegrations.fromConfig(config),
      requireScmUserCredentials: options.requireScmUserCredentials ?? false,
      timeoutMs: options.timeoutMs,
    };
  }

  async run(
    wish: Partial<Wish> = {},
    options: RunOptions = {},
  ): Promise<Record<string, unknown>> {
    const logger = mockServices.logger.mock();
    for (const level of ['info', 'warn', 'error'] as const) {
      logger[level].mockImplementation(line => this.#log.push(String(line)));
    }
    const action = this.#given.actionOf(this.actionOptions(options));
    const outputs: Record<string, unknown> = {};
    const context = {
      ...createMockActionContext({
        input: { ...this.#given.wish, ...wish },
        workspacePath: this.workspace.path,
      }),
      logger,
      isDryRun: options.isDryRun,
      output: (name: string, value: unknown) => {
        outputs[name] = value;
      },
      getInitiatorCredentials: async () =>
        options.credentials ?? mockCredentials.user('user:default/alice'),
    };
    await action.handler(context as never);
    return outputs;
  }

  /** How the action fails; an error if it doesn't. */
  async failure(...args: Parameters<ActionBench<Wish>['run']>): Promise<Error> {
    try {
      await this.run(...args);
    } catch (error) {
      if (error instanceof Error) return error;
      throw error;
    }
    throw new Error('The action did not fail');
  }
}
