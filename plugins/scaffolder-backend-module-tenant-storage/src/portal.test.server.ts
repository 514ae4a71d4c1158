import { readdir, readFile } from 'node:fs/promises';
import {
  coreServices,
  createBackendPlugin,
  resolvePackagePath,
  type BackendFeature,
} from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
  type TestBackend,
} from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import scaffolder from '@backstage/plugin-scaffolder-backend';
import type { TemplateEntityV1beta3 } from '@backstage/plugin-scaffolder-common';
import type { JsonObject } from '@backstage/types';
import express from 'express';
import yaml from 'yaml';
import tenantStorageModule from './index';
import { TenantStorageBackend } from './tenantStorageBackend.test.server';

const TEMPLATES = resolvePackagePath(
  '@kmetal/backstage-plugin-scaffolder-backend-module-tenant-storage',
  '../../templates',
);

async function templateOf(name: string): Promise<TemplateEntityV1beta3> {
  return yaml.parse(
    await readFile(`${TEMPLATES}/${name}/template.yaml`, 'utf8'),
  );
}

/** How a task ended. */
export interface TaskEnd {
  status: string;
  log: string;
  output: {
    links?: Array<{ title: string; url: string }>;
    text?: Array<{ title: string; content: string }>;
  };
}

/** What a dry run comes to. */
export interface DryRun {
  log: string;
  files: Record<string, string>;
  output: TaskEnd['output'];
}

/** `beforeAnswer` is called before each answer of the tenant-storage backend, which asks its Git host at this time. */
export interface PortalOptions {
  features: BackendFeature[];
  config: JsonObject;
  beforeAnswer: (backend: TenantStorageBackend, path: string) => Promise<void>;
}

/**
 * Backstage with its real Scaffolder, the templates of this project, and a tenant-storage backend that answers what it is told to.
 */
export class Portal {
  readonly tenantStorage = new TenantStorageBackend();
  /** On whose behalf the tenant-storage backend was asked. */
  readonly askers: string[] = [];
  #backend?: TestBackend;
  #options?: PortalOptions;

  /** Stops it in the midst of whatever it does, and starts it anew on the same database. */
  async restart(config: JsonObject = {}): Promise<void> {
    const options = this.#options;
    if (!options) throw new Error('It was never started');
    await this.stop();
    await this.start({ ...options, config: { ...options.config, ...config } });
  }

  async start(options: PortalOptions): Promise<void> {
    this.#options = options;
    const { tenantStorage, askers } = this;
    const tenantStoragePlugin = createBackendPlugin({
      pluginId: 'tenant-storage',
      register(env) {
        env.registerInit({
          deps: {
            httpRouter: coreServices.httpRouter,
            httpAuth: coreServices.httpAuth,
          },
          async init({ httpAuth, httpRouter }) {
            const router = express.Router();
            router.use(express.json());
            router.post('*', async (request, response) => {
              const { principal } = await httpAuth.credentials(request, {
                allow: ['user'],
              });
              askers.push(principal.userEntityRef);
              await options.beforeAnswer(tenantStorage, request.path);
              const { status, json } = tenantStorage.answer(
                request.path,
                request.body,
              );
              response.status(status).json(json);
            });
            httpRouter.use(router);
          },
        });
      },
    });
    const templates = await Promise.all(
      (await readdir(TEMPLATES, { withFileTypes: true }))
        .filter(each => each.isDirectory())
        .map(({ name }) => templateOf(name)),
    );
    this.#backend = await startTestBackend({
      features: [
        tenantStoragePlugin,
        scaffolder,
        tenantStorageModule,
        mockServices.rootConfig.factory({ data: options.config }),
        catalogServiceMock.factory({ entities: templates }),
        ...options.features,
      ],
    });
  }

  async stop(): Promise<void> {
    await this.#backend?.stop();
  }

  async #ask(path: string, body?: unknown): Promise<unknown> {
    const port = this.#backend?.server.port();
    const response = await fetch(
      `http://localhost:${port}/api/scaffolder${path}`,
      {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          Authorization: mockCredentials.user.header('user:default/alice'),
          'Content-Type': 'application/json',
        },
        body: body === undefined ? undefined : JSON.stringify(body),
      },
    );
    if (!response.ok) {
      throw new Error(`${response.status} ${await response.text()}`);
    }
    return response.json();
  }

  static #formOf(wish: { size: string; reason?: string }): JsonObject {
    return {
      tenant: { underCluster: 'muc-1', tenant: 'alpha' },
      size: wish.size,
      reason: wish.reason ?? 'The database grows.',
    };
  }

  /** Sends the form as alice, and waits for the end of the task. */
  async send(
    wish: { size: string; reason?: string },
    secrets?: Record<string, string>,
  ): Promise<TaskEnd> {
    return this.end(await this.begin(wish, secrets));
  }

  /** Sends the form of a template as alice, and waits for the end of the task. */
  async sendForm(template: string, values: JsonObject): Promise<TaskEnd> {
    return this.end(await this.#beginForm(template, values));
  }

  /** Sends the form as alice; the id of the task. */
  async begin(
    wish: { size: string; reason?: string },
    secrets?: Record<string, string>,
  ): Promise<string> {
    return this.#beginForm(
      'request-more-storage',
      Portal.#formOf(wish),
      secrets,
    );
  }

  async #beginForm(
    template: string,
    values: JsonObject,
    secrets?: Record<string, string>,
  ): Promise<string> {
    const { id } = (await this.#ask('/v2/tasks', {
      templateRef: `template:default/${template}`,
      values,
      secrets,
    })) as { id: string };
    return id;
  }

  async statusOf(id: string): Promise<string> {
    const { status } = (await this.#ask(`/v2/tasks/${id}`)) as {
      status: string;
    };
    return status;
  }

  /** Waits for the end of a task. */
  async end(id: string): Promise<TaskEnd> {
    for (;;) {
      const status = await this.statusOf(id);
      // The answer to this comes when there are events after the last one, or after a while.
      const events = (await this.#ask(`/v2/tasks/${id}/events`)) as Array<{
        type: string;
        body: { message: string; output?: TaskEnd['output'] };
      }>;
      const end = events.find(({ type }) => type === 'completion');
      if (end && status !== 'processing') {
        return {
          status,
          log: events.map(({ body }) => body.message).join('\n'),
          output: end.body.output ?? {},
        };
      }
    }
  }

  /** What the template editor shows of a dry run. */
  async dryRun(wish: { size: string; reason?: string }): Promise<DryRun> {
    return this.dryRunForm('request-more-storage', Portal.#formOf(wish));
  }

  /** What the template editor shows of a dry run. */
  async dryRunForm(template: string, values: JsonObject): Promise<DryRun> {
    const result = (await this.#ask('/v2/dry-run', {
      template: await templateOf(template),
      values,
      directoryContents: [],
    })) as {
      log: Array<{ body: { message: string } }>;
      directoryContents: Array<{ path: string; base64Content: string }>;
      output: TaskEnd['output'];
    };
    return {
      log: result.log.map(({ body }) => body.message).join('\n'),
      files: Object.fromEntries(
        result.directoryContents.map(({ path, base64Content }) => [
          path,
          Buffer.from(base64Content, 'base64').toString(),
        ]),
      ),
      output: result.output,
    };
  }
}
